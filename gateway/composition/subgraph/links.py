"""What a schema's `@link`s say: the specs in use and what this subgraph calls their parts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import Directive, Import, Link, Subgraph
from gateway.composition.subgraph.specs import (
    APOLLO_SPECS,
    FEATURES,
    FEDERATION,
    FEDERATION_1,
    LATEST_FEDERATION,
    LINK,
    LINK_TYPES,
    UPGRADABLE,
    UPGRADED_FEDERATION,
    federation_directives,
    federation_types,
)
from gateway.composition.values import EnumLiteral, Value

# What federation 1 libraries call the scalar of field sets, where they define it at all.
FIELD_SET_NAMES = ("_FieldSet", "FieldSet", "federation__FieldSet")
_URL = re.compile(r"^https?://[^/\s]+(?P<path>/[^\s?#]*)?$")
_VERSION = re.compile(r"^v(\d+)\.(\d+)$")
_FEATURES = {feature.name: feature for feature in FEATURES}


@dataclass(frozen=True, slots=True)
class Names:
    """Local names of everything that the linked specs define."""

    version: tuple[int, int]  # of federation
    directives: Mapping[str, str]  # local directive name to the spec's
    types: Mapping[str, str]  # local type name to the spec's
    links: tuple[Link, ...] = ()
    errors: tuple[CompositionError, ...] = ()


@dataclass(slots=True)
class _Reading:
    """Names and errors as they are gathered."""

    directives: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    errors: list[CompositionError] = field(default_factory=list)


def find_link_name(applications: Sequence[tuple[str, Mapping[str, Value]]]) -> str:
    """What the schema calls `@link`, by the application that links the link spec itself."""
    for name, arguments in applications:
        url = arguments.get("url")
        if isinstance(url, str) and url.startswith(f"{LINK}/"):
            alias = arguments.get("as")
            if name == (alias or "link"):
                return name
    return "link"


def read_names(subgraph: str, directives: Sequence[Directive], own: frozenset[str]) -> Names:
    """The names in force, given the schema's directives and the names of `own` definitions.

    A schema without a link to federation 2 is federation 1.
    """
    reading = _Reading()
    link_name = find_link_name([(d.name, d.arguments) for d in directives])
    links: list[Link] = []
    for directive in directives:
        if directive.name != link_name:
            continue
        link = _read_link(subgraph, directive, reading)
        if link:
            links.append(link)
    reading.errors.extend(_duplicates(subgraph, links))
    federation = next((link for link in links if link.identity == FEDERATION), None)
    reading.directives[link_name] = "link"
    reading.types.update({f"{link_name}__{name}": name for name in LINK_TYPES})
    for link in links:
        _apply(subgraph, link, reading)
    if federation is None:
        names = FEDERATION_1 | (UPGRADABLE & own)
        reading.directives.update({name: name for name in names})
        reading.types.update(dict.fromkeys(FIELD_SET_NAMES, "FieldSet"))
    return Names(
        version=federation.version if federation else (1, 0),
        directives=reading.directives,
        types=reading.types,
        links=tuple(links),
        errors=tuple(reading.errors),
    )


def _read_link(subgraph: str, directive: Directive, reading: _Reading) -> Link | None:
    url, alias = directive.arguments.get("url"), directive.arguments.get("as")

    def fail(code: str, message: str) -> None:
        reading.errors.append(
            CompositionError(code, f"[{subgraph}] {message}", (directive.location,))
        )

    if not isinstance(url, str):
        fail(
            "INVALID_LINK_DIRECTIVE_USAGE",
            'Invalid use of @link: it needs a string in "url"; give the url of the spec to link.',
        )
        return None
    path = _URL.match(url)
    parts = [part for part in (path["path"] or "").split("/") if part] if path else []
    version = _VERSION.match(parts[-1]) if parts else None
    if version is None:
        fail(
            "INVALID_LINK_IDENTIFIER",
            f'Invalid @link url "{url}": it must be a url that ends in a spec name and a'
            f' version such as "{FEDERATION}/v2.9".',
        )
        return None
    identity = url[: url.rindex("/v")]
    name = alias if isinstance(alias, str) else parts[-2] if len(parts) > 1 else ""
    imports = tuple(_read_imports(directive.arguments.get("import"), fail))
    number = (int(version[1]), int(version[2]))
    link = Link(identity, name, number, imports, directive.location)
    known_since = {FEDERATION: (2, 0), LINK: (1, 0)}.get(identity)
    latest = {FEDERATION: LATEST_FEDERATION, LINK: (1, 0)}.get(identity)
    if known_since and latest and not known_since <= number <= latest:
        fail(
            f"UNKNOWN_{'FEDERATION_' if identity == FEDERATION else ''}LINK_VERSION",
            f'Invalid version v{number[0]}.{number[1]} of "{identity}" in @link: use one from'
            f" v{known_since[0]}.{known_since[1]} to v{latest[0]}.{latest[1]}.",
        )
        return None
    return link


def _read_imports(value: Value, fail: "_Fail") -> Iterator[Import]:
    if value is None:
        return
    for entry in value if isinstance(value, tuple) else (value,):
        name: Value = entry
        alias: Value = entry
        if isinstance(entry, Mapping):
            name, alias = entry.get("name"), entry.get("as", entry.get("name"))
        if not isinstance(name, str) or not isinstance(alias, str):
            shown = entry.name if isinstance(entry, EnumLiteral) else entry
            fail(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f"Invalid import {shown!r} in @link: each must be a name or"
                ' {name: "@directive", as: "@alias"}.',
            )
        elif name.startswith("@") != alias.startswith("@"):
            fail(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f'Invalid import of "{name}" as "{alias}" in @link: a directive and its alias'
                ' both begin with "@", a type and its alias do not.',
            )
        else:
            yield Import(name, alias)


class _Fail(Protocol):
    """The callback that records one error of a link."""

    def __call__(self, code: str, message: str) -> None: ...


def _duplicates(subgraph: str, links: Sequence[Link]) -> Iterator[CompositionError]:
    seen: dict[str, Link] = {}
    named: dict[str, Link] = {}
    for link in links:
        earlier = seen.setdefault(link.identity, link)
        other = named.setdefault(link.name, link)
        if earlier is not link:
            yield CompositionError(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f'[{subgraph}] Duplicate inclusion of "{link.identity}": link a spec once and'
                " put all its imports there.",
                (earlier.location, link.location),
            )
        elif other is not link:
            yield CompositionError(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f'[{subgraph}] "{other.url}" and "{link.url}" are both named "{link.name}":'
                " give one of them another name with `as`.",
                (other.location, link.location),
            )


def _apply(subgraph: str, link: Link, reading: _Reading) -> None:
    """Add the local names of one linked spec's parts."""
    directives, types = _parts(link)
    if directives is None:
        return
    for imported in link.imports:
        name = imported.name.removeprefix("@")
        known = directives if imported.name.startswith("@") else types
        if name not in known:
            reading.errors.append(
                CompositionError(
                    "INVALID_LINK_DIRECTIVE_USAGE",
                    f'[{subgraph}] Cannot import unknown element "{imported.name}" from'
                    f' "{link.url}": remove the import or link a version that has it.',
                    (link.location,),
                )
            )
        elif imported.name.startswith("@"):
            reading.directives[imported.alias.removeprefix("@")] = name
        else:
            reading.types[imported.alias] = name
    taken = {reading.directives[name] for name in reading.directives}
    for name in directives - taken:
        local = link.name if name == link.identity.rsplit("/", 1)[-1] else f"{link.name}__{name}"
        reading.directives[local] = name
    for name in types:
        reading.types[f"{link.name}__{name}"] = name


def _parts(link: Link) -> tuple[frozenset[str] | None, frozenset[str]]:
    if link.identity == FEDERATION:
        minor = link.version[1]
        return frozenset(federation_directives(minor)), federation_types(minor)
    feature = _FEATURES.get(link.identity.removeprefix(APOLLO_SPECS))
    if feature and link.identity == feature.identity:
        return frozenset(feature.directives), frozenset()
    return None, frozenset()


def definitions_version(version: tuple[int, int]) -> int:
    """The minor of federation 2 whose definitions hold for a subgraph of this version."""
    return version[1] if version[0] == 2 else UPGRADED_FEDERATION[1]


def link_of(subgraph: Subgraph, local: str) -> tuple[Link, str] | None:
    """The link that gives a directive its local name, and what its spec calls it."""
    for link in subgraph.links:
        for entry in link.imports:
            if entry.alias == f"@{local}":
                return link, entry.name.removeprefix("@")
        prefix, _, rest = local.partition("__")
        if rest and prefix == link.name:
            return link, rest
        if local == link.name:
            return link, link.identity.rsplit("/", 1)[-1]
    return None
