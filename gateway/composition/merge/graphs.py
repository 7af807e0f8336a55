"""The subgraphs side by side: each with its facts and join name, and what they say of each type."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.composition.outcome import CompositionError, CompositionHint, Location
from gateway.composition.subgraph.facts import Facts
from gateway.composition.subgraph.model import (
    Field,
    Kind,
    Subgraph,
    TypeDefinition,
    is_interface_object,
)
from gateway.composition.values import EnumLiteral


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """One subgraph among the others."""

    subgraph: Subgraph
    facts: Facts
    enum: EnumLiteral  # its value in join__Graph

    @property
    def name(self) -> str:
        """The subgraph's own name."""
        return self.subgraph.name

    def resolves(self, type_name: str, field_name: str) -> bool:
        """Whether the subgraph can resolve the field on some path."""
        return self.facts.resolves((type_name, field_name))

    def is_external(self, type_name: str, field_name: str) -> bool:
        """Whether the field is only a reference to another subgraph's."""
        return (type_name, field_name) in self.facts.external


TypeSources = tuple[tuple[Graph, TypeDefinition], ...]
FieldSources = tuple[tuple[Graph, Field], ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """A type whose members are merged: its name, merged kind and sources."""

    name: str
    kind: Kind
    sources: TypeSources


@dataclass(slots=True)
class Report:
    """Errors and hints as they are found."""

    errors: list[CompositionError] = field(default_factory=list)
    hints: list[CompositionHint] = field(default_factory=list)

    def error(self, code: str, message: str, *locations: Location) -> None:
        """Record an error."""
        self.errors.append(CompositionError(code, message, locations))

    def hint(self, code: str, message: str, *locations: Location) -> None:
        """Record a hint."""
        self.hints.append(CompositionHint(code, message, locations))


@dataclass(frozen=True, slots=True)
class Graphs:
    """All subgraphs in the order of their names, and the relations that merging asks for."""

    all: tuple[Graph, ...]
    types: Mapping[str, TypeSources]  # by name, in byte order
    kinds: Mapping[str, Kind]  # merged kind: an interface object is an interface
    interfaces: Mapping[str, tuple[str, ...]]  # type to the interfaces it implements anywhere
    subtypes: Mapping[str, frozenset[str]]  # interface or union to what it covers anywhere
    implementations: Mapping[str, tuple[str, ...]]  # interface to object types anywhere
    interface_objects: Mapping[str, TypeSources]  # interface to the subgraphs that abstract it

    def abstracted(self, graph: Graph, type_name: str, field_name: str) -> Iterator[Field]:
        """Fields of a graph's interface objects that stand for a field of a type it lacks."""
        for interface in self.interfaces.get(type_name, ()):
            for owner, definition in self.interface_objects.get(interface, ()):
                if owner is graph and field_name in definition.fields:
                    yield definition.fields[field_name]


def order_graphs(members: Sequence[tuple[Subgraph, Facts]]) -> tuple[Graph, ...]:
    """The subgraphs by name, each with its join__Graph value."""
    ordered = sorted(members, key=lambda member: member[0].name)
    plain = [_enum_name(subgraph.name) for subgraph, _ in ordered]
    counts = Counter(plain)
    seen: Counter[str] = Counter()
    graphs: list[Graph] = []
    for (subgraph, facts), name in zip(ordered, plain, strict=True):
        seen[name] += 1
        unique = f"{name}_{seen[name]}" if counts[name] > 1 else name
        graphs.append(Graph(subgraph, facts, EnumLiteral(unique)))
    return tuple(graphs)


def _enum_name(name: str) -> str:
    """Upper case, other characters as `_`; never like the numbered names of collisions."""
    upper = re.sub(r"[^A-Z0-9_]", "_", name.upper())
    if re.match(r"\d", upper):
        upper = f"_{upper}"
    return f"{upper}_" if re.search(r"_\d+$", upper) else upper


def relate(graphs: tuple[Graph, ...]) -> Graphs:
    """The graphs with their relations."""
    sources: dict[str, list[tuple[Graph, TypeDefinition]]] = defaultdict(list)
    for graph in graphs:
        for name, definition in graph.subgraph.types.items():
            sources[name].append((graph, definition))
    types = {name: tuple(sources[name]) for name in sorted(sources)}
    objects = {
        name: tuple((g, d) for g, d in found if is_interface_object(d))
        for name, found in types.items()
    }
    kinds = {
        name: Kind.INTERFACE if objects[name] else found[0][1].kind for name, found in types.items()
    }
    interfaces = {name: _interfaces(found) for name, found in types.items()}
    subtypes: dict[str, set[str]] = defaultdict(set)
    implementations: dict[str, list[str]] = defaultdict(list)
    for name, found in types.items():
        for interface in interfaces[name]:
            subtypes[interface].add(name)
            if kinds[name] is Kind.OBJECT:
                implementations[interface].append(name)
        for _, definition in found:
            subtypes[name].update(definition.members)
    return Graphs(
        all=graphs,
        types=types,
        kinds=kinds,
        interfaces=interfaces,
        subtypes={name: frozenset(names) for name, names in subtypes.items()},
        implementations={name: tuple(names) for name, names in implementations.items()},
        interface_objects={name: found for name, found in objects.items() if found},
    )


def _interfaces(found: TypeSources) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, definition in found for name in definition.interfaces))
