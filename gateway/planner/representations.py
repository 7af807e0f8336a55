"""Entries in, their representations, targets and context arguments out."""

from dataclasses import dataclass

from gateway.graph import QueryGraph
from gateway.planner.names import Names
from gateway.planner.plan import (
    LIST,
    ContextArgument,
    InputField,
    PathSegment,
    Representation,
    ResponsePath,
    TypeCondition,
)
from gateway.planner.sites import Site
from gateway.planner.tree import Entry, Input


@dataclass(frozen=True, slots=True)
class RepresentationWriter:
    """Names what entries send and where their objects are."""

    graph: QueryGraph
    names: Names

    def paths(self, site: Site, entry: Entry | None = None) -> list[ResponsePath]:
        """Where the objects of a site are; more than one where types have keys of their own."""
        paths = self._paths(site)
        if entry is None or entry.types is None or entry.types >= site.types:
            return paths
        return [(*path, TypeCondition(entry.types)) for path in paths]

    def _paths(self, site: Site) -> list[ResponsePath]:
        if site.parent is None or site.identity is None:
            return [()]
        parent_types = site.on if site.on is not None else site.parent.types
        groups = self.names.grouped(site.identity, parent_types)
        found: list[ResponsePath] = []
        for before in self._paths(site.parent):
            for types in [parent_types] if groups is None else list(groups.values()):
                segments: list[PathSegment] = []
                if types != site.parent.types:
                    segments.append(TypeCondition(types))
                segments.append(self.names.key(site.identity, min(types, default=None)))
                segments.extend([LIST] * site.list_depth)
                found.append((*before, *segments))
        return found

    def representations(self, entry: Entry) -> tuple[Representation, ...]:
        """One per runtime type, or one under the name of an interface object."""
        found: list[Representation] = []
        for name, inputs in sorted(entry.inputs.items()):
            node = self.graph.nodes[entry.graph, name]
            if node.interface_object or node.abstract:
                types = entry.types or self.graph.runtime_types[name] | {name}
            else:
                types = frozenset({name})
            fields = tuple(
                field for one in inputs for field in self._fields(one, types, outer=True)
            )
            found.append(Representation(types, name, fields))
        return tuple(found)

    def _fields(
        self, one: Input, types: frozenset[str], *, outer: bool = False
    ) -> list[InputField]:
        applicable = types if one.on is None else types & one.on
        if not applicable:
            return []
        if one.identity.name == "__typename":
            return [InputField("__typename", "__typename", is_key=False)]
        groups = self.names.grouped(one.identity, applicable)
        found: list[InputField] = []
        for group in [applicable] if groups is None else list(groups.values()):
            selection = tuple(
                field for inner in one.inputs for field in self._fields(inner, self._all(inner))
            )
            found.append(
                InputField(
                    one.identity.name,
                    self.names.key(one.identity, min(group)),
                    selection,
                    None if group == types or (outer and one.on is None) else group,
                    one.is_key,
                )
            )
        return found

    def _all(self, one: Input) -> frozenset[str]:
        """Types enough to tell a limited input from an unlimited one."""
        return (one.on or frozenset()) | {""}

    def contexts(self, entry: Entry, variables: dict[str, str]) -> tuple[ContextArgument, ...]:
        """The entry's context arguments; `variables` is argument → variable."""
        return tuple(
            ContextArgument(
                variables[one.use.argument],
                len(self.paths(one.site)[0]),
                tuple(
                    field for inner in one.inputs for field in self._fields(inner, self._all(inner))
                ),
            )
            for one in entry.contexts
        )
