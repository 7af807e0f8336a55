"""The normalised operation in, the shape of the client's answer out."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import get_named_type

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
        groups = self.names.grouped(one.identity, types)
        if groups is None or len(groups) == 1:
            key = self.names.key(one.identity, min(types, default=None))
            return [
                OutputField(one.response_key, name, key, one.type, selection, one.on, condition)
            ]
        return [
            OutputField(
                one.response_key,
                name,
                self.names.key(one.identity, min(group)),
                one.type,
                selection,
                group,
                condition,
            )
            for group in groups.values()
        ]
