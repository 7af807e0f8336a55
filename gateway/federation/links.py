"""`@link`/`@core` on the schema: which names of a supergraph belong to a feature, and to which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

from gateway.federation.values import python_value


@dataclass(frozen=True, slots=True)
class Feature:
    """A linked specification: its own `name`, the local `prefix` and renamed imports."""

    name: str
    version: str
    prefix: str
    imports: Mapping[str, str]
    """Local name → name in the specification; directives keep their `@`."""


@dataclass(frozen=True, slots=True)
class Features:
    """All linked specifications of a document."""

    linked: tuple[Feature, ...]

    def directive_name(self, local: str) -> str:
        """The specification's name of the directive `local` (`join__type`, `inaccessible`)."""
        for feature in self.linked:
            imported = feature.imports.get("@" + local)
            if imported is not None:
                return _qualified(feature.name, imported[1:])
            if local == feature.prefix:
                return feature.name
            if local.startswith(feature.prefix + "__"):
                return _qualified(feature.name, local[len(feature.prefix) + 2 :])
        return local

    def owns_directive(self, local: str) -> bool:
        """Whether the directive belongs to a feature rather than to the schema's authors."""
        return any(
            "@" + local in feature.imports
            or local == feature.prefix
            or local.startswith(feature.prefix + "__")
            for feature in self.linked
        )

    def owns_type(self, name: str) -> bool:
        """Whether the type belongs to a feature (`join__Graph`, an imported scalar)."""
        return any(
            name in feature.imports or name.startswith(feature.prefix + "__")
            for feature in self.linked
        )

    def prefix_of(self, name: str) -> str:
        """The local prefix of the feature `name`; its own name when it is not linked."""
        return next((f.prefix for f in self.linked if f.name == name), name)


_WITHOUT_PREFIX = {"inaccessible", "tag", "cost", "listSize", "authenticated", "policy", "context"}


def _qualified(feature: str, name: str) -> str:
    """`join__type` for a directive of join; the bare name for features of one directive."""
    if name in _WITHOUT_PREFIX or name == feature or feature not in ("join", "core", "link"):
        return name
    return f"{feature}__{name}"


def read_features(document: DocumentNode) -> Features:
    """The features that the document's schema definition and extensions link."""
    features: list[Feature] = []
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for directive in definition.directives or ():
                feature = _read(directive)
                if feature is not None:
                    features.append(feature)
    known = {feature.name for feature in features}
    implied = (name for name in ("link", "join", "core") if name not in known)
    features.extend(Feature(name, "", name, {}) for name in implied)
    return Features(tuple(features))


def _read(directive: DirectiveNode) -> Feature | None:
    arguments = {argument.name.value: argument.value for argument in directive.arguments or ()}
    url = arguments.get("url") or arguments.get("feature")
    if not isinstance(url, StringValueNode):
        return None
    name, version = split_feature_url(url.value)
    alias = arguments.get("as")
    prefix = alias.value if isinstance(alias, StringValueNode) else name
    return Feature(name, version, prefix, dict(_imports(arguments.get("import"))))


def split_feature_url(url: str) -> tuple[str, str]:
    """(`join`, `v0.5`) of `https://specs.apollo.dev/join/v0.5`."""
    parts = [part for part in url.split("?")[0].split("#")[0].rstrip("/").split("/") if part]
    if not parts:
        return "", ""
    last = parts[-1]
    if last.startswith("v") and last[1:2].isdigit() and len(parts) > 1:
        return parts[-2], last
    return last, ""


def _imports(node: ValueNode | None) -> Iterable[tuple[str, str]]:
    if not isinstance(node, ListValueNode):
        return
    for item in node.values:
        if isinstance(item, StringValueNode):
            yield item.value, item.value
        elif isinstance(item, ObjectValueNode):
            value = python_value(item)
            if isinstance(value, dict) and "name" in value:
                yield str(value.get("as", value["name"])), str(value["name"])
