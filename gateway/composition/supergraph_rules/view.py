"""What a rule over the merged schema is given, and the shape of a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gateway.composition.merge.context import Context
from gateway.composition.merge.merged import Merged
from gateway.composition.outcome import CompositionError, Location
from gateway.composition.subgraph.model import Subgraph


@dataclass(frozen=True, slots=True)
class SupergraphView:
    """The merged schema and what it was merged from."""

    merged: Merged
    context: Context

    def error(self, code: str, message: str, *locations: Location) -> CompositionError:
        """An error of the supergraph."""
        return CompositionError(code, message, locations)

    def as_subgraph(self) -> Subgraph:
        """The merged schema in the shape that rules over one schema take."""
        return Subgraph(
            name="supergraph",
            url="",
            types=self.merged.types,
            directive_definitions=self.merged.directive_definitions,
            schema_directives=(),
            roots=self.merged.roots,
            links=(),
            version=(2, 0),
            core_names={},
            core_types={},
        )


SupergraphRule: TypeAlias = Callable[[SupergraphView], Iterator[CompositionError]]
