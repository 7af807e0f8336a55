"""One subgraph's schema as plain data: what its SDL says, extensions folded in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.composition.outcome import Location
from gateway.composition.values import Value


class Kind(StrEnum):
    """The kinds of named types, as messages name them."""

    SCALAR = "scalar"
    OBJECT = "object type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input type"


COMPOSITE = frozenset({Kind.OBJECT, Kind.INTERFACE, Kind.UNION})
INPUT_KINDS = frozenset({Kind.SCALAR, Kind.ENUM, Kind.INPUT})
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
ROOT_NAMES: Mapping[str, str] = {
    "query": "Query",
    "mutation": "Mutation",
    "subscription": "Subscription",
}


class Missing:
    """The type of MISSING: no value at all, which is not null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Directive:
    """One application of a directive."""

    name: str  # as written
    core: str | None  # what a linked spec calls it ("key"), None for the subgraph's own
    arguments: Mapping[str, Value]
    location: Location
    of_extension: bool = False


@dataclass(frozen=True, slots=True)
class InputValue:
    """An argument, or a field of an input type."""

    name: str
    type: str
    default: Value | Missing
    description: str | None
    directives: tuple[Directive, ...]
    location: Location

    @property
    def required(self) -> bool:
        """Whether a client must give it: non-null and without default."""
        return self.type.endswith("!") and isinstance(self.default, Missing)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object type or interface."""

    name: str
    type: str
    arguments: Mapping[str, InputValue]
    description: str | None
    directives: tuple[Directive, ...]
    location: Location
    of_extension: bool = False


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum."""

    name: str
    description: str | None
    directives: tuple[Directive, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A named type; only the members of its own kind are filled."""

    name: str
    kind: Kind
    description: str | None
    directives: tuple[Directive, ...]
    location: Location
    defined: bool = True  # some definition of it is not an extension
    extended: bool = False  # some definition of it is an extension
    interfaces: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    inputs: Mapping[str, InputValue] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    values: Mapping[str, EnumValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectiveDefinition:
    """A directive definition in SDL or in a spec."""

    name: str
    arguments: Mapping[str, InputValue]
    repeatable: bool
    locations: tuple[str, ...]
    description: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Import:
    """One entry of a link's `import`: the spec's name and the local one, both with `@` if any."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True)
class Link:
    """One `@link` on the schema: which spec, which version, which names."""

    identity: str  # the url without its version
    name: str  # the last part of the identity, or `as`
    version: tuple[int, int]
    imports: tuple[Import, ...]
    location: Location

    @property
    def url(self) -> str:
        """The url with its version."""
        return f"{self.identity}/v{self.version[0]}.{self.version[1]}"


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph's whole schema."""

    name: str
    url: str
    types: Mapping[str, TypeDefinition]
    directive_definitions: Mapping[str, DirectiveDefinition]
    schema_directives: tuple[Directive, ...]
    roots: Mapping[str, str]  # operation kind to type name
    links: tuple[Link, ...]
    version: tuple[int, int]  # of federation; (1, 0) without @link
    core_names: Mapping[str, str]  # local directive name to what its spec calls it
    core_types: Mapping[str, str]  # the same for the specs' types
    description: str | None = None

    def local_name(self, core: str) -> str:
        """What this subgraph calls a spec's directive, with its `@`."""
        for local, name in self.core_names.items():
            if name == core:
                return f"@{local}"
        return f"@{core}"


Element = TypeDefinition | Field | InputValue | EnumValue


def applied(directives: Sequence[Directive], core: str) -> list[Directive]:
    """The applications of one of federation's directives, by its spec's name."""
    return [directive for directive in directives if directive.core == core]


def has(element: Element, core: str) -> bool:
    """Whether the element itself carries the directive."""
    return any(directive.core == core for directive in element.directives)


def is_interface_object(definition: TypeDefinition) -> bool:
    """Whether an object type stands for an interface of another subgraph."""
    return definition.kind is Kind.OBJECT and has(definition, "interfaceObject")
