"""The pages in a real Chromium, against a running product: what a visitor sees change by itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.local.catalogue import BUYER, DEMO_PASSWORD, SELLER
from tests.testkit.chromium import ARGUMENTS, find_browser
from tests.testkit.product import CHECKOUT, Product, running

pytestmark = [pytest.mark.browser, pytest.mark.product]

SIGN_IN = """
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { ... on SignedIn { sessionToken } }
}
"""
LIST = """
mutation List($input: CreateTicketInput!, $key: ID!) {
  createTicket(input: $input, idempotencyKey: $key) { ... on Ticket { id } }
}
"""
ORDER = """
mutation Order($id: ID!, $key: ID!) {
  placeOrder(ticketId: $id, idempotencyKey: $key) { __typename ... on Order { id } }
}
"""
CANCEL = "mutation Cancel($id: ID!) { cancelOrder(id: $id) { __typename } }"
PAY = """
mutation Pay($id: ID!, $key: ID!) {
  startPayment(orderId: $id, idempotencyKey: $key) {
    __typename
    ... on PaymentReady { clientSecret publishableKey elementUrl }
  }
}
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("pages") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = find_browser()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=str(found.executable),
            args=list(ARGUMENTS),
            env=dict(found.environment) or None,
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """A page that fails the test when it asks anybody but this machine for anything."""
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    strangers: list[str] = []
    mistakes: list[str] = []
    opened.on("request", lambda request: strangers.append(request.url))
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    yield opened
    context.close()
    near = ("http://127.0.0.1:", "data:", "blob:http://127.0.0.1:")
    assert [url for url in strangers if not url.startswith(near)] == []
    assert mistakes == []


class Person:
    """Somebody signed in, who speaks to the graph."""

    def __init__(self, product: Product, email: str) -> None:
        self._client = httpx.Client(base_url=product.url, timeout=20)
        known = {"input": {"email": email, "password": DEMO_PASSWORD}}
        token = self.ask(SIGN_IN, known)["signIn"]["sessionToken"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The data; an error fails the test."""
        body = {"query": query, "variables": variables}
        answer = self._client.post("/graphql", json=body).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


def a_listing(product: Product, title: str) -> str:
    """The id of a single ticket that the demo seller has just put up, first in the list."""
    ticket = {
        "title": title,
        "venue": "Town Hall",
        "startsAt": "2027-01-01T18:00:00Z",
        "timeZone": "Europe/Vienna",
        "price": {"amount": "2500", "currency": "EUR"},
        "quantity": 1,
    }
    made = Person(product, SELLER.email).ask(LIST, {"input": ticket, "key": str(uuid4())})
    ticket_id: str = made["createTicket"]["id"]
    return ticket_id


def an_order(buyer: Person, ticket_id: str) -> str:
    """The id of an order, once the listing can be ordered."""
    for _ in range(200):
        made = buyer.ask(ORDER, {"id": ticket_id, "key": str(uuid4())})["placeOrder"]
        if made["__typename"] == "Order":
            order_id: str = made["id"]
            return order_id
    raise AssertionError(f"cannot be ordered: {made}")


def test_availability_changes_under_the_readers_eyes(product: Product, page: Page) -> None:
    ticket_id = a_listing(product, "Chamber music")
    page.goto(product.url)
    card = page.get_by_role("listitem").filter(has_text="Chamber music")
    expect(card).to_contain_text("€25.00")
    expect(card).to_contain_text("1 left")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    buyer = Person(product, BUYER.email)
    order_id = an_order(buyer, ticket_id)
    expect(card).to_contain_text("On hold", timeout=2_000)
    buyer.ask(CANCEL, {"id": order_id})
    expect(card).to_contain_text("1 left", timeout=2_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_has_no_serious_barrier(
    browser: Browser, product: Product, tmp_path: Path, scheme: Any, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(product.url)
    page.get_by_role("listitem").first.wait_for()
    page.add_script_tag(path=CHECKOUT / "frontend/node_modules/axe-core/axe.min.js")
    found = page.evaluate("axe.run()")["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()
    assert serious == []
    assert not overflow, "nothing may be wider than the screen"


def test_the_playground_queries_plans_signs_in_and_follows_orders_live(
    product: Product, page: Page
) -> None:
    an_order(Person(product, BUYER.email), a_listing(product, "Organ recital"))
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{product.url}/playground")
    execute(page, "Browse", "totalCount")
    page.get_by_role("button", name="Show Query plan").click()
    plan = page.get_by_role("region", name="Query plan")
    expect(plan).to_contain_text('Fetch(service: "orders"')
    execute(page, "SignIn", "sessionToken")
    execute(page, "Follow", "SNAPSHOT")
    assert sockets == [f"{product.url.replace('http', 'ws')}/graphql"]


def execute(page: Page, example: str, expected: str) -> None:
    """Run one of the examples, once the editors are there, and await its answer."""
    page.get_by_role("tab", name=example).click()
    editor = page.locator(".graphiql-query-editor .view-lines")
    expect(editor).to_contain_text(example)
    answer = page.get_by_role("region", name="Result Window")
    expect(answer.get_by_role("textbox")).to_be_attached()
    page.wait_for_timeout(500)  # GraphiQL reads a tab's operation name some moments after it opens
    page.get_by_role("button", name=re.compile("Execute query")).click()
    expect(answer).to_contain_text(expected, timeout=10_000)


def test_the_payment_page_takes_another_card_after_a_decline_and_asks_for_3_d_secure(
    product: Product, page: Page
) -> None:
    buyer = Person(product, BUYER.email)
    order_id = an_order(buyer, a_listing(product, "Brass band"))
    for _ in range(50):
        ready = buyer.ask(PAY, {"id": order_id, "key": str(uuid4())})["startPayment"]
        if ready["__typename"] == "PaymentReady":
            break
    page.goto(
        f"{ready['elementUrl']}?client_secret={ready['clientSecret']}&key={ready['publishableKey']}"
    )
    expect(page.get_by_text("€25.00")).to_be_visible()
    page.get_by_label("is declined").check()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("status")).to_have_text("Your card was declined.")
    page.get_by_label("asks for 3-D Secure").check()
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("status")).to_contain_text("unable to authenticate")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_have_text("Paid.")
