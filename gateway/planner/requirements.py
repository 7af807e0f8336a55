"""What an entry sends: field sets of `@key`, `@requires` and `@fromContext` in, inputs out.

This alone makes inputs. Each field of a set is resolved like a client's field, at the same sites,
and remembered as wanted by the entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.federation.model import ContextUse
from gateway.federation.selection import FieldSelection, FragmentSelection, SelectionSet
from gateway.graph import Option
from gateway.operation.normalise import Identity
from gateway.planner.cursor import Cursor
from gateway.planner.errors import PlanningFailed
from gateway.planner.sites import TYPENAME, Place, Site
from gateway.planner.tree import ContextInput, Entry, Input, Tree
from gateway.planner.walk import Reachable

if TYPE_CHECKING:
    from gateway.planner.choose import Chooser


@dataclass(frozen=True, slots=True)
class Provision:
    """Inputs and the entries that fetch them."""

    inputs: tuple[Input, ...] = ()
    after: frozenset[Entry] = frozenset()

    def joined(self, other: Provision) -> Provision:
        """Both; a field that both have keeps its first form."""
        return Provision(merged([*self.inputs, *other.inputs]), self.after | other.after)


@dataclass(slots=True)
class Requirements:
    """Provides for one entry that is being made."""

    chooser: Chooser
    cursor: Cursor
    entry: Entry
    after: set[Entry] = field(default_factory=set)

    def provide(self, selections: SelectionSet, *, is_key: bool) -> Provision:
        """See to it that the selections are fetched for the entry's objects."""
        self.after = set()
        inputs = self._provide(self.cursor.place, self.cursor.reachable, selections, is_key)
        return Provision(merged(inputs), frozenset(self.after))

    def presence(self) -> Tree:
        """A tree of the entry's site: for a representation that needs nothing but its type."""
        reachable = self.cursor.reachable
        best = min(reachable.reached.values(), key=lambda reach: reach.cost)
        return self.chooser.realise(replace(self.cursor, wanted=self.entry), best.node)

    def contexts(
        self, uses: Sequence[ContextUse]
    ) -> tuple[tuple[ContextInput, ...], frozenset[Entry]]:
        """The context arguments, read on the nearest ancestors that set their contexts."""
        self.after = set()
        found = []
        for use in uses:
            site = self._ancestor(use)
            place = self.chooser.walk.builder.place(site, None)
            reachable = self.chooser.walk.reach(place)
            inputs = self._provide(place, reachable, use.selection, is_key=False)
            found.append(ContextInput(site, use, merged(inputs)))
        return tuple(found), frozenset(self.after)

    def _ancestor(self, use: ContextUse) -> Site:
        types = self.chooser.walk.graph.supergraph.types
        site: Site | None = self.cursor.place.site
        while site is not None:
            names = {site.type, *site.types}
            if any(use.context in types[name].contexts for name in names):
                return site
            site = site.parent
        raise PlanningFailed(
            f"no ancestor of {self.cursor.place.site!r} sets the context {use.context}"
        )

    def _provide(
        self, place: Place, reachable: Reachable, selections: SelectionSet, is_key: bool
    ) -> list[Input]:
        inputs: list[Input] = []
        for selection in selections:
            if isinstance(selection, FragmentSelection):
                inputs.extend(self._fragment(place, reachable, selection, is_key))
            elif selection.name == "__typename":
                if place.site is not self.cursor.place.site:
                    inputs.append(Input(TYPENAME, None, False))
            else:
                inputs.extend(self._field(place, reachable, selection, is_key))
        return inputs

    def _field(
        self, place: Place, reachable: Reachable, selection: FieldSelection, is_key: bool
    ) -> list[Input]:
        options = self._options(place, reachable, selection)
        if options:
            best = min(options, key=lambda option: (option.cost, option.node.graph))
            return [self._select(place, reachable, selection, (is_key, best))]
        site = place.site
        types = site.types if place.on is None else place.on
        if len(types) < 2 and place.type != site.type:
            raise PlanningFailed.unreachable(place, selection.name)
        walk = self.chooser.walk
        if place.type == site.type and not types - {site.type}:
            raise PlanningFailed.unreachable(place, selection.name)
        inputs: list[Input] = []
        for name in sorted(types):
            narrow = Place(site, frozenset({name}), name)
            inner = walk.reach(narrow, self.cursor.barred)
            inputs.extend(self._field(narrow, inner, selection, is_key))
        return inputs

    def _options(
        self, place: Place, reachable: Reachable, selection: FieldSelection
    ) -> list[Option]:
        """The ways to a field from where all that is selected below it can be had, if any."""
        walk, barred = self.chooser.walk, self.cursor.barred
        options = walk.options(place, selection.name, reachable, barred)
        if len(options) < 2 or not selection.selections:
            return options
        search = walk.search
        type_name = search.child_type(place.type, selection.name)
        complete = [
            option
            for option in options
            if search.price(
                type_name,
                selection.selections,
                search.spread(type_name, search.starts([option]), barred),
                barred,
            )
            is not None
        ]
        return complete or options

    def _select(
        self,
        place: Place,
        reachable: Reachable,
        selection: FieldSelection,
        choice: tuple[bool, Option],
    ) -> Input:
        is_key, option = choice
        outermost = place.site is self.cursor.place.site
        # Below the key's own fields null may be a value like any other, as in a list of products.
        needed = is_key and (outermost or option.edge.type.text.endswith("!"))
        chooser, walk = self.chooser, self.chooser.walk
        identity = Identity(selection.name + selection.arguments, selection.name)
        barred = self.cursor.barred
        if option.source is None:
            barred |= {option.edge}
        cursor = Cursor(place, reachable, self.entry, barred)
        tree = chooser.commit(cursor, option)
        on = place.on
        self.after.add(tree.entry)
        if not selection.selections:
            tree.leaf(identity, on).wanted.append(self.entry)
            return Input(identity, on, needed)
        site = walk.builder.child(place, identity)
        child = tree.children.get(site)
        if child is None:
            node = walk.graph.target(option.node, option.edge)
            if node is None:
                raise PlanningFailed.unreachable(place, selection.name)
            child = tree.child(site, node)
            walk.changed(site)
        child.wanted.append(self.entry)
        below = walk.builder.place(site, None)
        inner = self._provide(
            below, walk.reach(below, self.cursor.barred), selection.selections, is_key
        )
        if walk.graph.supergraph.types[site.type].abstract:
            inner.insert(0, Input(TYPENAME, None, False))
        return Input(identity, on, needed, merged(inner))

    def _fragment(
        self, place: Place, reachable: Reachable, selection: FragmentSelection, is_key: bool
    ) -> list[Input]:
        site = place.site
        types = site.types if place.on is None else place.on
        wanted = types
        if selection.type_condition is not None:
            runtime = self.chooser.walk.graph.runtime_types
            wanted = types & runtime.get(selection.type_condition, frozenset())
        if wanted == types:
            return self._provide(place, reachable, selection.selections, is_key)
        inputs: list[Input] = []
        for name in sorted(wanted):
            narrow = Place(site, frozenset({name}), name)
            inner = self.chooser.walk.reach(narrow, self.cursor.barred)
            if inner.reached:
                inputs.extend(self._provide(narrow, inner, selection.selections, is_key))
        return inputs


def merged(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """Equal fields once; of fields that differ in `on` alone, one for all their types."""
    found: dict[tuple[str, tuple[Input, ...]], Input] = {}
    for one in inputs:
        key = (one.identity.text, one.inputs)
        known = found.get(key)
        if known is None:
            found[key] = one
        elif known.on is None or one.on is None:
            found[key] = replace(known, on=None, is_key=known.is_key or one.is_key)
        else:
            found[key] = replace(known, on=known.on | one.on, is_key=known.is_key or one.is_key)
    return tuple(_grouped(list(found.values())))


def _grouped(inputs: list[Input]) -> list[Input]:
    """Fields of one identity and type set with their inner fields merged."""
    found: dict[tuple[str, frozenset[str] | None], Input] = {}
    for one in inputs:
        key = (one.identity.text, one.on)
        known = found.get(key)
        if known is None:
            found[key] = one
        else:
            inner = merged([*known.inputs, *one.inputs])
            found[key] = replace(known, inputs=inner, is_key=known.is_key or one.is_key)
    return list(found.values())
