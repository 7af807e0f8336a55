"""Bad input at the gateway: a typed problem or an error with a code, never a 5xx."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.tour import operations
from tests.testkit.product import Product

JSONObject = dict[str, Any]
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"


def post(product: Product, content: bytes, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{product.url}/graphql",
        content=content,
        headers={"Content-Type": "application/json", **headers},
        timeout=20,
    )


def ask(
    product: Product, query: str, variables: JSONObject | None = None, token: str | None = None
) -> JSONObject:
    response = httpx.post(
        f"{product.url}/graphql",
        json={"query": query, "variables": variables or {}},
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=20,
    )
    assert response.status_code < 500, response.text
    body: JSONObject = response.json()
    for error in body.get("errors", []):
        assert error["extensions"]["code"], error
    return body


@pytest.fixture(scope="module")
def token(product: Product) -> str:
    """Somebody who is signed in."""
    email = f"{uuid4().hex}@example.org"
    account = {"email": email, "password": "correct horse battery", "name": "Ida"}
    answer = ask(product, operations.SIGN_UP, {"input": account})
    session: str = answer["data"]["signUp"]["sessionToken"]
    return session


def a_ticket(**changes: object) -> JSONObject:
    return {
        "title": "Matinee",
        "description": "Balcony.",
        "venue": "De Roma, Antwerp",
        "startsAt": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
        "timeZone": "Europe/Brussels",
        "price": {"amount": "1000", "currency": "EUR"},
        "quantity": 1,
        **changes,
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"text"', b'{"query": 7}', b'{"query": "{ me"}', b"\xff\xfe\x00"],
)
def test_malformed_requests_are_refused_with_a_code(product: Product, content: bytes) -> None:
    response = post(product, content)
    assert response.status_code < 500
    assert response.json()["errors"][0]["extensions"]["code"]


def test_an_unknown_field_is_named(product: Product) -> None:
    response = post(product, b'{"query": "{ tickets { nonsense } }"}')
    assert response.status_code in {200, 400}
    (error, *_) = response.json()["errors"]
    assert "nonsense" in error["message"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_variable_of_the_wrong_type_is_named(product: Product) -> None:
    answer = ask(product, "query ($first: Int!) { tickets(first: $first) { totalCount } }")
    assert "$first" in answer["errors"][0]["message"]


@pytest.mark.parametrize("token", [None, "expired-or-forged", "a.b.c", "x" * 4_000])
def test_no_session_or_a_forged_one_is_a_stranger(product: Product, token: str | None) -> None:
    assert ask(product, "{ me { id } }", token=token) == {"data": {"me": None}}
    key = {"key": uuid4().hex}
    created = ask(product, operations.CREATE_TICKET, {"input": a_ticket(), **key}, token)
    assert created["data"]["createTicket"]["__typename"] == "Unauthenticated"
    placed = ask(product, operations.PLACE_ORDER, {"ticketId": str(uuid4()), **key}, token)
    assert placed["data"]["placeOrder"]["__typename"] == "Unauthenticated"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", {"amount": "-1", "currency": "EUR"}),
        ("price", {"amount": str(10**17), "currency": "EUR"}),
        ("price", {"amount": "100", "currency": "XXZ"}),
        ("quantity", 0),
        ("quantity", -3),
        ("quantity", 2_000_000_000),
        ("title", ""),
        ("title", "a" * 100_000),
        ("startsAt", "1999-01-01T00:00:00Z"),
        ("timeZone", "Mars/Olympus"),
    ],
)
def test_a_listing_that_makes_no_sense_names_the_field(
    product: Product, token: str, field: str, value: object
) -> None:
    before = ask(product, "{ tickets(first: 1) { totalCount } }")
    variables = {"input": a_ticket(**{field: value}), "key": uuid4().hex}
    query = operations.CREATE_TICKET.replace(
        "... on Problem { code message }",
        "... on ValidationFailed { code fields { field message } }",
    )
    result = ask(product, query, variables, token)["data"]["createTicket"]
    assert result["__typename"] == "ValidationFailed", result
    assert any(problem["field"].startswith(field) for problem in result["fields"]), result
    assert ask(product, "{ tickets(first: 1) { totalCount } }") == before


@pytest.mark.parametrize("amount", ["ten", "1.5", 1.5, True, None, "1" * 40])
def test_an_amount_that_is_no_number_of_minor_units_is_refused(
    product: Product, token: str, amount: object
) -> None:
    price = {"amount": amount, "currency": "EUR"}
    variables = {"input": a_ticket(price=price), "key": uuid4().hex}
    answer = ask(product, operations.CREATE_TICKET, variables, token)
    refused = answer.get("errors") or (
        answer["data"]["createTicket"]["__typename"] == "ValidationFailed"
    )
    assert refused, answer


def test_a_character_that_no_text_may_hold_is_refused_with_a_code(
    product: Product, token: str
) -> None:
    before = ask(product, "{ tickets(first: 1) { totalCount } }")
    listing = {"input": a_ticket(title="nul\u0000"), "key": uuid4().hex}
    for query, variables in (
        (operations.CREATE_TICKET, listing),
        (operations.SHOW_TICKET, {"id": "\u0000"}),
        (operations.PLACE_ORDER, {"ticketId": "\u0000", "key": uuid4().hex}),
    ):
        answer = ask(product, query, variables, token)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST", answer
    assert ask(product, "{ tickets(first: 1) { totalCount } }") == before


@pytest.mark.parametrize("ticket", ["", "7", "not-an-id", "é" * 300, NOBODYS_ID])
def test_an_id_that_is_nobodys_is_no_server_error(
    product: Product, token: str, ticket: str
) -> None:
    assert ask(product, operations.SHOW_TICKET, {"id": ticket})["data"] == {"ticket": None}
    assert ask(product, operations.SHOW_ORDER, {"id": ticket}, token)["data"] == {"order": None}
    variables = {"ticketId": ticket, "key": uuid4().hex}
    placed = ask(product, operations.PLACE_ORDER, variables, token)["data"]["placeOrder"]
    assert placed["__typename"] in {"NotOnSale", "NotFound", "ValidationFailed"}
    paying = ask(product, operations.START_PAYMENT, {"orderId": ticket, "key": uuid4().hex}, token)
    assert paying["data"]["startPayment"]["__typename"] in {
        "NotFound",
        "OrderNotReady",
        "ValidationFailed",
    }


@pytest.mark.parametrize("quantity", [0, -1, 2_000_000_000])
def test_a_quantity_that_makes_no_sense_reserves_nothing(
    product: Product, token: str, quantity: int
) -> None:
    listed = ask(
        product, operations.CREATE_TICKET, {"input": a_ticket(), "key": uuid4().hex}, token
    )["data"]["createTicket"]
    query = operations.PLACE_ORDER.replace("$key: ID!", "$key: ID!, $quantity: Int!").replace(
        "idempotencyKey: $key", "idempotencyKey: $key, quantity: $quantity"
    )
    variables = {"ticketId": listed["id"], "key": uuid4().hex, "quantity": quantity}
    placed = ask(product, query, variables, token)["data"]["placeOrder"]
    assert placed["__typename"] in {
        "ValidationFailed",
        "OwnTicket",
        "NotOnSale",
        "SoldOut",
        "LimitExceeded",
    }
