"""When things are wanted: who wants a leaf, tree or entry in, conditions out.

Conditions are settled once all is chosen: an entry is wanted when one of its fields is, an input
when the entry is that sends it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.operation.normalise.conditions import ALWAYS, NEVER, Condition, either
from gateway.planner.tree import Entry, Leaf, Tree


@dataclass(frozen=True, slots=True)
class Conditions:
    """The settled conditions of one plan, each found once."""

    known: dict[Leaf | Tree | Entry, Condition] = field(default_factory=dict)

    def of(self, thing: Leaf | Tree | Entry) -> Condition:
        """When it is wanted, relative to what is around it (an entry: to its site)."""
        found = self.known.get(thing)
        if found is None:
            found = self._entry(thing) if isinstance(thing, Entry) else self._any(thing.wanted)
            self.known[thing] = found
        return found

    def _entry(self, entry: Entry) -> Condition:
        if entry.merged_into is not None:
            return self.of(entry.merged_into)
        tree = entry.tree
        inner: list[Leaf | Tree] = [*tree.leaves.values(), *tree.children.values()]
        if not inner:
            return self._any(tree.wanted)
        return _either(self.of(one) for one in inner)

    def _any(self, wanted: Iterable[Condition | Entry]) -> Condition:
        return _either(self.of(one) if isinstance(one, Entry) else one for one in wanted)


def _either(conditions: Iterable[Condition]) -> Condition:
    found = NEVER
    for condition in conditions:
        found = either(found, condition)
        if found == ALWAYS:
            break
    return found
