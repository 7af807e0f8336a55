"""A schema in, hypothesis strategies of what a careless or hostile client sends out.

Values have the JSON type that the schema asks for, or not; texts hold every kind of character,
numbers every size. What must hold of the answers is `RootField.assert_decent`.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    build_schema,
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


@dataclass(frozen=True, slots=True)
class RootField:
    """A field of Query or Mutation."""

    kind: str
    name: str
    definition: GraphQLField

    def __str__(self) -> str:
        return self.name

    @property
    def operation(self) -> str:
        """The field with a variable for each argument, asking which type answered."""
        arguments = self.definition.args
        declared = ", ".join(f"${name}: {argument.type}" for name, argument in arguments.items())
        passed = ", ".join(f"{name}: ${name}" for name in arguments)
        if not arguments:
            return f"{self.kind} {{ {self.name} {{ __typename }} }}"
        return f"{self.kind} ({declared}) {{ {self.name}({passed}) {{ __typename }} }}"

    @property
    def variables(self) -> st.SearchStrategy[dict[str, Any]]:
        """What may be sent for the operation's variables."""
        return st.fixed_dictionaries(
            {name: values_of(argument.type) for name, argument in self.definition.args.items()}
        )

    def assert_decent(self, answer: httpx.Response) -> None:
        """A member of the result's union, or an error with a code that blames the input."""
        assert answer.status_code in (200, 400), answer.text
        body: Mapping[str, Any] = answer.json()
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        if answer.status_code == 400:
            assert codes == {"BAD_REQUEST"}, body
            return
        assert codes <= EXPECTED_CODES, body
        union = get_named_type(self.definition.type)
        if not codes and isinstance(union, GraphQLUnionType):
            assert body["data"][self.name]["__typename"] in {each.name for each in union.types}


def root_fields(sdl: str) -> list[RootField]:
    """Every field that a client of the gateway reaches first."""
    schema = build_schema(sdl, assume_valid=True)
    roots = {"query": schema.query_type, "mutation": schema.mutation_type}
    return [
        RootField(kind, name, definition)
        for kind, root in roots.items()
        if root is not None
        for name, definition in root.fields.items()
        if not name.startswith("_")
    ]


def values_of(kind: GraphQLInputType) -> st.SearchStrategy[Any]:
    """Mostly values of the kind, now and then anything."""
    return st.integers(0, 11).flatmap(lambda dice: ANYTHING if dice == 0 else _proper(kind))


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
