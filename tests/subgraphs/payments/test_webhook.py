"""The webhook endpoint: 2xx means stored, and only a genuine, fresh, known event is."""

import json
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from deploy.local.sandbox.webhooks import signature
from shared.db import Database
from tests.subgraphs.market import Market
from tests.subgraphs.payments.actors import a_reserved_order


async def deliver(market: Market, body: bytes, header: str | None) -> httpx.Response:
    headers = {} if header is None else {"stripe-signature": header}
    return await market.payments.http.post(
        f"{market.payments.url}/webhooks/stripe", content=body, headers=headers
    )


def an_event(intent_id: str, kind: str = "payment_intent.succeeded", **found: Any) -> bytes:
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": kind,
        "data": {"object": {"id": intent_id, "metadata": {}, **found}},
    }
    return json.dumps(event).encode()


def signed(market: Market, body: bytes, at: int | None = None) -> str:
    return signature(body, market.sandbox.settings.webhook_secret, at or int(time.time()))


async def stored(market: Market) -> int:
    database = Database(market.payments_url, 1)
    async with database.reading() as session:
        count = (await session.execute(text("SELECT count(*) FROM webhook_events"))).scalar_one()
    await database.close()
    return int(count)


async def test_forged_stale_and_unsigned_events_are_refused(market: Market) -> None:
    body = an_event("pi_1")
    wrong = signature(body, "whsec_other", int(time.time()))
    stale = signed(market, body, int(time.time()) - 301)
    for header in (None, "", "nonsense", wrong, stale):
        assert (await deliver(market, body, header)).status_code == 400
    other_body = body.replace(b"pi_1", b"pi_2")
    assert (await deliver(market, other_body, signed(market, body))).status_code == 400
    assert await stored(market) == 0


async def test_an_unknown_object_is_not_stored_so_that_it_is_sent_again(market: Market) -> None:
    body = an_event("pi_unknown", metadata={"payment_id": str(uuid4())})
    assert (await deliver(market, body, signed(market, body))).status_code == 409
    assert await stored(market) == 0


async def test_events_of_no_concern_are_stored_and_done(market: Market) -> None:
    body = an_event("cus_1", "customer.created")
    for _ in range(2):
        assert (await deliver(market, body, signed(market, body))).status_code == 200
    assert await stored(market) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"not json", b'{"id": 1, "type": 2}', b'{"id":"a","type":"b"}']
)
async def test_malformed_events_are_refused(market: Market, body: bytes) -> None:
    assert (await deliver(market, body, signed(market, body))).status_code == 400


async def test_a_genuine_but_untrue_event_moves_no_money(market: Market) -> None:
    """Its object is fetched anew: what the event claims does not count."""
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    intent_id = ready["clientSecret"].split("_secret")[0]
    forged = {"type": "payment_intent.succeeded", "payment_intent": intent_id}
    answer = await market.sandbox.control(
        "POST", "/webhooks/forge", {**forged, "signature": "right"}
    )
    assert answer["status"] == 200
    await market.sandbox.confirm(ready["clientSecret"])
    await market.until(buyer, order["id"], "COMPLETED")
    history = (await market.order(buyer, order["id"]))["history"]
    assert [step["to"] for step in history][2:] == ["CONFIRMED", "COMPLETED"]
