"""The specs that subgraphs link, as data: their directives, types and versions.

Source: https://specs.apollo.dev/federation/v2.12 and the specs that it incorporates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import DirectiveDefinitionNode, parse

from gateway.composition.subgraph.model import DirectiveDefinition, Kind
from gateway.composition.subgraph.read_elements import Source, read_directive_definition

APOLLO_SPECS = "https://specs.apollo.dev/"
FEDERATION = f"{APOLLO_SPECS}federation"
LINK = f"{APOLLO_SPECS}link"
LATEST_FEDERATION = (2, 12)
# Federation 1 has no @link: its SDL is read as if it linked this version (upgrade.py).
UPGRADED_FEDERATION = (2, 4)

FEDERATION_1 = frozenset({"key", "requires", "provides", "external", "extends", "tag"})
# Federation 1 subgraphs may define these themselves; they then mean what federation 2 means.
UPGRADABLE = frozenset(
    {"shareable", "inaccessible", "override", "composeDirective", "interfaceObject"}
)

_AUTH_PLACES = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_ANY_PLACE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM"
    " | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_COST_PLACES = (
    "ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
)

# Directive name to its definitions with the federation version each one starts at.
_FEDERATION_SDL: Mapping[str, tuple[tuple[int, str], ...]] = {
    "key": ((0, "(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT|INTERFACE"),),
    "requires": ((0, "(fields: FieldSet!) on FIELD_DEFINITION"),),
    "provides": ((0, "(fields: FieldSet!) on FIELD_DEFINITION"),),
    "external": ((0, "(reason: String) on OBJECT | FIELD_DEFINITION"),),
    "extends": ((0, " on OBJECT | INTERFACE"),),
    "tag": (
        (0, f"(name: String!) repeatable on {_ANY_PLACE}"),
        (3, f"(name: String!) repeatable on {_ANY_PLACE} | SCHEMA"),
    ),
    "inaccessible": ((0, f" on {_ANY_PLACE}"),),
    "shareable": (
        (0, " on OBJECT | FIELD_DEFINITION"),
        (2, " repeatable on OBJECT | FIELD_DEFINITION"),
    ),
    "override": (
        (0, "(from: String!) on FIELD_DEFINITION"),
        (7, "(from: String!, label: String) on FIELD_DEFINITION"),
    ),
    "composeDirective": ((1, "(name: String) repeatable on SCHEMA"),),
    "interfaceObject": ((3, " on OBJECT"),),
    "authenticated": ((5, f" on {_AUTH_PLACES}"),),
    "requiresScopes": ((5, f"(scopes: [[Scope!]!]!) on {_AUTH_PLACES}"),),
    "policy": ((6, f"(policies: [[Policy!]!]!) on {_AUTH_PLACES}"),),
    "context": ((8, "(name: String!) repeatable on INTERFACE | OBJECT | UNION"),),
    "fromContext": ((8, "(field: ContextFieldValue) on ARGUMENT_DEFINITION"),),
    "cost": ((9, f"(weight: Int!) on {_COST_PLACES}"),),
    "listSize": (
        (
            9,
            (
                "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
                " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"
            ),
        ),
    ),
    "cacheTag": ((12, "(format: String!) repeatable on OBJECT | FIELD_DEFINITION"),),
}
# Scalar name to the federation version it starts at.
_FEDERATION_TYPES: Mapping[str, int] = {
    "FieldSet": 0,
    "Scope": 5,
    "Policy": 6,
    "ContextFieldValue": 8,
}
_LINK_SDL = "(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA"
_BUILT_IN_SDL = """
directive @deprecated(reason: String = "No longer supported") on
  FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(label: String, if: Boolean! = true, initialCount: Int = 0) on FIELD
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """A spec whose directives reach the supergraph: where it starts and how it is linked there."""

    name: str
    version: tuple[int, int]
    directives: tuple[str, ...]
    purpose: str | None = None

    @property
    def identity(self) -> str:
        """The spec's url without version."""
        return f"{APOLLO_SPECS}{self.name}"

    @property
    def url(self) -> str:
        """The spec's url with the version that supergraphs use."""
        return f"{self.identity}/v{self.version[0]}.{self.version[1]}"


FEATURES = (
    Feature("tag", (0, 3), ("tag",)),
    Feature("inaccessible", (0, 2), ("inaccessible",), "SECURITY"),
    Feature("authenticated", (0, 1), ("authenticated",), "SECURITY"),
    Feature("requiresScopes", (0, 1), ("requiresScopes",), "SECURITY"),
    Feature("policy", (0, 1), ("policy",), "SECURITY"),
    Feature("cost", (0, 1), ("cost", "listSize")),
    Feature("context", (0, 1), ("context", "fromContext"), "SECURITY"),
)
FEATURE_OF = {directive: feature for feature in FEATURES for directive in feature.directives}


def _definition(name: str, signature: str) -> DirectiveDefinition:
    node = parse(f"directive @{name}{signature}").definitions[0]
    if not isinstance(node, DirectiveDefinitionNode):
        raise TypeError(f"{name} is not a directive definition")
    return read_directive_definition(Source("federation", {}), node)


@cache
def federation_directives(minor: int) -> Mapping[str, DirectiveDefinition]:
    """The directives of federation v2.`minor`, their types named as in the spec."""
    return {
        name: _definition(name, [sdl for since, sdl in versions if since <= minor][-1])
        for name, versions in _FEDERATION_SDL.items()
        if versions[0][0] <= minor
    }


@cache
def federation_types(minor: int) -> frozenset[str]:
    """The scalars of federation v2.`minor`, named as in the spec."""
    return frozenset(name for name, since in _FEDERATION_TYPES.items() if since <= minor)


@cache
def link_directive() -> DirectiveDefinition:
    """The definition of `@link` itself (link v1.0)."""
    return _definition("link", _LINK_SDL)


LINK_TYPES: Mapping[str, Kind] = {"Import": Kind.SCALAR, "Purpose": Kind.ENUM}


@cache
def built_in_directives() -> Mapping[str, DirectiveDefinition]:
    """The directives that GraphQL itself defines."""
    nodes = parse(_BUILT_IN_SDL).definitions
    source = Source("graphql", {})
    return {
        node.name.value: read_directive_definition(source, node)
        for node in nodes
        if isinstance(node, DirectiveDefinitionNode)
    }
