"""The pages in a real Chromium against the running product."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from tests.e2e.tour import operations
from tests.testkit.chromium import ARGUMENTS, find_browser
from tests.testkit.product import CHECKOUT, Product

SCREENSHOTS = CHECKOUT / "artifacts" / "screenshots"
LIVE_MS = 5_000

pytestmark = pytest.mark.browser


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page of a fresh browser; anything it logs as an error fails the test."""
    browser = find_browser()
    complaints: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser.executable,
            args=list(ARGUMENTS),
            env={**browser.environment} or None,
        )
        page = await chromium.new_page(locale="en-GB")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        yield page
        await chromium.close()
    assert complaints == []


class Api:
    """A person who uses the graph directly."""

    def __init__(self, product: Product, name: str) -> None:
        self._client = httpx.Client(base_url=product.url, timeout=20)
        email = f"{uuid4().hex}@example.org"
        account = {"email": email, "password": "correct horse battery", "name": name}
        signed_in = self.ask(operations.SIGN_UP, input=account)
        self._client.cookies.clear()
        self._client.headers["Authorization"] = f"Bearer {signed_in['sessionToken']}"

    def ask(self, query: str, **variables: object) -> dict[str, object]:
        """The only root field's value."""
        answer = self._client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return dict(value)


def list_ticket(seller: Api, title: str) -> str:
    ticket = seller.ask(
        operations.CREATE_TICKET,
        key=uuid4().hex,
        input={
            "title": title,
            "description": "One seat.",
            "venue": "Corner Stage",
            "startsAt": (datetime.now(UTC) + timedelta(hours=30)).isoformat(),
            "timeZone": "Europe/Brussels",
            "price": {"amount": "1500", "currency": "EUR"},
            "quantity": 1,
        },
    )
    return str(ticket["id"])


async def test_the_first_page_shows_availability_change_without_reloading(
    product: Product, page: Page
) -> None:
    title = f"Matinee {uuid4().hex[:6]}"
    ticket = list_ticket(Api(product, "Sam"), title)
    buyer = Api(product, "Bea")
    await page.goto(product.url)
    card = page.get_by_role("article").filter(has_text=title)
    await expect(card).to_contain_text("1 left", timeout=LIVE_MS)

    order = buyer.ask(operations.PLACE_ORDER, ticketId=ticket, holdSeconds=3, key=uuid4().hex)
    assert order["__typename"] == "Order"
    await expect(card).to_contain_text("1 held", timeout=LIVE_MS)
    await expect(card).to_contain_text("1 left", timeout=LIVE_MS + 3_000)
    await expect(card).to_contain_text("0 held")


@pytest.mark.parametrize(
    ("name", "scheme", "size"),
    [
        ("light", "light", ViewportSize(width=1280, height=900)),
        ("dark", "dark", ViewportSize(width=1280, height=900)),
        ("phone", "light", ViewportSize(width=390, height=844)),
    ],
)
async def test_the_first_page_fits_every_screen(
    product: Product, page: Page, name: str, scheme: str, size: ViewportSize
) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(size)
    await page.goto(product.url)
    await expect(page.get_by_role("article").first).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"tickets-{name}.png")
    overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0


async def test_the_playground_loads_with_nothing_from_elsewhere(
    product: Product, page: Page
) -> None:
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((product.url, "data:", "blob:"))
            else foreign.append(request.url)
        ),
    )
    await page.goto(f"{product.url}/playground")
    editor = page.locator(".graphiql-query-editor .view-lines")
    await expect(editor).to_contain_text("Browse", timeout=4 * LIVE_MS)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "playground.png")
    assert foreign == []
