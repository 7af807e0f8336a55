"""Subgraphs over the world's data that trust nobody.

A request whose document is not valid, a representation that is no key or lies about a required
field, an external field that no path provided: each is an error, so that the difference shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from gateway.federation.model import FieldJoin
from gateway.federation.selection import FieldSelection, FragmentSelection, SelectionSet
from gateway.fuzz.subgraph_sdl import subgraph_sdl
from gateway.fuzz.world import Thing, Value, World

JSONObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Local:
    """An object inside one subgraph: what it is called there, was given, and was provided."""

    thing: Thing
    typename: str
    provided: SelectionSet = ()
    given: Mapping[str, object] = field(default_factory=dict)


class StrictSubgraph:
    """One subgraph of the world."""

    def __init__(self, world: World, graph: str) -> None:
        self._world = world
        self._graph = graph
        self.schema = build_schema(subgraph_sdl(world.supergraph, graph))
        self._on_key_path = frozenset(self._key_paths())

    def answer(self, request: JSONObject) -> JSONObject:
        """The response to a GraphQL request: `{"data": …, "errors"?: […]}`."""
        document = parse(request["query"])
        if invalid := validate(self.schema, document):
            return {"errors": [{"message": f"{error.message}"} for error in invalid]}
        result = execute_sync(
            self.schema,
            document,
            variable_values=request.get("variables") or {},
            operation_name=request.get("operationName"),
            field_resolver=self._resolve,
            type_resolver=self._resolve_type,
        )
        formatted: JSONObject = {"data": result.data}
        if result.errors:
            formatted["errors"] = [error.formatted for error in result.errors]
        return formatted

    def _resolve(
        self, source: Local | None, info: GraphQLResolveInfo[Any], **arguments: object
    ) -> object:
        if info.field_name == "_entities":
            representations: Any = arguments["representations"]
            return [self._find(representation) for representation in representations]
        parent = info.parent_type.name
        local = source or Local(Thing(parent, parent), parent)
        join = self._world.supergraph.types[parent].fields[info.field_name].joins[self._graph]
        provided = self._provided(local, info.field_name)
        self._check(local, join, info.field_name, provided is not None)
        for use in join.contexts:
            arguments.pop(use.argument, None)
        value = self._world.value(local.thing, info.field_name, arguments)
        return self._wrap(value, join, (provided or ()) + join.provides)

    def _resolve_type(
        self, value: Local, _info: GraphQLResolveInfo[Any], _abstract: GraphQLAbstractType
    ) -> str:
        return value.typename

    def _wrap(self, value: Value, join: FieldJoin, provided: SelectionSet) -> object:
        if isinstance(value, list):
            return [self._wrap(item, join, provided) for item in value]
        if not isinstance(value, Thing):
            return value
        declared = self._world.supergraph.types[join.type.name].joins.get(self._graph)
        renamed = declared is not None and declared.interface_object
        return Local(value, join.type.name if renamed else value.typename, provided)

    def _check(self, local: Local, join: FieldJoin, name: str, provided: bool) -> None:
        where = f"{local.typename}.{name}"
        if join.used_overridden:
            raise GraphQLError(f"{where} is overridden here")
        if join.external and not provided and (local.typename, name) not in self._on_key_path:
            raise GraphQLError(f"{where} is external and not provided on this path")
        if join.requires:
            truth = self._world.project(local.thing, join.requires)
            if not holds(local.given, truth):
                raise GraphQLError(f"{where} requires {truth}, was given {dict(local.given)}")

    def _provided(self, local: Local, name: str) -> SelectionSet | None:
        """What the path provides below the field; None where it does not provide the field."""
        found: SelectionSet | None = None
        pending = list(local.provided)
        while pending:
            selection = pending.pop()
            if isinstance(selection, FragmentSelection):
                condition = selection.type_condition
                if condition is None or self._is_a(local, condition):
                    pending.extend(selection.selections)
            elif selection.name == name:
                found = (found or ()) + selection.selections
        return found

    def _is_a(self, local: Local, condition: str) -> bool:
        possible = self._world.possible(condition, self._graph)
        return condition == local.typename or local.thing.typename in possible

    def _find(self, representation: JSONObject) -> Local:
        typename = representation.get("__typename")
        definition = self._world.supergraph.types.get(str(typename))
        join = definition.joins.get(self._graph) if definition else None
        if join is None:
            raise GraphQLError(f"{typename} is no type of {self._graph}: {representation}")
        for key in join.keys:
            if not key.resolvable:
                continue
            for thing in self._world.entities(str(typename)):
                if holds(representation, self._world.project(thing, key.selection)):
                    return Local(thing, str(typename), given=representation)
        raise GraphQLError(f"no key of {typename} in {self._graph} fits {representation}")

    def _key_paths(self) -> list[tuple[str, str]]:
        """Every (type, field) that some key of this subgraph goes through."""
        found: list[tuple[str, str]] = []

        def walk(typename: str, selections: SelectionSet) -> None:
            for selection in selections:
                if isinstance(selection, FieldSelection) and selection.name != "__typename":
                    found.append((typename, selection.name))
                    below = self._world.field(typename, selection.name).type.name
                    walk(below, selection.selections)

        for definition in self._world.supergraph.types.values():
            join = definition.joins.get(self._graph)
            for key in join.keys if join else ():
                walk(definition.name, key.selection)
        return found


def holds(given: object, truth: object) -> bool:
    """Whether `given` has everything of `truth`; it may have more fields."""
    if isinstance(truth, dict):
        return isinstance(given, dict) and all(
            name in given and holds(given[name], value) for name, value in truth.items()
        )
    if isinstance(truth, list):
        return (
            isinstance(given, list)
            and len(given) == len(truth)
            and all(holds(left, right) for left, right in zip(given, truth, strict=True))
        )
    return given == truth and isinstance(given, bool) == isinstance(truth, bool)
