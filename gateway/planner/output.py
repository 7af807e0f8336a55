"""The normalised operation in, the shape of the client's answer out."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema, get_named_type

from gateway.graph import QueryGraph
from gateway.operation.normalise import NormalField
from gateway.planner.document import plan_condition
from gateway.planner.names import Names
from gateway.planner.plan import OutputField


@dataclass(frozen=True, slots=True)
class OutputWriter:
    """Writes output fields: response keys for the client, source keys for the merged data."""

    graph: QueryGraph
    names: Names
    schema: GraphQLSchema

    def fields(self, fields: Iterable[NormalField], parent: str) -> tuple[OutputField, ...]:
        """The fields in the client's order."""
        return tuple(found for one in fields for found in self._field(one, parent))

    def _field(self, one: NormalField, parent: str) -> list[OutputField]:
        name = one.identity.name
        selection = self.fields(one.selections, get_named_type(one.type).name)
        condition = plan_condition(one.condition)
        if name.startswith("__"):
            key = "__typename" if name == "__typename" else one.response_key
            return [OutputField(one.response_key, name, key, one.type, (), one.on, condition)]
        types = self.graph.runtime_types[parent] if one.on is None else one.on
        if types == {parent}:
            key = self.names.key(one.identity, parent)
            return [OutputField(one.response_key, name, key, one.type, selection, None, condition)]
        variants: dict[tuple[str, str], tuple[GraphQLOutputType, set[str]]] = {}
        for type_name in sorted(types):
            key = self.names.key(one.identity, type_name)
            own = self._own_type(one, type_name)
            variants.setdefault((key, str(own)), (own, set()))[1].add(type_name)
        if len(variants) < 2:
            key = self.names.key(one.identity, min(types, default=None))
            type_ = next((own for own, _ in variants.values()), one.type)
            return [OutputField(one.response_key, name, key, type_, selection, one.on, condition)]
        return [
            OutputField(one.response_key, name, key, own, selection, frozenset(members), condition)
            for (key, _), (own, members) in variants.items()
        ]

    def _own_type(self, one: NormalField, type_name: str) -> GraphQLOutputType:
        """The field's type on the object type: stricter perhaps than on the interface."""
        own = self.schema.type_map.get(type_name)
        if isinstance(own, GraphQLObjectType) and one.identity.name in own.fields:
            type_: GraphQLOutputType = own.fields[one.identity.name].type
            return type_
        return one.type
