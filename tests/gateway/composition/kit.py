"""Composing small SDLs in tests: federation 2 links are added by what an SDL uses."""

import re

from gateway.composition import Composition, SubgraphInput, compose
from gateway.composition.subgraph.specs import LATEST_FEDERATION, federation_directives

_KNOWN = frozenset(federation_directives(LATEST_FEDERATION[1]))


def fed2(sdl: str, version: str = "2.9") -> str:
    """The SDL with a link to federation that imports every directive it uses."""
    used = sorted(set(re.findall(r"@(\w+)", sdl)) & _KNOWN)
    imports = ", ".join(f'"@{name}"' for name in used)
    url = f"https://specs.apollo.dev/federation/v{version}"
    return f'extend schema @link(url: "{url}", import: [{imports}])\n{sdl}'


def compose_sdls(**sdls: str) -> Composition:
    """Subgraphs by name, composed."""
    return compose([SubgraphInput(name, f"http://{name}", sdl) for name, sdl in sdls.items()])


def codes(**sdls: str) -> list[str]:
    """The codes of all errors, each once, sorted; empty when the subgraphs compose."""
    return sorted({error.code for error in compose_sdls(**sdls).errors})


def fed2_codes(**sdls: str) -> list[str]:
    """The same for federation 2 SDLs without their links."""
    return codes(**{name: fed2(sdl) for name, sdl in sdls.items()})


def only_error(**sdls: str) -> str:
    """The message of the one error of federation 2 SDLs."""
    (error,) = compose_sdls(**{name: fed2(sdl) for name, sdl in sdls.items()}).errors
    return error.message


def supergraph(**sdls: str) -> str:
    """The supergraph SDL of federation 2 SDLs that compose."""
    composition = compose_sdls(**{name: fed2(sdl) for name, sdl in sdls.items()})
    assert composition.supergraph_sdl is not None, composition.errors
    return composition.supergraph_sdl


def hint_codes(**sdls: str) -> list[str]:
    """The codes of all hints of federation 2 SDLs that compose, each once, sorted."""
    composition = compose_sdls(**{name: fed2(sdl) for name, sdl in sdls.items()})
    assert composition.ok, composition.errors
    return sorted({hint.code for hint in composition.hints})


def type_block(sdl: str, name: str) -> str:
    """The printed definition of one type in a supergraph."""
    keyword = "type|interface|input|enum|union|scalar"
    match = re.search(rf"(?m)^(?:{keyword}) {name}\b[^\n]*\n(?:.+\n?)*", sdl)
    assert match is not None, name
    return match[0]
