"""The steps of the tour: what is asked, what must come back and what every stream must see."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tests.e2e.tour import operations
from tests.e2e.tour.person import JSONObject, Person, StoryDiffers, Stream
from tests.e2e.tour.screen import Screen

LIVE_SECONDS = 10.0
READY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What every step needs."""

    url: str
    hold_seconds: int
    screen: Screen
    tasks: asyncio.TaskGroup
    people: AsyncExitStack


def expect(value: JSONObject, **wanted: object) -> None:
    """StoryDiffers unless `value` has every wanted field with the wanted value."""
    for name, expected in wanted.items():
        field = "__typename" if name == "typename" else name
        if value.get(field) != expected:
            raise StoryDiffers(f"expected {field} {expected!r} in {value}")


def counts(availability: JSONObject) -> str:
    return "{state}: {available} available, {held} held, {sold} sold".format_map(availability)


async def play(url: str, hold_seconds: int, screen: Screen) -> None:
    """Play the whole story against the gateway at `url`; raises StoryDiffers."""
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as people:
        stage = Stage(url, hold_seconds, screen, tasks, people)
        screen.chapter("Three people sign up")
        seller, buyer, third = [await arrive(stage, name) for name in ("Sam", "Bea", "Tom")]
        ticket = await list_ticket(stage, seller)
        seen = await watch_ticket(stage, third, ticket)
        order, followed = await order_ticket(stage, buyer, ticket)
        await be_told_it_is_held(stage, third, ticket)
        await pay(stage, buyer, order)
        await completes(stage, buyer, order, followed)
        expired = await runs_out(stage, buyer, seller)
        screen.finished(
            {
                "availabilityChanged": len(seen.events),
                "orderUpdated": len(followed.events) + len(expired.events),
            }
        )


async def arrive(stage: Stage, name: str) -> Person:
    email = f"{name.lower()}-{uuid4().hex[:10]}@example.org"
    person = await stage.people.enter_async_context(Person(name, email, stage.url, stage.tasks))
    answer = await person.sign_up()
    stage.screen.answered("SignUp", name, f"{answer['__typename']} as {answer['user']['name']}")
    return person


async def list_ticket(stage: Stage, seller: Person, title: str = "Night of the Proms") -> str:
    """Put up one ticket and wait until orders are taken for it; its id."""
    stage.screen.chapter(f"{seller.name} lists a ticket, “{title}”")
    ticket = await seller.ask(
        operations.CREATE_TICKET,
        {
            "key": uuid4().hex,
            "input": {
                "title": title,
                "description": "Front row, one seat.",
                "venue": "Lotto Arena, Antwerp",
                "startsAt": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
                "timeZone": "Europe/Brussels",
                "price": {"amount": "4500", "currency": "EUR"},
                "quantity": 1,
            },
        },
    )
    expect(ticket, typename="Ticket", status="ON_SALE", seller={"name": seller.name})
    price = ticket["price"]
    stage.screen.answered(
        "CreateTicket", seller.name, f"{ticket['status']} at {price['amount']} {price['currency']}"
    )
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while True:
        shown = await seller.ask(operations.SHOW_TICKET, {"id": ticket["id"]})
        if shown["availability"] and shown["availability"]["state"] == "AVAILABLE":
            break
        if asyncio.get_running_loop().time() > deadline:
            raise StoryDiffers(f"the ticket was not orderable within {READY_SECONDS:g} s: {shown}")
        await asyncio.sleep(0.05)
    stage.screen.answered("ShowTicket", seller.name, counts(shown["availability"]))
    return str(ticket["id"])


async def watch_ticket(stage: Stage, watcher: Person, ticket: str) -> Stream:
    stage.screen.chapter(f"{watcher.name} watches the ticket's availability")

    def show(name: str, event: JSONObject) -> None:
        stage.screen.seen(name, watcher.name, counts(event["availability"]))

    return await watcher.follow(operations.AVAILABILITY_CHANGED, {"ticketIds": [ticket]}, show)


async def follow_order(stage: Stage, buyer: Person, order: str) -> Stream:
    def show(name: str, event: JSONObject) -> None:
        held = event["order"]
        payment = held["payment"]["status"] if held["payment"] else "none yet"
        text = f"{event['kind']} v{held['version']} {held['status']}, payment {payment}"
        stage.screen.seen(name, buyer.name, text)

    return await buyer.follow(operations.ORDER_UPDATED, {"id": order}, show)


async def place_order(
    stage: Stage, buyer: Person, ticket: str, hold_seconds: int | None = None
) -> JSONObject:
    return await buyer.ask(
        operations.PLACE_ORDER,
        {"ticketId": ticket, "holdSeconds": hold_seconds, "key": uuid4().hex},
    )


async def order_ticket(stage: Stage, buyer: Person, ticket: str) -> tuple[str, Stream]:
    stage.screen.chapter(f"{buyer.name} orders it and follows the order live")
    order = await place_order(stage, buyer, ticket)
    expect(order, typename="Order", status="RESERVED", buyer={"name": buyer.name})
    stage.screen.answered("PlaceOrder", buyer.name, f"order {order['number']} {order['status']}")
    stream = await follow_order(stage, buyer, order["id"])
    return str(order["id"]), stream


async def be_told_it_is_held(stage: Stage, third: Person, ticket: str) -> None:
    stage.screen.chapter(f"{third.name} wants it too and is told that it is held")
    refusal = await place_order(stage, third, ticket)
    expect(refusal, typename="SoldOut", code="SOLD_OUT")
    expect(refusal["availability"], state="HELD", available=0, held=1, sold=0)
    stage.screen.answered("PlaceOrder", third.name, f"SoldOut, “{refusal['message']}”")


async def pay(stage: Stage, buyer: Person, order: str) -> None:
    """Start the payment and confirm it as the browser's payment form does."""
    stage.screen.chapter(f"{buyer.name} pays")
    key = uuid4().hex
    for _ in range(10):
        ready = await buyer.ask(operations.START_PAYMENT, {"orderId": order, "key": key})
        if ready["__typename"] != "OrderNotReady":
            break
        await asyncio.sleep(ready["retryAfter"] / 1000)
    expect(ready, typename="PaymentReady")
    stage.screen.answered("StartPayment", buyer.name, f"payment {ready['payment']['status']}")
    secret, element = ready["clientSecret"], ready["elementUrl"]
    if element is None:
        raise StoryDiffers("the tour pays in the sandbox; unset STRIPE_SECRET_KEY to play it")
    provider = "{0.scheme}://{0.netloc}".format(urlsplit(element))
    intent = secret.partition("_secret_")[0]
    async with httpx.AsyncClient(base_url=provider, timeout=LIVE_SECONDS) as browser:
        confirmed = await browser.post(
            f"/v1/payment_intents/{intent}/confirm",
            data={
                "client_secret": secret,
                "key": ready["publishableKey"],
                "payment_method": "pm_card_visa",
            },
        )
    if confirmed.status_code != httpx.codes.OK:
        raise StoryDiffers(f"the card was refused: {confirmed.text}")
    stage.screen.answered("(payment form)", buyer.name, f"card {confirmed.json()['status']}")


async def completes(stage: Stage, buyer: Person, order: str, followed: Stream) -> None:
    stage.screen.chapter("The order completes")
    await followed.until(
        lambda event: event["order"]["status"] == "COMPLETED", "COMPLETED", seconds=LIVE_SECONDS
    )
    versions = [event["order"]["version"] for event in followed.events]
    if versions != sorted(set(versions)):
        raise StoryDiffers(f"the stream's versions must strictly increase: {versions}")
    shown = await buyer.ask(operations.SHOW_ORDER, {"id": order})
    expect(shown, status="COMPLETED")
    expect(
        shown["payment"], status="CAPTURED", capturedAmount={"amount": "4500", "currency": "EUR"}
    )
    steps = " → ".join(step["to"] for step in shown["history"])
    stage.screen.answered("ShowOrder", buyer.name, f"{steps}; payment {shown['payment']['status']}")


async def runs_out(stage: Stage, buyer: Person, seller: Person) -> Stream:
    """Order another ticket, do not pay, and see it expire and the ticket free again."""
    ticket = await list_ticket(stage, seller, "Quiet Sunday")
    stage.screen.chapter(f"{buyer.name} orders it with a hold of {stage.hold_seconds} s, unpaid")
    order = await place_order(stage, buyer, ticket, stage.hold_seconds)
    expect(order, typename="Order", status="RESERVED")
    stage.screen.answered("PlaceOrder", buyer.name, f"order {order['number']} {order['status']}")
    availability = await watch_ticket(stage, seller, ticket)
    followed = await follow_order(stage, buyer, order["id"])
    await followed.until(
        lambda event: event["order"]["status"] == "EXPIRED",
        "EXPIRED",
        seconds=stage.hold_seconds + LIVE_SECONDS,
    )
    await availability.until(
        lambda event: event["availability"]["state"] == "AVAILABLE",
        "the ticket free again",
        seconds=LIVE_SECONDS,
    )
    shown = await buyer.ask(operations.SHOW_TICKET, {"id": ticket})
    expect(shown["availability"], state="AVAILABLE", available=1, held=0, sold=0)
    stage.screen.answered("ShowTicket", buyer.name, counts(shown["availability"]))
    return followed
