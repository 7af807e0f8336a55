"""The client's shape as completion walks it: output fields in, fields per runtime type out."""

from dataclasses import dataclass, field

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from gateway.planner.plan import OutputField

TYPENAME = "__typename"
INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class ShapeField:
    """One response key of one runtime type; `shape` is None for a leaf."""

    response_key: str
    name: str
    source_key: str
    type: GraphQLOutputType
    shape: "ObjectShape | None"


@dataclass(slots=True)
class ObjectShape:
    """What the client selects on an object of `type_name`; siblings of one response key merged.

    `possible` are the names of the runtime types that clients may see. `uniform` shapes select
    the same whatever the runtime type is, which then need not be known.
    """

    schema: GraphQLSchema
    type_name: str
    fields: tuple[OutputField, ...]
    possible: frozenset[str]
    abstract: bool
    uniform: bool
    _by_type: dict[str, tuple[ShapeField, ...]] = field(default_factory=dict)

    def fields_of(self, runtime_type: str) -> tuple[ShapeField, ...]:
        """The fields of an object of `runtime_type`, in the client's order (CollectFields)."""
        known = self._by_type.get(runtime_type)
        if known is None:
            known = self._by_type[runtime_type] = self._collect(runtime_type)
        return known

    def _collect(self, runtime_type: str) -> tuple[ShapeField, ...]:
        groups: dict[str, list[OutputField]] = {}
        for output in self.fields:
            if output.on is None or runtime_type in output.on:
                groups.setdefault(output.response_key, []).append(output)
        return tuple(self._field(outputs) for outputs in groups.values())

    def _field(self, outputs: list[OutputField]) -> ShapeField:
        first = outputs[0]
        selection = tuple(child for output in outputs for child in output.selection)
        named = get_named_type(first.type)
        # Even with nothing selected (all of it for other types, or skipped) it is an object: {}.
        composite = is_composite_type(named)
        shape = shape_of(self.schema, named.name, selection) if composite else None
        return ShapeField(first.response_key, first.name, first.source_key, first.type, shape)


def shape_of(schema: GraphQLSchema, type_name: str, fields: tuple[OutputField, ...]) -> ObjectShape:
    """The shape of an object (or union, or interface) type with a selection."""
    named = schema.type_map[type_name]
    abstract = is_abstract_type(named)
    if isinstance(named, GraphQLObjectType):
        possible = frozenset({type_name})
    else:
        possible = frozenset(item.name for item in schema.get_possible_types(named))  # type: ignore[arg-type]  # is_abstract_type is not a TypeGuard
    uniform = not abstract or all(
        output.on is None and output.source_key != TYPENAME for output in fields
    )
    return ObjectShape(schema, type_name, fields, possible, abstract, uniform)
