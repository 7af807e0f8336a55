"""A federation subgraph made of an SDL and a table of objects: what conformance cases run on.

Data is `{"objects": {"U:1": {"id": "1", "name": "Ann"}}, "roots": {"us": ["U:1"]}}`. Where the
schema has an object, a string names one of the table. A field's value may be `{"$args": {...}}`
(by its arguments as compact JSON), `{"$given": "price"}` (what the representation had),
`{"$error": "text"}` (fails), or anything else as it is. Types that `{"unknown": ["U"]}` lists fail
every representation of theirs, and with it the batch, as if the subgraph had no resolver for them.
"""

import json
from collections.abc import Mapping
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeExtensionNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InputObjectTypeExtensionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeExtensionNode,
    build_ast_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language import REMOVE, Visitor, VisitorAction

JSONObject = dict[str, Any]
EXTENSIONS = (
    EnumTypeExtensionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeExtensionNode,
    UnionTypeExtensionNode,
)
BUILT_IN = {"deprecated", "specifiedBy", "oneOf"}
REPRESENTATION = "$representation"


class DataSubgraph:
    """Answers GraphQL requests from the table and keeps each request in `requests`."""

    def __init__(self, sdl: str, data: Mapping[str, Any]) -> None:
        self.sdl = sdl
        self.requests: list[JSONObject] = []
        self.schema = executable_schema(sdl)
        self._objects: dict[str, JSONObject] = {
            name: {"__typename": name.partition(":")[0], **fields}
            for name, fields in (data.get("objects") or {}).items()
        }
        self._roots: JSONObject = data.get("roots") or {}
        self._unknown = frozenset(data.get("unknown") or ())

    def answer(self, request: JSONObject) -> JSONObject:
        """The response; a document that is not valid here is answered with errors alone."""
        self.requests.append(request)
        document = parse(request["query"])
        if invalid := validate(self.schema, document):
            return {"errors": [{"message": error.message} for error in invalid]}
        result = execute_sync(
            self.schema,
            document,
            variable_values=request.get("variables") or {},
            operation_name=request.get("operationName"),
            field_resolver=self._resolve,
            type_resolver=self._resolve_type,
        )
        answer: JSONObject = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def _resolve(
        self, source: JSONObject | None, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> object:
        if info.field_name == "_entities":
            return [self._entity(item) for item in arguments["representations"]]
        if info.field_name == "_service":
            return {"sdl": self.sdl}
        holder = self._roots if source is None else source
        value = holder.get(info.field_name)
        if isinstance(value, dict) and "$args" in value:
            value = value["$args"][json.dumps(arguments, sort_keys=True, separators=(",", ":"))]
        if isinstance(value, dict) and "$given" in value:
            given = holder.get(REPRESENTATION, {})
            if value["$given"] not in given:
                raise GraphQLError(f"{info.field_name} was not given {value['$given']}: {given}")
            value = given[value["$given"]]
        if isinstance(value, dict) and "$error" in value:
            raise GraphQLError(value["$error"])
        return self._linked(value) if is_composite_type(get_named_type(info.return_type)) else value

    def _linked(self, value: object) -> object:
        if isinstance(value, list):
            return [self._linked(item) for item in value]
        return self._objects[value] if isinstance(value, str) else value

    def _resolve_type(
        self, value: JSONObject, _info: GraphQLResolveInfo[Any], _abstract: GraphQLAbstractType
    ) -> str:
        name: str = value["__typename"]
        return name

    def _entity(self, representation: JSONObject) -> JSONObject | None:
        """The object that has every value of the representation that it has a plain value for."""
        wanted = self.schema.type_map.get(representation["__typename"])
        if wanted is None or wanted.name in self._unknown:
            raise GraphQLError(f"unknown type {representation['__typename']}")
        names = {wanted.name}
        if is_abstract_type(wanted):
            names = {possible.name for possible in self.schema.get_possible_types(wanted)}
        for candidate in self._objects.values():
            if candidate["__typename"] in names and self._fits(candidate, representation):
                return {**candidate, REPRESENTATION: representation}
        return None

    def _fits(self, candidate: JSONObject, representation: JSONObject) -> bool:
        for name, value in representation.items():
            if name == "__typename":
                continue
            known = candidate.get(name)
            if isinstance(value, dict):
                known = self._linked(known)
            if isinstance(value, dict) and isinstance(known, dict):
                if not self._fits(known, value):
                    return False
            elif name in candidate and not isinstance(value, list) and known != value:
                return False
        return any(name in candidate for name in representation if name != "__typename") or (
            list(representation) == ["__typename"]
        )


def executable_schema(sdl: str) -> GraphQLSchema:
    """The subgraph's schema for graphql-core: no federation directives, `_entities` added."""
    document = parse(sdl)
    entities = sorted(entity_names(document))
    definitions = [definition for definition in merged(document) if definition is not None]
    text = "\n".join(print_ast(visit(definition, DropDirectives())) for definition in definitions)
    query = root_name(document)
    text += "\nscalar _Any\ntype _Service { sdl: String }"
    fields = "_service: _Service!"
    if entities:
        text += f"\nunion _Entity = {' | '.join(entities)}"
        fields += " _entities(representations: [_Any!]!): [_Entity]!"
    has_query = any(
        isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == query
        for definition in definitions
    )
    text += f"\n{'extend ' if has_query else ''}type {query} {{ {fields} }}"
    return build_ast_schema(parse(text), assume_valid_sdl=True)


class DropDirectives(Visitor):
    """Removes every directive that GraphQL itself does not define."""

    def enter_directive(self, node: Any, *_: object) -> VisitorAction:
        """Keep the built-in ones."""
        return None if node.name.value in BUILT_IN else REMOVE


def entity_names(document: DocumentNode) -> set[str]:
    """Object types that have a key, in their definition or an extension."""
    return {
        definition.name.value
        for definition in document.definitions
        if isinstance(definition, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and any(
            directive.name.value in {"key", "federation__key"}
            for directive in definition.directives or ()
        )
    }


def merged(document: DocumentNode) -> list[DefinitionNode]:
    """Definitions, where an extension without a definition becomes one."""
    defined = {
        definition.name.value
        for definition in document.definitions
        if hasattr(definition, "name") and not isinstance(definition, EXTENSIONS)
    }
    result: list[DefinitionNode] = []
    for definition in document.definitions:
        if isinstance(definition, SchemaExtensionNode):
            continue
        if isinstance(definition, SchemaDefinitionNode) and not definition.operation_types:
            continue
        if isinstance(definition, EXTENSIONS) and definition.name.value not in defined:
            defined.add(definition.name.value)
            text = print_ast(definition).removeprefix("extend ")
            result.extend(parse(text).definitions)
        else:
            result.append(definition)
    return result


def root_name(document: DocumentNode) -> str:
    """Name of the query type."""
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for operation in definition.operation_types or ():
                if operation.operation.value == "query":
                    return operation.type.name.value
    return "Query"
