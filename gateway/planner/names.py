"""Source keys: the names under which field identities stand in requests and in merged data."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.operation.normalise import Identity


@dataclass(slots=True)
class Names:
    """Gives each identity its key; identities with conflicting shapes one per class of types.

    `reserved` are names that a made-up key must not have: every field name of the graph.
    """

    reserved: frozenset[str]
    taken: dict[str, tuple[str, int]] = field(default_factory=dict)
    keys: dict[tuple[str, int], str] = field(default_factory=dict)
    classes: dict[str, dict[str, int]] = field(default_factory=dict)

    def key(self, identity: Identity, type_name: str | None) -> str:
        """The key of an identity on objects of a type; `type_name` matters only in conflicts."""
        known = self.classes.get(identity.text)
        group = known.get(type_name or "", 0) if known else 0
        found = self.keys.get((identity.text, group))
        return found if found is not None else self._new(identity, group)

    def _new(self, identity: Identity, group: int) -> str:
        name, number = identity.name, 2
        while name in self.taken or (number > 2 and name in self.reserved):
            name = f"{identity.name}_{number}"
            number += 1
        self.taken[name] = (identity.text, group)
        self.keys[identity.text, group] = name
        return name

    def grouped(self, identity: Identity, types: Iterable[str]) -> dict[int, frozenset[str]] | None:
        """The types by class, None where there is but one class of the identity."""
        known = self.classes.get(identity.text)
        if not known:
            return None
        groups: dict[int, set[str]] = {}
        for name in sorted(types):
            groups.setdefault(known.get(name, 0), set()).add(name)
        return {group: frozenset(names) for group, names in groups.items()}

    def divide(self, identity: Identity, types: Iterable[str]) -> None:
        """Put the types into a new class of the identity, with a key of its own."""
        known = self.classes.setdefault(identity.text, {})
        group = max(known.values(), default=0) + 1
        known.update((name, group) for name in types)
