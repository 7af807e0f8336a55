"""The graph of steps over real HTTP subgraphs, with plans made by hand."""

from gateway.planner.plan import LIST, OperationKind, QueryPlan, VariableTest
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

CLIENT = Client("type Query { us: [U] } type U { id: ID! name: String n: String m: String }")
US = root_step(
    "a", "{us{id name}}", fetched("us", "[U]", fetched("id", "ID!"), fetched("name", "String"))
)
N = entity_step(
    "b",
    "query($representations:[_Any!]!){_entities(representations:$representations){...on U{n}}}",
    (entities("U", ("us", LIST)),),
    (fetched("n", "String"),),
)
OUT = CLIENT.out("us", "[U]", CLIENT.out("n", "String"), CLIENT.out("id", "String", source="name"))
PLAN = QueryPlan(OperationKind.QUERY, (US, N), (OUT,))


def users(_request: Request) -> Reply:
    return Reply({"data": {"us": [{"id": "1", "name": "Ann"}, {"id": "2", "name": "Ben"}, None]}})


def names(request: Request) -> Reply:
    sent = request["variables"]["representations"]
    return Reply({"data": {"_entities": [{"n": f"n{each['id']}"} for each in sent]}})


async def test_entities_are_joined_and_aliases_appear_only_in_the_answer() -> None:
    async with (
        subgraph_server(users) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        got = await answer(PLAN, CLIENT, transports)
    assert got == {"data": {"us": [{"n": "n1", "id": "Ann"}, {"n": "n2", "id": "Ben"}, None]}}
    assert b.requests[0]["variables"]["representations"] == [
        {"__typename": "U", "id": "1"},
        {"__typename": "U", "id": "2"},
    ]


async def test_an_input_whose_condition_is_false_is_not_fetched() -> None:
    condition = ((VariableTest("with", True),),)
    step = entity_step(
        "b", N.document, (entities("U", ("us", LIST), condition=condition),), *N.selections
    )
    out = CLIENT.out(
        "us",
        "[U]",
        CLIENT.out("name", "String"),
        CLIENT.out("n", "String", condition=condition),
    )
    plan = QueryPlan(OperationKind.QUERY, (US, step), (out,))
    async with (
        subgraph_server(users) as a,
        subgraph_server(names) as b,
        open_subgraphs({"a": a.url, "b": b.url}) as transports,
    ):
        without = await answer(plan, CLIENT, transports, {"with": False})
        assert b.requests == []
        with_it = await answer(plan, CLIENT, transports, {"with": True})
    assert without == {"data": {"us": [{"name": "Ann"}, {"name": "Ben"}, None]}}
    assert with_it["data"]["us"][0] == {"name": "Ann", "n": "n1"}
