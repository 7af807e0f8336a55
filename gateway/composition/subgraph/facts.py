"""What a subgraph's directives amount to, worked out once: field coordinates by role."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.composition.subgraph.field_sets import selected_fields, try_field_set
from gateway.composition.subgraph.model import Kind, Subgraph, TypeDefinition, applied, has
from gateway.composition.type_ref import base

Coordinate = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Coordinates (type, field) of one subgraph by the role they play."""

    external: frozenset[Coordinate]  # not resolved here, @provides aside
    provided: frozenset[Coordinate]  # selected by some @provides
    shareable: frozenset[Coordinate]
    used: frozenset[Coordinate]  # by key, requires, provides, context or an interface
    implementations: Mapping[str, tuple[str, ...]]  # interface to object types

    def resolves(self, coordinate: Coordinate) -> bool:
        """Whether the subgraph can resolve the field on some path."""
        return coordinate not in self.external or coordinate in self.provided


def facts_of(subgraph: Subgraph) -> Facts:
    """The facts of a subgraph whose directives are already known to be well formed."""
    implementations = _implementations(subgraph)
    keys = frozenset(_key_fields(subgraph, implementations))
    provided = frozenset(_provided(subgraph, implementations))
    required = frozenset(_required(subgraph, implementations))
    constrained = frozenset(_interface_fields(subgraph, implementations))
    return Facts(
        external=frozenset(_marked_external(subgraph)) - frozenset(_fake_external(subgraph)),
        provided=provided,
        shareable=keys | provided | frozenset(_marked_shareable(subgraph)),
        used=keys | provided | required | constrained | frozenset(_context_fields(subgraph)),
        implementations=implementations,
    )


def _implementations(subgraph: Subgraph) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for definition in subgraph.types.values():
        if definition.kind is Kind.OBJECT:
            for interface in definition.interfaces:
                found[interface].append(definition.name)
    return {interface: tuple(names) for interface, names in found.items()}


def _selected(
    subgraph: Subgraph, parent: str, value: object, implementations: Mapping[str, tuple[str, ...]]
) -> Iterator[Coordinate]:
    """Selected coordinates; those of an interface stand for its implementations' fields too."""
    for owner, field in selected_fields(subgraph, parent, try_field_set(value)):
        yield owner, field.name
        for implementation in implementations.get(owner, ()):
            if field.name in subgraph.types[implementation].fields:
                yield implementation, field.name


def _key_fields(
    subgraph: Subgraph, implementations: Mapping[str, tuple[str, ...]]
) -> Iterator[Coordinate]:
    for definition in subgraph.types.values():
        for key in applied(definition.directives, "key"):
            fields = key.arguments.get("fields")
            yield from _selected(subgraph, definition.name, fields, implementations)


def _provided(
    subgraph: Subgraph, implementations: Mapping[str, tuple[str, ...]]
) -> Iterator[Coordinate]:
    for definition in subgraph.types.values():
        for field in definition.fields.values():
            for provides in applied(field.directives, "provides"):
                fields = provides.arguments.get("fields")
                yield from _selected(subgraph, base(field.type), fields, implementations)


def _required(
    subgraph: Subgraph, implementations: Mapping[str, tuple[str, ...]]
) -> Iterator[Coordinate]:
    for definition in subgraph.types.values():
        for field in definition.fields.values():
            for requires in applied(field.directives, "requires"):
                fields = requires.arguments.get("fields")
                yield from _selected(subgraph, definition.name, fields, implementations)


def _interface_fields(
    subgraph: Subgraph, implementations: Mapping[str, tuple[str, ...]]
) -> Iterator[Coordinate]:
    """Fields of object types that satisfy an interface of theirs."""
    for interface, names in implementations.items():
        definition = subgraph.types.get(interface)
        for name in names:
            for field in definition.fields if definition else ():
                if field in subgraph.types[name].fields:
                    yield name, field


def _marked_external(subgraph: Subgraph) -> Iterator[Coordinate]:
    for definition in subgraph.types.values():
        whole = has(definition, "external")
        for field in definition.fields.values():
            if whole or (field.directives and has(field, "external")):
                yield definition.name, field.name


def _fake_external(subgraph: Subgraph) -> Iterator[Coordinate]:
    """Key fields that an extension repeats as @external by federation 1's habit.

    The subgraph knows their values, since it is reached by that key.
    """
    for definition in subgraph.types.values():
        extends = has(definition, "extends")
        for key in applied(definition.directives, "key"):
            if not (key.of_extension or extends):
                continue
            selections = try_field_set(key.arguments.get("fields"))
            for owner, field in selected_fields(subgraph, definition.name, selections):
                if has(field, "external"):
                    yield owner, field.name


def _marked_shareable(subgraph: Subgraph) -> Iterator[Coordinate]:
    """@shareable on a type counts for the fields of that very definition or extension block."""
    for definition in subgraph.types.values():
        if definition.kind is not Kind.OBJECT:
            continue
        blocks = {d.of_extension for d in applied(definition.directives, "shareable")}
        for field in definition.fields.values():
            if field.of_extension in blocks or (field.directives and has(field, "shareable")):
                yield definition.name, field.name


def _context_fields(subgraph: Subgraph) -> Iterator[Coordinate]:
    """Fields that some @fromContext reads."""
    contexts: dict[str, list[TypeDefinition]] = defaultdict(list)
    for definition in subgraph.types.values():
        for context in applied(definition.directives, "context"):
            contexts[str(context.arguments.get("name"))].append(definition)
    if not contexts:
        return
    for definition in subgraph.types.values():
        for field in definition.fields.values():
            for argument in field.arguments.values():
                for source in applied(argument.directives, "fromContext"):
                    name, _, selection = str(source.arguments.get("field")).partition(" ")
                    for owner in contexts.get(name.removeprefix("$"), ()):
                        selections = try_field_set(selection.strip())
                        for parent, read in selected_fields(subgraph, owner.name, selections):
                            yield parent, read.name
