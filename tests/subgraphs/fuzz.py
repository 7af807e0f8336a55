"""A schema in, hypothesis strategies of what a careless or hostile client sends out.

Values have the JSON type that the schema asks for, or not; texts hold every kind of character,
numbers every size. What must hold of the answers is `assert_decent`.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from hypothesis import strategies as st
from starlette.applications import Starlette

from deploy.local.ports import free_port
from shared.serve import embedded_server

TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            " ",
            "x" * 5_001,
            "'; DROP TABLE users; --",
            "\u202eabc",
            "../../etc/passwd",
            "01a1f8fe-eefc-79a1-8cbf-9260e41d4322",
            "{01A1F8FE-EEFC-79A1-8CBF-9260E41D4322}",
            "00000000-0000-0000-0000-000000000000",
            "EUR",
            "Europe/Vienna",
            "2099-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "ann@example.com",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.sampled_from([0, 1, -1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63)]),
)
ANYTHING = st.one_of(
    st.none(), st.booleans(), NUMBERS, st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
EXPECTED_CODES = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


def variables_of(mutation: str, schema: GraphQLSchema) -> st.SearchStrategy[dict[str, Any]]:
    """Variables for the operation that `operation_of` writes."""
    arguments = _mutations(schema)[mutation].args
    return st.fixed_dictionaries(
        {name: values_of(argument.type) for name, argument in arguments.items()}
    )


def values_of(kind: GraphQLInputType) -> st.SearchStrategy[Any]:
    """Mostly values of the kind, now and then anything."""
    return st.integers(0, 11).flatmap(lambda dice: ANYTHING if dice == 0 else _proper(kind))


def operation_of(mutation: str, schema: GraphQLSchema) -> str:
    """The mutation with a variable for each argument, asking which member answered."""
    field = _mutations(schema)[mutation]
    declared = ", ".join(f"${name}: {argument.type}" for name, argument in field.args.items())
    passed = ", ".join(f"{name}: ${name}" for name in field.args)
    head = f"mutation ({declared}) {{ {mutation}({passed})" if field.args else f"{{ {mutation}"
    return f"{head} {{ __typename }} }}"


def mutations_of(schema: GraphQLSchema) -> list[str]:
    """The names of all mutations."""
    return sorted(_mutations(schema))


def assert_decent(answer: httpx.Response, mutation: str, schema: GraphQLSchema) -> None:
    """A member of the result's union, or an error with a code that blames the input."""
    assert answer.status_code in (200, 400), answer.text
    body: Mapping[str, Any] = answer.json()
    if answer.status_code == 400:
        assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        return
    codes = {error["extensions"]["code"] for error in body.get("errors", ())}
    assert codes <= EXPECTED_CODES, body
    if not codes:
        union = get_named_type(_mutations(schema)[mutation].type)
        assert isinstance(union, GraphQLUnionType)
        assert body["data"][mutation]["__typename"] in {each.name for each in union.types}


@contextmanager
def served_by_thread(app: Starlette) -> Iterator[str]:
    """`app` on a socket, run by a thread with an event loop of its own; its base URL."""
    port = free_port()
    server = embedded_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _mutations(schema: GraphQLSchema) -> Any:
    assert isinstance(schema.mutation_type, GraphQLObjectType)
    return schema.mutation_type.fields


def _proper(kind: GraphQLInputType) -> st.SearchStrategy[Any]:
    if isinstance(kind, GraphQLNonNull):
        return _proper(kind.of_type)
    if isinstance(kind, GraphQLList):
        return st.lists(values_of(kind.of_type), max_size=3)
    if isinstance(kind, GraphQLEnumType):
        return st.sampled_from(sorted(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required: dict[str, st.SearchStrategy[Any]] = {}
        optional: dict[str, st.SearchStrategy[Any]] = {}
        for name, field in kind.fields.items():
            is_required = isinstance(field.type, GraphQLNonNull)
            (required if is_required else optional)[name] = values_of(field.type)
        return st.fixed_dictionaries(required, optional=optional)
    return {"Int": NUMBERS, "Boolean": st.booleans()}.get(kind.name, TEXTS)
