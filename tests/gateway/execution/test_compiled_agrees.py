"""Generated code against the general code, on random data right and wrong."""

import asyncio
import copy
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.completion import complete
from gateway.execution.completion_source import DEVIATIONS, compile_completion
from gateway.execution.data_shape import DataNode, InputAnalysis
from gateway.execution.executor import answer_of
from gateway.execution.representations import Batch, Collect, collector
from gateway.execution.representations_source import compile_collector
from gateway.execution.shapes import shape_of
from gateway.planner.plan import (
    LIST,
    EntityInput,
    InputField,
    OperationKind,
    QueryPlan,
    Representation,
    TypeCondition,
)
from gateway.transport.base import SubgraphResponse, TransportError
from gateway.transport.headers import OutgoingHeaders
from tests.gateway.execution.plans import (
    Client,
    entities,
    entity_step,
    fetched,
    make_run,
    root_step,
)

CLIENT = Client(
    """
    enum E { A B }
    interface N { id: ID! }
    type X implements N { id: ID! e: E! n: N }
    type Y implements N { id: ID! f: Float ns: [[N!]] s: String! }
    type Query { n: N ns: [N!] x: X }
    """
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(0, 1), st.sampled_from(["", "A", "C"])
)


def outputs(depth: int) -> tuple[Any, ...]:
    inner = outputs(depth - 1) if depth else ()
    nested = (
        (
            CLIENT.out("n", "N", *inner, on=frozenset({"X"})),
            CLIENT.out("ns", "[[N!]]", *inner, on=frozenset({"Y"})),
        )
        if depth
        else ()
    )
    return (
        CLIENT.out("kind", "String!", source="__typename"),
        CLIENT.out("id", "ID!"),
        CLIENT.out("e", "E!", on=frozenset({"X"})),
        CLIENT.out("f", "Float", on=frozenset({"Y"})),
        CLIENT.out("s", "String!", on=frozenset({"Y"})),
        *nested,
    )


OUTPUT = (
    CLIENT.out("n", "N", *outputs(2)),
    CLIENT.out("ns", "[N!]", CLIENT.out("id", "ID!")),
    CLIENT.out("x", "X", CLIENT.out("e", "E!"), CLIENT.out("n", "N", CLIENT.out("id", "ID!"))),
)
NODES = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.fixed_dictionaries(
            {"__typename": st.sampled_from(["X", "Y", "Z"]), "id": st.sampled_from(["1", 2])},
            optional={
                "e": st.sampled_from(["A", "B"]),
                "f": st.sampled_from([1.5, 2, None]),
                "s": st.sampled_from(["s", None]),
                "n": children,
                "ns": st.lists(st.lists(children, max_size=2), max_size=2),
            },
        ),
    ),
    max_leaves=12,
)
DATA = st.fixed_dictionaries(
    {}, optional={"n": NODES, "ns": st.lists(NODES, max_size=3), "x": NODES}
)
SHAPE = shape_of(CLIENT.schema, "Query", OUTPUT)
FAST = compile_completion(SHAPE, DataNode())


@settings(max_examples=400, deadline=None)
@given(DATA)
def test_completion_is_the_same_or_left_to_the_general_one(data: dict[str, Any]) -> None:
    expected = complete(SHAPE, copy.deepcopy(data))
    try:
        quick = FAST(data)
    except DEVIATIONS:
        return
    assert expected.errors == []
    assert msgspec.json.encode(quick) == msgspec.json.encode(expected.data)


INPUT = EntityInput(
    alias="_entities",
    variable="representations",
    targets=(
        ("ns", LIST),
        ("n", "ns", LIST, LIST),
        ("n", TypeCondition(frozenset({"X"})), "n"),
    ),
    representations=(
        Representation(
            frozenset({"X"}), "X", (InputField("id", "id"), InputField("e", "e", is_key=False))
        ),
        Representation(frozenset({"Y"}), "Y", (InputField("id", "id"),)),
    ),
)
COLLECT = cast("Collect", compile_collector(INPUT, InputAnalysis(overlaps=False)))


@settings(max_examples=400, deadline=None)
@given(DATA)
def test_collecting_is_the_same_or_left_to_the_general_one(data: dict[str, Any]) -> None:
    quick, general = Batch(), Batch()
    collector(INPUT)(data, general)
    try:
        COLLECT(data, quick)
    except DEVIATIONS:
        return
    assert quick.representations == general.representations
    ids = [[id(each) for each in group] for group in quick.groups]
    assert ids == [[id(each) for each in group] for group in general.groups]


class Canned:
    """A transport whose subgraph is a function."""

    def __init__(self, data: dict[str, Any] | None) -> None:
        self._data = data

    def request(
        self, body: bytes, headers: OutgoingHeaders, deadline: float | None, repeatable: bool
    ) -> "asyncio.Future[SubgraphResponse]":
        """Its data, or a name and a home for each representation."""
        future: asyncio.Future[SubgraphResponse] = asyncio.get_running_loop().create_future()
        data: object = self._data
        if data is None:
            sent = msgspec.json.decode(body)["variables"]["representations"]
            data = {"_entities": [{"n": f"n{each['id']}", "home": {"z": 1}} for each in sent]}
        future.set_result(SubgraphResponse(200, (), msgspec.json.encode({"data": data})))
        return future

    async def subscribe(
        self, request: Mapping[str, object], headers: OutgoingHeaders
    ) -> AsyncGenerator[Mapping[str, object], None]:
        """Nothing to subscribe to."""
        raise TransportError("no subscriptions")
        yield {}

    async def aclose(self) -> None:
        """Nothing to close."""


PEOPLE = Client(
    "type Query { us: [U] } type H { z: Int } "
    "type U { id: ID! n: String home: H friend: U best: U }"
)
KEY = fetched("id", "ID!")
PEOPLE_STEP = root_step(
    "a",
    "{us{...}}",
    fetched("us", "[U]", KEY, fetched("friend", "U", KEY), fetched("best", "U", KEY)),
)
TARGETS = (("us", LIST), ("us", LIST, "friend"), ("us", LIST, "best"))
JOIN = entity_step(
    "b",
    "query($representations:[_Any!]!){...}",
    (entities("U", *TARGETS),),
    (fetched("n", "String"), fetched("home", "H", fetched("z", "Int"))),
)
NAME = (PEOPLE.out("n", "String"), PEOPLE.out("home", "H", PEOPLE.out("z", "Int")))
PLAN = QueryPlan(
    OperationKind.QUERY,
    (PEOPLE_STEP, JOIN),
    (
        PEOPLE.out(
            "us",
            "[U]",
            PEOPLE.out("id", "ID!"),
            PEOPLE.out("friend", "U", PEOPLE.out("id", "ID!"), *NAME),
            PEOPLE.out("best", "U", *NAME),
            *NAME,
        ),
    ),
)
PERSON = st.fixed_dictionaries({"id": st.sampled_from(["1", "2", "3"])})
US = st.lists(
    st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {
                "id": st.sampled_from(["1", "2", "3"]),
                "friend": st.one_of(st.none(), PERSON),
                "best": st.one_of(st.none(), PERSON),
            }
        ),
    ),
    max_size=5,
)


async def body(data: dict[str, Any], *, careful: bool) -> bytes:
    run = make_run(PLAN, PEOPLE, {"a": Canned(data), "b": Canned(None)})
    run.failed = careful
    run.start()
    return (await answer_of(run)).body


@settings(max_examples=200, deadline=None)
@given(US)
def test_shared_objects_give_the_same_answer_as_separate_ones(us: list[Any]) -> None:
    quick = asyncio.run(body({"us": us}, careful=False))
    assert quick == asyncio.run(body({"us": us}, careful=True))
    answer = msgspec.json.decode(quick)["data"]["us"]
    for before, after in zip(us, answer, strict=True):
        if before is not None:
            assert after["n"] == f"n{before['id']}"
            friend = before["friend"]
            wanted = friend and {"id": friend["id"], "n": f"n{friend['id']}", "home": {"z": 1}}
            assert after["friend"] == wanted
