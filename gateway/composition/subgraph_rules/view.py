"""What a rule over one subgraph is given, and the shape of a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gateway.composition.outcome import CompositionError, Location
from gateway.composition.subgraph.facts import Facts
from gateway.composition.subgraph.model import Subgraph


@dataclass(frozen=True, slots=True)
class View:
    """A cleaned, upgraded subgraph with its facts."""

    subgraph: Subgraph
    facts: Facts

    def error(self, code: str, message: str, *locations: Location) -> CompositionError:
        """An error of this subgraph."""
        return CompositionError(code, f"[{self.subgraph.name}] {message}", locations)

    def at(self, core: str) -> str:
        """What this subgraph calls a federation directive."""
        return self.subgraph.local_name(core)


Rule: TypeAlias = Callable[[View], Iterator[CompositionError]]
