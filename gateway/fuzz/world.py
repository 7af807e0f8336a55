"""The data behind a supergraph: from an object, a field and its arguments to the field's value.

Every value is a function of the seed and of the object's identity, so two subgraphs that may both
answer a field answer the same, and a wrong argument shows. Objects of a type with keys are
numbered, and the fields of their keys tell them apart.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from typing import Union

from gateway.federation.model import Field, FieldJoin, Supergraph, TypeKind
from gateway.federation.selection import FieldSelection, FragmentSelection, SelectionSet
from gateway.fuzz.constants import parse_arguments

ENTITIES_PER_TYPE = 4


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the world. `number` counts the objects of a type that has keys."""

    typename: str
    identity: str
    number: int | None = None


Value = Union[Thing, None, str, int, float, bool, dict[str, object], list["Value"]]  # noqa: UP007  # refers to itself


class Draws:
    """Numbers that depend on nothing but their name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def below(self, limit: int) -> int:
        """The next number from 0 to `limit` - 1."""
        self._count += 1
        digest = blake2b(f"{self._name}#{self._count}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % limit


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as the strictest subgraph has it: nullable or not at each list level."""

    non_null: bool
    item: "Shape | None"


@cache
def shape(*texts: str) -> Shape:
    """The shape that satisfies every one of the types (`[T!]`, `[T]!` → `[T!]!`)."""
    bare = [text.removesuffix("!") for text in texts]
    non_null = any(text.endswith("!") for text in texts)
    if bare[0].startswith("["):
        return Shape(non_null, shape(*(text[1:-1] for text in bare)))
    return Shape(non_null, None)


class World:
    """All data of one supergraph under one seed."""

    def __init__(self, supergraph: Supergraph, seed: int) -> None:
        self.supergraph = supergraph
        self._seed = seed
        self._memo: dict[tuple[Thing, str, str], Value] = {}

    @cached_property
    def implementations(self) -> Mapping[str, frozenset[str]]:
        """Interface name → its object types, in any subgraph."""
        found: dict[str, set[str]] = {}
        for definition in self.supergraph.types.values():
            if definition.kind is TypeKind.OBJECT:
                for names in definition.interfaces.values():
                    for name in names:
                        found.setdefault(name, set()).add(definition.name)
        return {name: frozenset(objects) for name, objects in found.items()}

    @cached_property
    def _entity_types(self) -> Mapping[str, int]:
        """Object types with keys, each with a number of its own."""
        names = sorted(
            definition.name
            for definition in self.supergraph.types.values()
            if definition.kind is TypeKind.OBJECT
            and any(join.keys for join in definition.joins.values())
        )
        return {name: index for index, name in enumerate(names)}

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """Types that clients cannot see; the world has no object of them."""
        return frozenset(
            definition.name
            for definition in self.supergraph.types.values()
            if any(directive.name == "inaccessible" for directive in definition.directives)
        )

    @cached_property
    def key_fields(self) -> Mapping[str, frozenset[str]]:
        """Top-level fields of any key, by type; an object type has its interfaces' too."""
        own: dict[str, set[str]] = {}
        for definition in self.supergraph.types.values():
            for join in definition.joins.values():
                for key in join.keys:
                    names = {item.name for item in key.selection if hasattr(item, "name")}
                    own.setdefault(definition.name, set()).update(names)
                    for implementation in self.implementations.get(definition.name, ()):
                        own.setdefault(implementation, set()).update(names)
        return {name: frozenset(fields) for name, fields in own.items()}

    def entities(self, typename: str) -> Iterator[Thing]:
        """Every object of an object type with keys, or of an interface's object types."""
        for name in sorted(self.implementations.get(typename, {typename})):
            if name in self._entity_types:
                for number in range(ENTITIES_PER_TYPE):
                    yield self.entity(name, number)

    def entity(self, typename: str, number: int) -> Thing:
        """The numbered object of `typename`."""
        number %= ENTITIES_PER_TYPE
        return Thing(typename, f"{typename}~{number}", number)

    def possible(self, typename: str, graph: str) -> frozenset[str]:
        """Object types that a value of `typename` from `graph` may have."""
        definition = self.supergraph.types[typename]
        join = definition.joins.get(graph)
        if definition.kind is TypeKind.UNION:
            return frozenset(definition.members.get(graph, ()))
        if definition.kind is TypeKind.OBJECT:
            return frozenset({typename})
        names = self.implementations.get(typename, frozenset())
        if join is not None and join.interface_object:
            return names
        return frozenset(
            name
            for name in names
            if typename in self.supergraph.types[name].interfaces.get(graph, ())
        )

    def field(self, typename: str, name: str) -> Field:
        """The field as the object type has it, or one of its interfaces."""
        definition = self.supergraph.types[typename]
        if name in definition.fields:
            return definition.fields[name]
        interfaces = sorted(set().union(*definition.interfaces.values()))
        return next(
            fields[name]
            for fields in (self.supergraph.types[interface].fields for interface in interfaces)
            if name in fields
        )

    @cache  # noqa: B019  # lives as long as the world does
    def joins(self, typename: str, name: str) -> tuple[FieldJoin, ...]:
        """Every join of a field that answers it, with those by way of interface objects."""
        definition = self.supergraph.types[typename]
        own = definition.fields[name].joins if name in definition.fields else {}
        found = dict(own)
        for interface in sorted(set().union(*definition.interfaces.values())):
            source = self.supergraph.types[interface]
            for graph, join in source.joins.items():
                if join.interface_object and name in source.fields:
                    via = source.fields[name].joins.get(graph)
                    if via is not None:
                        found.setdefault(graph, via)
        return tuple(join for join in found.values() if not (join.external or join.used_overridden))

    def value(self, thing: Thing, name: str, arguments: Mapping[str, object]) -> Value:
        """The field's value, the same whoever asks."""
        written = json.dumps(arguments, sort_keys=True, default=str) if arguments else ""
        memo = (thing, name, written)
        if memo not in self._memo:
            self._memo[memo] = self._make(thing, name, written)
        return self._memo[memo]

    def _make(self, thing: Thing, name: str, written: str) -> Value:
        definition = self.field(thing.typename, name)
        joins = self.joins(thing.typename, name)
        texts = [definition.type.text, *(join.type.text for join in joins)]
        wanted = shape(*(text.replace(" ", "") for text in texts))
        leaf = _Leaf(thing, name, f"{self._seed}|{thing.identity}.{name}{written}", joins)
        if thing.number is not None and name in self.key_fields.get(thing.typename, ()):
            return self._key_value(leaf, wanted, thing.number)
        return self._fill(leaf, wanted, Draws(leaf.identity), leaf.identity)

    def _fill(self, leaf: "_Leaf", wanted: Shape, draws: Draws, identity: str) -> Value:
        if not wanted.non_null and draws.below(8) == 0:
            return None
        if wanted.item is not None:
            count = draws.below(4)
            return [
                self._fill(leaf, wanted.item, draws, f"{identity}[{index}]")
                for index in range(count)
            ]
        return self._named(leaf, draws, identity)

    def _named(self, leaf: "_Leaf", draws: Draws, identity: str) -> Value:
        types = self.supergraph.types
        typename = self.field(leaf.thing.typename, leaf.name).type.name
        definition = types.get(typename)
        if definition is None or definition.kind is TypeKind.SCALAR:
            return scalar(typename, draws)
        if definition.kind is TypeKind.ENUM:
            graphs = definition.joins.keys()
            values = [name for name, value in definition.values.items() if value.graphs >= graphs]
            return values[draws.below(len(values))] if values else None
        choices = sorted(self._runtime_types(leaf))
        if not choices:
            return None
        chosen = choices[draws.below(len(choices))]
        if chosen == self.supergraph.query:
            return Thing(chosen, chosen)
        if chosen in self._entity_types:
            return self.entity(chosen, draws.below(ENTITIES_PER_TYPE))
        return Thing(chosen, f"{identity}:{chosen}")

    def _runtime_types(self, leaf: "_Leaf") -> frozenset[str]:
        """What every subgraph that answers the field can return."""
        if not leaf.joins:
            return frozenset()
        sets = [self.possible(join.type.name, join.graph) for join in leaf.joins]
        return frozenset.intersection(*sets) - self._hidden

    def _key_value(self, leaf: "_Leaf", wanted: Shape, number: int) -> Value:
        """A value that no other object of the world has in this field."""
        if wanted.item is not None:
            return [self._key_value(leaf, wanted.item, number + step) for step in range(2)]
        typename = self.field(leaf.thing.typename, leaf.name).type.name
        definition = self.supergraph.types.get(typename)
        if definition is not None and definition.kind is TypeKind.OBJECT:
            if typename in self._entity_types:
                return self.entity(typename, number)
            return Thing(typename, f"{leaf.thing.identity}.{leaf.name}")
        unique = self._entity_types[leaf.thing.typename] * 1_000 + number
        match typename:
            case "Int":
                return unique
            case "Float":
                return unique + 0.5
            case "Boolean":
                return number % 2 == 0
        if definition is not None and definition.kind is TypeKind.ENUM:
            values = list(definition.values)
            return values[number % len(values)]
        return f"{leaf.thing.typename}~{number}"

    def project(self, thing: Thing, selections: SelectionSet) -> dict[str, object]:
        """What a field set selects of `thing`, as a representation holds it."""
        result: dict[str, object] = {}
        for selection in selections:
            if isinstance(selection, FragmentSelection):
                if self._applies(selection.type_condition, thing.typename):
                    result.update(self.project(thing, selection.selections))
            elif selection.name == "__typename":
                result["__typename"] = thing.typename
            else:
                arguments = parse_arguments(selection.arguments)
                value = self.value(thing, selection.name, arguments)
                result[selection.name] = self._plain(value, selection)
        return result

    def _applies(self, condition: str | None, typename: str) -> bool:
        if condition is None or condition == typename:
            return True
        definition = self.supergraph.types[condition]
        members = set().union(*definition.members.values()) if definition.members else set()
        return typename in self.implementations.get(condition, ()) or typename in members

    def _plain(self, value: Value, selection: FieldSelection) -> object:
        if isinstance(value, Thing):
            return self.project(value, selection.selections)
        if isinstance(value, list):
            return [self._plain(item, selection) for item in value]
        return value


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The field being made: its object, name, full identity, and who answers it."""

    thing: Thing
    name: str
    identity: str
    joins: tuple[FieldJoin, ...]


def scalar(typename: str, draws: Draws) -> Value:
    """A value of a built-in scalar; of a custom one a JSON value of any kind."""
    match typename:
        case "Int":
            return draws.below(2**31)
        case "Float":
            return draws.below(1_000) / 8
        case "Boolean":
            return draws.below(2) == 0
        case "String" | "ID":
            return ["", "plain", 'quoted "é😀"\n', "0"][draws.below(4)] + str(draws.below(100))
        case _:
            kinds: list[Value] = ["text", 2**60, 1.0, {"b": [1, None], "a": {}}]
            return kinds[draws.below(len(kinds))]
