"""placeOrder and cancelOrder as a client calls them: results, refusals, bad input."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.contracts.payments import PaymentStatus
from shared.contracts.tickets import TicketStatus
from shared.db import Database
from tests.subgraphs.kit import Answer, GraphQLClient, Signer
from tests.subgraphs.market import CANCEL, ORDER, PLACE, a_ticket
from tests.subgraphs.orders.actors import a_payment, a_request, listed, pay, place

FUZZED = ("ticket", "key", "quantity", "version", "hold")
WEIRD_TEXT = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["", " ", "\U0001f3ab" * 300, "'; DROP TABLE orders; --", "\x00", "null"]),
)
WEIRD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, -(2**31), 10**30]),
    st.floats(allow_nan=False, allow_infinity=False),
    WEIRD_TEXT,
    st.lists(st.integers(), max_size=2),
    st.just({"a": 1}),
)


async def send(
    orders: GraphQLClient, signer: Signer, buyer: UUID | None, ticket: Any, **sent: Any
) -> Any:
    variables = {"ticket": str(ticket), "key": str(uuid4()), **sent}
    return (await orders.send(PLACE, signer.token(buyer), variables)).data["placeOrder"]


async def test_an_order_tells_what_it_costs_and_until_when_it_holds(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database, a_ticket(price_minor=1999, quantity=4))
    order = await send(orders, signer, uuid4(), ticket.id, quantity=3, version=1)
    assert order["total"] == {"amount": "5997", "currency": "EUR"}
    assert order["expiresAt"] > order["serverTime"]
    assert order["number"].startswith("F-")
    assert [step["cause"] for step in order["history"]] == ["placed by the buyer"]


async def test_each_reason_to_refuse_has_a_type_of_its_own(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket, buyer = await listed(database, a_ticket(quantity=20)), uuid4()
    paused = await listed(database, a_ticket(status=TicketStatus.PAUSED))
    gone = await listed(database)
    await place(database, a_request(gone))
    cases: tuple[tuple[UUID | None, object, dict[str, object], str], ...] = (
        (None, ticket.id, {}, "Unauthenticated"),
        (ticket.seller_id, ticket.id, {}, "OwnTicket"),
        (buyer, paused.id, {}, "NotOnSale"),
        (buyer, gone.id, {}, "SoldOut"),
        (buyer, ticket.id, {"version": 2}, "TicketChanged"),
        (buyer, ticket.id, {"quantity": 11}, "LimitExceeded"),
        (buyer, uuid4(), {}, "NotFound"),
        (buyer, "nonsense", {}, "NotFound"),
        (buyer, ticket.id, {"quantity": 0}, "ValidationFailed"),
        (buyer, ticket.id, {"quantity": -5}, "ValidationFailed"),
        (buyer, ticket.id, {"hold": 1}, "ValidationFailed"),
        (buyer, ticket.id, {"hold": 901}, "ValidationFailed"),
        (buyer, ticket.id, {"version": 0}, "ValidationFailed"),
        (buyer, ticket.id, {"key": ""}, "ValidationFailed"),
    )
    for viewer, ticket_id, sent, expected in cases:
        result = await send(orders, signer, viewer, ticket_id, **sent)
        assert (result["__typename"], sent) == (expected, sent)
        assert str(ticket.id) not in result["message"]


async def test_a_held_and_a_sold_out_ticket_read_differently(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database)
    order = await place(database, a_request(ticket))
    held = await send(orders, signer, uuid4(), ticket.id)
    assert held["availability"] == {"available": 0, "held": 1, "sold": 0, "state": "HELD"}
    assert "holding" in held["message"]
    await pay(database, a_payment(order, PaymentStatus.AUTHORIZED))
    sold = await send(orders, signer, uuid4(), ticket.id)
    assert (sold["availability"]["state"], sold["message"]) == ("SOLD_OUT", "It is sold out.")


async def test_a_replayed_key_with_other_arguments_conflicts(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket, buyer, key = await listed(database, a_ticket(quantity=9)), uuid4(), str(uuid4())
    first = await send(orders, signer, buyer, ticket.id, key=key)
    again = await send(orders, signer, buyer, ticket.id, key=key)
    other = await send(orders, signer, buyer, ticket.id, key=key, quantity=2)
    theirs = await send(orders, signer, uuid4(), ticket.id, key=key)
    assert first["id"] == again["id"] != theirs["id"]
    assert other["__typename"] == "IdempotencyConflict"


async def test_only_the_buyer_cancels_and_only_before_it_is_paid(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database)
    order = await place(database, a_request(ticket))

    async def cancel_as(viewer: UUID | None, order_id: str) -> Any:
        answer = await orders.send(CANCEL, signer.token(viewer), {"id": order_id})
        return answer.data["cancelOrder"]

    for viewer in (uuid4(), ticket.seller_id):
        assert (await cancel_as(viewer, str(order.id)))["__typename"] == "NotFound"
    assert (await cancel_as(None, str(order.id)))["__typename"] == "Unauthenticated"
    assert (await cancel_as(order.buyer_id, "nonsense"))["__typename"] == "NotFound"
    await pay(database, a_payment(order, PaymentStatus.AUTHORIZED))
    refused = await cancel_as(order.buyer_id, str(order.id))
    assert (refused["__typename"], refused["status"]) == ("OrderNotCancellable", "CONFIRMED")


async def test_a_stranger_sees_no_order_and_the_seller_does(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database)
    order = await place(database, a_request(ticket))
    seen = [
        (await orders.send(ORDER, signer.token(viewer), {"id": str(order.id)})).data["order"]
        for viewer in (order.buyer_id, ticket.seller_id, uuid4(), None)
    ]
    assert [each is not None for each in seen] == [True, True, False, False]


async def test_orders_are_paged_newest_first(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket, buyer = await listed(database, a_ticket(quantity=10)), uuid4()
    placed = [await place(database, a_request(ticket, buyer)) for _ in range(5)]
    query = """query($after: String) { myOrders(first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } }"""
    ids, after, more = [], None, True
    while more:
        answer = await orders.send(query, signer.token(buyer), {"after": after})
        page = answer.data["myOrders"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert ids == [str(order.id) for order in reversed(placed)]
    assert page["totalCount"] == 5
    bad = await orders.send(query, signer.token(buyer), {"after": "!"})
    assert bad.error_codes == ["BAD_USER_INPUT"]
    assert (await orders.send(query, signer.token())).error_codes == ["UNAUTHENTICATED"]


async def test_a_seller_sees_the_sales_of_a_listing_and_nobody_else_does(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database, a_ticket(quantity=5))
    placed = [await place(database, a_request(ticket)) for _ in range(3)]
    query = """query($r: [_Any!]!) { _entities(representations: $r) {
        ... on Ticket { sales(first: 2) { totalCount edges { node { id buyer { id } } } } } } }"""
    sent = {"r": [{"__typename": "Ticket", "id": str(ticket.id)}]}

    async def sales_to(viewer: UUID | None) -> Any:
        answer = await orders.send(query, signer.token(viewer), sent)
        return answer.data["_entities"][0]["sales"]

    mine = await sales_to(ticket.seller_id)
    assert mine["totalCount"] == 3
    assert [edge["node"]["buyer"]["id"] for edge in mine["edges"]] == [
        str(order.buyer_id) for order in (placed[2], placed[1])
    ]
    assert await sales_to(placed[0].buyer_id) is None
    assert await sales_to(None) is None


async def test_entities_are_batched_and_answer_only_their_owner(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    tickets = [await listed(database) for _ in range(3)]
    order = await place(database, a_request(tickets[0]))
    query = """query($r: [_Any!]!) { _entities(representations: $r) {
        ... on Ticket { id availability { state } myOrder { id } }
        ... on User { id orders { totalCount } }
        ... on Order { id status } } }"""
    sent = [{"__typename": "Ticket", "id": str(each.id)} for each in tickets]
    sent += [
        {"__typename": "Ticket", "id": "nonsense"},
        {"__typename": "Ticket", "id": str(uuid4())},
    ]
    sent += [{"__typename": "User", "id": str(each)} for each in (order.buyer_id, uuid4())]
    sent += [{"__typename": "Order", "id": str(each)} for each in (order.id, uuid4(), "nonsense")]
    found = (await orders.send(query, signer.token(order.buyer_id), {"r": sent})).data["_entities"]
    states = [each["availability"] and each["availability"]["state"] for each in found[:5]]
    assert states == ["HELD", "AVAILABLE", "AVAILABLE", None, None]
    assert [each["myOrder"] and each["myOrder"]["id"] for each in found[:2]] == [
        str(order.id),
        None,
    ]
    assert [each["orders"] for each in found[5:7]] == [{"totalCount": 1}, None]
    assert found[7:] == [{"id": str(order.id), "status": "RESERVED"}, None, None]


async def test_a_listing_that_shrinks_below_what_is_held_offers_nothing_more(
    database: Database,
) -> None:
    ticket = await listed(database, a_ticket(quantity=5))
    order = await place(database, a_request(ticket, quantity=4))
    await listed(database, replace(ticket, version=3, quantity=2))
    await listed(database, replace(ticket, version=2, quantity=9))
    async with database.reading() as session:
        row = (await session.execute(text("SELECT listed, capacity, held FROM stock"))).one()
    assert tuple(row) == (2, 4, 4)
    await pay(database, a_payment(order, PaymentStatus.AUTHORIZED))


async def test_no_input_whatever_is_a_fault_or_writes_anything(
    database: Database, orders: GraphQLClient, signer: Signer
) -> None:
    ticket = await listed(database)
    before = await row_counts(database)
    cancel = "mutation($id: ID!) { cancelOrder(id: $id) { __typename } }"
    for values in examples(st.fixed_dictionaries(dict.fromkeys(FUZZED, WEIRD)), 150):
        token = signer.token(uuid4())
        check(await orders.send(PLACE, token, values))
        check(await orders.send(PLACE, token, {**values, "ticket": str(ticket.id), "quantity": 0}))
        check(await orders.send(cancel, token, {"id": values["ticket"]}))
        check(await orders.send(ORDER, token, {"id": values["key"]}))
        pages = "query($f: Int!, $a: String) { myOrders(first: $f, after: $a) { totalCount } }"
        check(await orders.send(pages, token, {"f": values["hold"], "a": values["key"]}))
    assert await row_counts(database) == before


def check(answer: Answer) -> None:
    """A result, a typed problem, or an error that is the client's own."""
    assert answer.status < 500
    assert "INTERNAL_SERVER_ERROR" not in answer.error_codes, answer.body


def examples(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """`count` values of a strategy, the same in every run."""
    found: list[Any] = []

    @seed(20_261_120)
    @settings(max_examples=count, database=None, deadline=None, derandomize=False)
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


async def row_counts(database: Database) -> list[int]:
    tables = ("orders", "order_events", "holds", "buyer_limits", "outbox")
    async with database.reading() as session:
        counted = [await session.execute(text(f"SELECT count(*) FROM {each}")) for each in tables]
    return [each.scalar_one() for each in counted]
