"""Access control, closed: an operation that touches a guarded element is refused.

Elements under `@authenticated`, `@requiresScopes` or `@policy` need a decision about the caller,
which this gateway does not take yet. Until it does, nobody gets them; nothing is served open.
"""

from collections.abc import Collection, Iterable

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLCompositeType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    visit,
)

from gateway.errors import AccessDenied
from gateway.federation.model import AppliedDirective, Supergraph

GUARDS = frozenset({"authenticated", "requiresScopes", "policy"})


def guarded_coordinates(supergraph: Supergraph) -> frozenset[str]:
    """Schema coordinates of all that is guarded: `Type` and `Type.field`."""
    types = supergraph.types.values()
    fields = (
        f"{definition.name}.{name}"
        for definition in types
        for name, field in definition.fields.items()
        if _guards(field.directives)
    )
    return frozenset(fields) | {
        definition.name for definition in types if _guards(definition.directives)
    }


def _guards(directives: Iterable[AppliedDirective]) -> bool:
    return any(directive.name in GUARDS for directive in directives)


def refuse_guarded(schema: GraphQLSchema, document: DocumentNode, guarded: Collection[str]) -> None:
    """Raise AccessDenied with an error for each guarded coordinate that the document selects.

    A field of an interface counts as guarded when it is in any of the interface's object types.
    """
    if not guarded:
        return
    visitor = _Selected(schema, guarded)
    visit(document, TypeInfoVisitor(visitor.info, visitor))
    if visitor.found:
        raise AccessDenied.to(visitor.found)


class _Selected(Visitor):
    """Collects guarded coordinates in the order in which they are selected."""

    def __init__(self, schema: GraphQLSchema, guarded: Collection[str]) -> None:
        super().__init__()
        self.info = TypeInfo(schema)
        self.found: dict[str, None] = {}
        self._schema = schema
        self._guarded = guarded

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Look at the field, at the types that have it, and at the type that it returns."""
        parent, definition = self.info.get_parent_type(), self.info.get_field_def()
        if parent is None or definition is None or node.name.value.startswith("__"):
            return
        for holder in self._holders(parent):
            self._note(holder, f"{holder}.{node.name.value}")
        self._note(get_named_type(definition.type).name)

    def _holders(self, parent: GraphQLCompositeType) -> list[str]:
        possible = self._schema.get_possible_types(parent) if is_abstract_type(parent) else ()
        return [parent.name, *(type_.name for type_ in possible)]

    def _note(self, *coordinates: str) -> None:
        for coordinate in coordinates:
            if coordinate in self._guarded:
                self.found[coordinate] = None
