"""Orders and payments as they run in production, in the test's loop: webs, workers, sandbox.

Real PostgreSQL, the bus on PostgreSQL, the payment sandbox over HTTP. Listings come as events
on the bus, as the tickets service would send them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.local.ports import free_port
from deploy.local.sandbox.app import create_app as create_sandbox
from deploy.local.sandbox.settings import SandboxSettings
from shared.bus import Bus
from shared.bus.connect import connect
from shared.contracts import tickets
from shared.contracts.tickets import TicketSnapshot, TicketStatus
from shared.contracts.topology import QUEUES
from shared.money import Money
from shared.worker import WorkerSpec, run_worker
from subgraphs.orders.app import create_app as create_orders
from subgraphs.orders.settings import OrdersSettings
from subgraphs.orders.worker import worker_spec as orders_worker
from subgraphs.payments.app import create_app as create_payments
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.payments.worker import worker_spec as payments_worker
from tests.subgraphs.kit import GraphQLClient, Signer, client_of, serving
from tests.testkit.databases import Databases
from tests.testkit.events import an_event, as_message
from tests.testkit.eventually import eventually

ORDER_FIELDS = """
    id number version status quantity expiresAt serverTime
    total { amount currency } history { from to cause version }
"""
PLACE = (
    """
mutation($ticket: ID!, $key: ID!, $quantity: Int! = 1, $version: Int, $hold: Int) {
  placeOrder(ticketId: $ticket, idempotencyKey: $key, quantity: $quantity,
             expectedTicketVersion: $version, holdSeconds: $hold) {
    __typename
    ... on Problem { code message }
    ... on ValidationFailed { fields { field message } }
    ... on LimitExceeded { limit }
    ... on SoldOut { availability { available held sold state } }
    ... on Order {"""
    + ORDER_FIELDS
    + """}
  }
}"""
)
CANCEL = (
    """
mutation($id: ID!) {
  cancelOrder(id: $id) {
    __typename
    ... on Problem { code message }
    ... on OrderNotCancellable { status }
    ... on Order {"""
    + ORDER_FIELDS
    + """}
  }
}"""
)
ORDER = "query($id: ID!) { order(id: $id) {" + ORDER_FIELDS + "} }"
START = """
mutation($order: ID!, $key: ID!) {
  startPayment(orderId: $order, idempotencyKey: $key) {
    __typename
    ... on Problem { code message }
    ... on OrderNotPayable { status }
    ... on OrderNotReady { retryAfter }
    ... on PaymentReady {
      clientSecret publishableKey elementUrl payment { id status amount { amount currency } }
    }
  }
}"""
PAYMENT = """
query($order: ID!) {
  _entities(representations: [{__typename: "Order", id: $order}]) {
    ... on Order {
      payment {
        id status attempt failureReason
        capturedAmount { amount } refundedAmount { amount }
        refunds { id status amount { amount } failureReason }
      }
    }
  }
}"""
REFUND = """
mutation($order: ID!, $key: ID!, $amount: MinorUnits, $reason: String) {
  refundOrder(orderId: $order, idempotencyKey: $key, amount: $amount, reason: $reason) {
    __typename
    ... on Problem { code message }
    ... on NotRefundable { refundable { amount } }
    ... on Refund { id status amount { amount } }
  }
}"""
AVAILABILITY = """
query($ticket: ID!) {
  _entities(representations: [{__typename: "Ticket", id: $ticket}]) {
    ... on Ticket { availability { version available held sold state } }
  }
}"""


def a_ticket(price_minor: int = 2500, quantity: int = 1, **changes: Any) -> TicketSnapshot:
    """A listing on sale by somebody."""
    now = datetime.now(UTC)
    ticket = TicketSnapshot(
        id=uuid4(),
        version=1,
        seller_id=uuid4(),
        title="An evening",
        venue="The hall",
        starts_at=now + timedelta(days=30),
        time_zone="Europe/Vienna",
        price=Money(price_minor, "EUR"),
        quantity=quantity,
        status=TicketStatus.ON_SALE,
        created_at=now,
        updated_at=now,
    )
    return replace(ticket, **changes)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The payment sandbox, as a browser and a test's control use it."""

    http: httpx.AsyncClient
    url: str
    settings: SandboxSettings

    async def confirm(self, client_secret: str, method: str = "pm_card_visa") -> httpx.Response:
        """What the browser does when the buyer submits a card."""
        intent_id = client_secret.split("_secret")[0]
        return await self.http.post(
            f"{self.url}/v1/payment_intents/{intent_id}/confirm",
            data={
                "client_secret": client_secret,
                "payment_method": method,
                "key": self.settings.publishable_key,
            },
        )

    async def authenticate(self, client_secret: str, outcome: str = "succeed") -> httpx.Response:
        """What the browser does when the buyer answers the bank's question."""
        intent_id = client_secret.split("_secret")[0]
        return await self.http.post(
            f"{self.url}/v1/payment_intents/{intent_id}/authenticate",
            data={
                "client_secret": client_secret,
                "outcome": outcome,
                "key": self.settings.publishable_key,
            },
        )

    async def intents(self) -> list[dict[str, Any]]:
        """Every intent at the provider."""
        found = await self._call("GET", "/v1/payment_intents?limit=100")
        intents: list[dict[str, Any]] = found.json()["data"]
        return intents

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """The sandbox's own control endpoint."""
        return (await self._call(method, f"/sandbox{path}", body)).json()

    async def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        response = await self.http.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers={"authorization": f"Bearer {self.settings.secret_key}"},
        )
        response.raise_for_status()
        return response


@dataclass(frozen=True, slots=True)
class Market:
    """The two services at work, and who can act on them."""

    orders: GraphQLClient
    payments: GraphQLClient
    sandbox: Sandbox
    bus: Bus
    signer: Signer
    orders_url: str
    payments_url: str

    async def list_ticket(self, ticket: TicketSnapshot) -> None:
        """Announce a listing, and wait until it can be ordered."""
        event = an_event(tickets.TICKET_LISTED, aggregate_id=ticket.id, data=ticket.to_data())
        await self.bus.publish([as_message(event)])

        async def orderable() -> bool:
            return await self.availability(ticket.id) is not None

        await eventually(orderable)

    async def place(self, buyer: UUID, ticket_id: UUID, **variables: Any) -> Any:
        """placeOrder's result."""
        sent = {"ticket": str(ticket_id), "key": str(uuid4()), **variables}
        answer = await self.orders.send(PLACE, self.signer.token(buyer), sent)
        return answer.data["placeOrder"]

    async def cancel(self, buyer: UUID, order_id: str) -> Any:
        """cancelOrder's result."""
        answer = await self.orders.send(CANCEL, self.signer.token(buyer), {"id": order_id})
        return answer.data["cancelOrder"]

    async def order(self, viewer: UUID, order_id: str) -> Any:
        """The order as `viewer` sees it."""
        answer = await self.orders.send(ORDER, self.signer.token(viewer), {"id": order_id})
        return answer.data["order"]

    async def start(self, buyer: UUID, order_id: str, key: str | None = None) -> Any:
        """startPayment's result."""
        sent = {"order": order_id, "key": key or str(uuid4())}
        answer = await self.payments.send(START, self.signer.token(buyer), sent)
        return answer.data["startPayment"]

    async def payment(self, viewer: UUID, order_id: str) -> Any:
        """Order.payment as `viewer` sees it."""
        token = self.signer.token(viewer)
        answer = await self.payments.send(PAYMENT, token, {"order": order_id})
        return answer.data["_entities"][0]["payment"]

    async def refund(self, seller: UUID, order_id: str, **variables: Any) -> Any:
        """refundOrder's result."""
        sent = {"order": order_id, "key": str(uuid4()), **variables}
        answer = await self.payments.send(REFUND, self.signer.token(seller), sent)
        return answer.data["refundOrder"]

    async def availability(self, ticket_id: UUID) -> Any:
        """Ticket.availability as anybody sees it."""
        sent = {"ticket": str(ticket_id)}
        answer = await self.orders.send(AVAILABILITY, self.signer.token(), sent)
        return answer.data["_entities"][0]["availability"]

    async def until(
        self, viewer: UUID, order_id: str, status: str, within_seconds: float = 10.0
    ) -> Any:
        """The order, once it is in `status`."""

        async def arrived() -> bool:
            return bool((await self.order(viewer, order_id))["status"] == status)

        await eventually(arrived, within_seconds)
        return await self.order(viewer, order_id)


@dataclass(frozen=True, slots=True)
class MarketUrls:
    """The databases of one market."""

    orders: str
    payments: str
    bus: str


async def market_urls(databases: Databases) -> MarketUrls:
    """Fresh databases for one market."""
    return MarketUrls(
        await databases.migrated("subgraphs.orders"),
        await databases.migrated("subgraphs.payments"),
        await databases.create(),
    )


@asynccontextmanager
async def open_market(
    urls: MarketUrls, signer: Signer, jwks_url: str, hold_seconds: int = 900
) -> AsyncIterator[Market]:
    """Everything running for the length of the block."""
    payments_port, sandbox_port = free_port(), free_port()
    sandbox = SandboxSettings(webhook_url=f"http://127.0.0.1:{payments_port}/webhooks/stripe")
    common = {"jwks_url": jwks_url, "bus_url": urls.bus, "port": 0}
    of_orders = OrdersSettings.model_validate(
        {"database_url": urls.orders, "hold_seconds": hold_seconds, **common}
    )
    of_payments = PaymentsSettings.model_validate(
        {
            "database_url": urls.payments,
            "stripe_secret_key": sandbox.secret_key,
            "stripe_publishable_key": sandbox.publishable_key,
            "stripe_webhook_secret": sandbox.webhook_secret,
            "stripe_api_base": f"http://127.0.0.1:{sandbox_port}",
            "payment_element_url": f"http://127.0.0.1:{sandbox_port}/element",
            **common,
        }
    )
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        sandbox_url = await enter(serving(create_sandbox(sandbox), sandbox_port))
        orders = await enter(client_of(await enter(serving(create_orders(of_orders)))))
        payments_app = serving(create_payments(of_payments), payments_port)
        payments = await enter(client_of(await enter(payments_app)))
        await enter(_working(orders_worker(of_orders)))
        await enter(_working(payments_worker(of_payments)))
        bus = await enter(_connected(urls.bus))
        http = await enter(httpx.AsyncClient(timeout=10))
        yield Market(
            orders,
            payments,
            Sandbox(http, sandbox_url, sandbox),
            bus,
            signer,
            urls.orders,
            urls.payments,
        )


@asynccontextmanager
async def _working(spec: WorkerSpec) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(spec, stop))
    try:
        yield
    finally:
        stop.set()
        await running


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Bus]:
    bus = connect(url)
    await bus.start()
    await bus.declare(QUEUES)
    try:
        yield bus
    finally:
        await bus.close()
