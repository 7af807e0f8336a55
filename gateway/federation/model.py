"""The supergraph as data: what every type and field is, and which subgraphs have it how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from graphql import DocumentNode

from gateway.federation.selection import SelectionSet


class TypeKind(StrEnum):
    """The kinds of named types."""

    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    SCALAR = "scalar"
    ENUM = "enum"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type reference as written: `text` `[Ticket!]!`, its `name` and number of list levels."""

    text: str
    name: str
    list_depth: int

    @property
    def wrappers(self) -> str:
        """The list and non-null marks alone (`[!]!`): equal for types of one response shape."""
        return self.text.replace(self.name, "")


@lru_cache(maxsize=16_384)
def type_ref(text: str) -> TypeRef:
    """The reference written as `text`."""
    compact = text.replace(" ", "")
    return TypeRef(compact, compact.strip("[]!"), compact.count("["))


@dataclass(frozen=True, slots=True)
class AppliedDirective:
    """A directive on a schema element, under its specification's name (not its local alias)."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A subgraph: `id` is its `join__Graph` value, `name` the one people gave it."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """One `@key` of a type in one subgraph."""

    text: str
    selection: SelectionSet
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class TypeJoin:
    """How one subgraph has a type."""

    graph: str
    keys: tuple[Key, ...] = ()
    interface_object: bool = False
    extension: bool = False


@dataclass(frozen=True, slots=True)
class ContextUse:
    """A `@fromContext` argument: takes `selection` of the nearest ancestor that sets `context`."""

    argument: str
    context: str
    type: TypeRef
    selection: SelectionSet


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """How one subgraph has a field. `type` is the type there (it may differ in nullability)."""

    graph: str
    type: TypeRef
    requires: SelectionSet = ()
    provides: SelectionSet = ()
    external: bool = False
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    contexts: tuple[ContextUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, or an input field (then `graphs` lists the subgraphs that have it)."""

    name: str
    type: TypeRef
    default: str | None = None
    directives: tuple[AppliedDirective, ...] = ()
    graphs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """An output field; `joins` is keyed by subgraph id and holds external entries too."""

    name: str
    type: TypeRef
    arguments: Mapping[str, Argument]
    joins: Mapping[str, FieldJoin]
    directives: tuple[AppliedDirective, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumValue:
    """An enum value and the subgraphs that have it."""

    name: str
    graphs: frozenset[str]
    directives: tuple[AppliedDirective, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A named type. Mappings of `interfaces` and `members` are keyed by subgraph id."""

    name: str
    kind: TypeKind
    joins: Mapping[str, TypeJoin]
    fields: Mapping[str, Field] = field(default_factory=dict)
    input_fields: Mapping[str, Argument] = field(default_factory=dict)
    interfaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, EnumValue] = field(default_factory=dict)
    contexts: tuple[str, ...] = ()
    directives: tuple[AppliedDirective, ...] = ()

    @property
    def abstract(self) -> bool:
        """Whether a value's runtime type is one of several."""
        return self.kind in (TypeKind.INTERFACE, TypeKind.UNION)

    @property
    def composite(self) -> bool:
        """Whether it has a selection set."""
        return self.kind in (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)


@dataclass(frozen=True, slots=True)
class Supergraph:
    """A composed graph. Root type names are those of the supergraph; None where there is none."""

    subgraphs: Mapping[str, Subgraph]
    types: Mapping[str, TypeDefinition]
    query: str
    mutation: str | None
    subscription: str | None
    sdl: str
    document: DocumentNode
    labels: frozenset[str]
    """Every `overrideLabel` that occurs."""
    local_names: Mapping[str, str]
    """Names under which features are linked: local prefix or directive name → spec name."""

    @property
    def roots(self) -> Mapping[str, str]:
        """Operation kind (`query`…) → root type name."""
        pairs = (
            ("query", self.query),
            ("mutation", self.mutation),
            ("subscription", self.subscription),
        )
        return {kind: name for kind, name in pairs if name is not None}
