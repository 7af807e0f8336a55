"""Representations and their answers: acceptance points G54 to G56, G28, G34 and contexts."""

from dataclasses import replace
from typing import Any

from gateway.planner.plan import (
    LIST,
    ContextArgument,
    EntityInput,
    InputField,
    OperationKind,
    QueryPlan,
    Representation,
)
from tests.gateway.execution.plans import (
    Client,
    answer,
    entities,
    entity_step,
    fetched,
    open_subgraphs,
    root_step,
)
from tests.gateway.transport.subgraph_server import Reply, Request, subgraph_server

CLIENT = Client(
    "type Query { us: [U] p: P } type U { id: ID! n: String s: Int } "
    "type P { author: U editor: U price(cur: String): Int cur: String parts: [U] }"
)
US = root_step("a", "{us{id}}", fetched("us", "[U]", fetched("id", "ID!")))
NAMES = "query($representations:[_Any!]!){_entities(representations:$representations){...on U{n}}}"
N = entity_step("b", NAMES, (entities("U", ("us", LIST)),), (fetched("n", "String"),))
PLAN = QueryPlan(
    OperationKind.QUERY, (US, N), (CLIENT.out("us", "[U]", CLIENT.out("n", "String")),)
)


def sent(request: Request) -> Any:
    return request["variables"]["representations"]


def users(*ids: str | None) -> Reply:
    return Reply({"data": {"us": [None if each is None else {"id": each} for each in ids]}})


def names(request: Request) -> Reply:
    return Reply({"data": {"_entities": [{"n": f"n{each['id']}"} for each in sent(request)]}})


async def test_g54_each_entity_is_sent_once_and_fans_back_to_its_positions() -> None:
    async with (
        subgraph_server(lambda _: users("1", "2", "1", None)) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(PLAN, CLIENT, transports)
    assert [each["id"] for each in sent(b.requests[0])] == ["1", "2"]
    assert got == {"data": {"us": [{"n": "n1"}, {"n": "n2"}, {"n": "n1"}, None]}}


async def test_nothing_is_sent_when_no_entity_is_there() -> None:
    async with (
        subgraph_server(lambda _: users(None, None)) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        assert await answer(PLAN, CLIENT, transports) == {"data": {"us": [None, None]}}
    assert b.requests == []


async def test_keys_that_differ_only_in_their_json_type_are_different_entities() -> None:
    reply = Reply(b'{"data":{"us":[{"id":1},{"id":"1"},{"id":true},{"id":1.0}]}}')
    client = Client("scalar Any type Query { us: [U] } type U { id: Any n: String }")
    plan = replace(PLAN, output=(client.out("us", "[U]", client.out("n", "String")),))
    async with (
        subgraph_server(lambda _: reply) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(plan, client, transports)
    assert [repr(each["id"]) for each in sent(b.requests[0])] == ["1", "'1'", "True", "1.0"]
    assert [each["n"] for each in got["data"]["us"]] == ["n1", "n1", "nTrue", "n1.0"]


async def test_g55_several_paths_are_one_request() -> None:
    user = fetched("id", "ID!")
    root = root_step(
        "a",
        "{p{author{id} editor{id}}}",
        fetched("p", "P", fetched("author", "U", user), fetched("editor", "U", user)),
    )
    step = entity_step(
        "b", NAMES, (entities("U", ("p", "author"), ("p", "editor")),), (fetched("n", "String"),)
    )
    person = CLIENT.out("n", "String")
    out = CLIENT.out("p", "P", CLIENT.out("author", "U", person), CLIENT.out("editor", "U", person))
    plan = QueryPlan(OperationKind.QUERY, (root, step), (out,))
    reply = Reply({"data": {"p": {"author": {"id": "1"}, "editor": {"id": "1"}}}})
    async with (
        subgraph_server(lambda _: reply) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(plan, CLIENT, transports)
    assert len(b.requests) == 1
    assert sent(b.requests[0]) == [{"__typename": "U", "id": "1"}]
    assert got == {"data": {"p": {"author": {"n": "n1"}, "editor": {"n": "n1"}}}}


async def test_g56_entity_errors_get_the_client_path_once_per_position() -> None:
    def failing(request: Request) -> Reply:
        return Reply(
            {
                "data": {"_entities": [{"n": None}, {"n": "n2"}]},
                "errors": [
                    {
                        "message": "no n",
                        "path": ["_entities", 0, "n"],
                        "extensions": {"code": "BROKEN", "hint": 1},
                    }
                ],
            }
        )

    aliased = CLIENT.out("us", "[U]", CLIENT.out("called", "String", source="n"))
    async with (
        subgraph_server(lambda _: users("1", "2", "1")) as a,
        subgraph_server(failing) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(replace(PLAN, output=(aliased,)), CLIENT, transports)
    assert got["data"] == {"us": [{"called": None}, {"called": "n2"}, {"called": None}]}
    extensions = {"code": "BROKEN", "hint": 1, "service": "b"}
    assert got["errors"] == [
        {"message": "no n", "path": ["us", 0, "called"], "extensions": extensions},
        {"message": "no n", "path": ["us", 2, "called"], "extensions": extensions},
    ]


async def test_g56_an_error_of_entities_as_a_whole_is_each_missing_entitys() -> None:
    reply = Reply(
        {
            "data": {"_entities": [None, {"n": "n2"}]},
            "errors": [{"message": "lost", "path": ["_entities"]}],
        }
    )
    async with (
        subgraph_server(lambda _: users("1", "2")) as a,
        subgraph_server(lambda _: reply) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(PLAN, CLIENT, transports)
    assert got["data"] == {"us": [{"n": None}, {"n": "n2"}]}
    assert [error["path"] for error in got["errors"]] == [["us", 0, "n"]]


REQUIRES = EntityInput(
    alias="_entities",
    variable="representations",
    targets=(("us", LIST),),
    representations=(
        Representation(
            frozenset({"U"}), "U", (InputField("id", "id"), InputField("n", "n", is_key=False))
        ),
    ),
)
S = entity_step(
    "c",
    "query($representations:[_Any!]!){_entities(representations:$representations){...on U{s}}}",
    (REQUIRES,),
    (fetched("s", "Int"),),
    id=2,
    after=(1,),
)
CHAIN = QueryPlan(
    OperationKind.QUERY,
    (US, N, S),
    (CLIENT.out("us", "[U]", CLIENT.out("id", "ID!"), CLIENT.out("s", "Int")),),
)


def count(request: Request) -> Reply:
    return Reply({"data": {"_entities": [{"s": len(sent(request))} for _ in sent(request)]}})


async def test_g34_a_required_null_is_passed_on_and_a_failed_input_is_not() -> None:
    def half(request: Request) -> Reply:
        return Reply(
            {
                "data": {"_entities": [{"n": None}, {"n": None}]},
                "errors": [{"message": "no n", "path": ["_entities", 1, "n"]}],
            }
        )

    async with (
        subgraph_server(lambda _: users("1", "2")) as a,
        subgraph_server(half) as b,
        subgraph_server(count) as c,
        open_subgraphs({"a": a.url, "b": b.url, "c": c.url}) as transports,
    ):
        got = await answer(CHAIN, CLIENT, transports)
    assert sent(c.requests[0]) == [{"__typename": "U", "id": "1", "n": None}]
    assert got["data"] == {"us": [{"id": "1", "s": 1}, {"id": "2", "s": None}]}
    assert [(each["message"], each["path"]) for each in got["errors"]] == [("no n", ["us", 1, "s"])]


async def test_g28_an_entity_that_is_not_found_leaves_the_others_intact() -> None:
    def some(request: Request) -> Reply:
        return Reply({"data": {"_entities": [{"n": "n1"}, None, {"n": "n3"}]}})

    keyed = replace(
        REQUIRES,
        representations=(Representation(frozenset({"U"}), "U", (InputField("n", "n"),)),),
    )
    plan = replace(CHAIN, steps=(US, N, replace(S, inputs=(keyed,))))
    async with (
        subgraph_server(lambda _: users("1", "2", "3")) as a,
        subgraph_server(some) as b,
        subgraph_server(count) as c,
        open_subgraphs({"a": a.url, "b": b.url, "c": c.url}) as transports,
    ):
        got = await answer(plan, CLIENT, transports)
    assert sent(c.requests[0]) == [{"__typename": "U", "n": "n1"}, {"__typename": "U", "n": "n3"}]
    assert [each["s"] for each in got["data"]["us"]] == [2, None, 2]
    assert "errors" not in got


async def test_g31_nested_lists_of_inputs_are_sent_whole_and_in_order() -> None:
    root = root_step(
        "a",
        "{us{id parts{id w}}}",
        fetched("us", "[U]", fetched("id", "ID!"), fetched("parts", "[U]", fetched("w", "Int"))),
    )
    nested = replace(
        REQUIRES,
        representations=(
            Representation(
                frozenset({"U"}),
                "U",
                (
                    InputField("id", "id"),
                    InputField(
                        "parts", "parts", (InputField("w", "w", is_key=False),), None, False
                    ),
                ),
            ),
        ),
    )
    plan = replace(CHAIN, steps=(root, replace(S, id=1, after=frozenset({0}), inputs=(nested,))))
    us: list[dict[str, object]] = [
        {"id": "1", "parts": [{"w": 2}, None, {"w": 1}]},
        {"id": "2", "parts": None},
    ]
    async with (
        subgraph_server(lambda _: Reply({"data": {"us": us}})) as a,
        subgraph_server(count) as c,
        open_subgraphs({"a": a.url, "c": c.url}) as transports,
    ):
        await answer(plan, CLIENT, transports)
    assert sent(c.requests[0]) == [{"__typename": "U", **each} for each in us]


async def test_g40_objects_are_asked_for_once_per_value_of_their_context() -> None:
    root = root_step(
        "a",
        "{ps{cur u{id}}}",
        fetched("ps", "[P]", fetched("cur", "String"), fetched("u", "U", fetched("id", "ID!"))),
    )
    priced = EntityInput(
        alias="_entities",
        variable="representations",
        targets=(("ps", LIST, "u"),),
        representations=(Representation(frozenset({"U"}), "U", (InputField("id", "id"),)),),
        contexts=(ContextArgument("cur", 2, (InputField("cur", "cur"),)),),
    )
    step = entity_step(
        "b",
        "query($representations:[_Any!]!,$cur:String){...}",
        (priced,),
        (fetched("n", "String"),),
    )
    client = Client("type Query { ps: [P] } type P { u: U } type U { n: String }")
    out = client.out("ps", "[P]", client.out("u", "U", client.out("n", "String")))
    ps = [{"cur": cur, "u": {"id": id_}} for cur, id_ in (("USD", "1"), ("EUR", "1"), ("USD", "2"))]

    def priced_names(request: Request) -> Reply:
        cur = request["variables"]["cur"]
        return Reply({"data": {"_entities": [{"n": cur + each["id"]} for each in sent(request)]}})

    async with (
        subgraph_server(lambda _: Reply({"data": {"ps": ps}})) as a,
        subgraph_server(priced_names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(QueryPlan(OperationKind.QUERY, (root, step), (out,)), client, transports)
    assert [each["u"]["n"] for each in got["data"]["ps"]] == ["USD1", "EUR1", "USD2"]
    assert len(b.requests) == 2
