"""One service with all the data: what the gateway's answer has to equal."""

from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLAbstractType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    parse,
)

from gateway.fuzz.operations import Operation
from gateway.fuzz.world import Thing, Value, World


def answer(world: World, api_schema: GraphQLSchema, operation: Operation) -> ExecutionResult:
    """Execute on the API schema with the reference executor."""

    def resolve(source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: object) -> Value:
        thing = source or Thing(info.parent_type.name, info.parent_type.name)
        return world.value(thing, info.field_name, arguments)

    def resolve_type(
        value: Thing, _info: GraphQLResolveInfo[Any], _abstract: GraphQLAbstractType
    ) -> str:
        return value.typename

    return execute_sync(
        api_schema,
        parse(operation.text),
        variable_values=operation.variables,
        field_resolver=resolve,
        type_resolver=resolve_type,
    )
