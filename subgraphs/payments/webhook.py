"""`POST /webhooks/stripe`: a signed event in, stored; 2xx means stored, nothing else does.

The signature is checked over the raw body, at most 300 s old. An event about an object that
payments does not know gets a 409, so that Stripe sends it again (R11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import stripe
from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.db import Database, is_unavailable
from shared.ids import parse_id
from subgraphs.payments.calls import wake_up
from subgraphs.payments.tables import payments, webhook_events

TOLERANCE_SECONDS = 300
MAX_BODY_BYTES = 512 * 1024
INTENT_EVENTS = frozenset(
    {
        "payment_intent.requires_action",
        "payment_intent.amount_capturable_updated",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "payment_intent.canceled",
    }
)
REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed"})


class WebhookRefused(Exception):
    """The event is not stored; `status` tells the sender whether to send it again."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Notice:
    """What an event is about; neither id when it is none of our business."""

    id: str
    type: str
    intent_id: str | None
    refund_id: str | None
    payment_id: str | None
    body: Mapping[str, Any]


def webhook_route(database: Database, secret: str) -> Route:
    """The endpoint, for the web process's routes."""

    async def receive(request: Request) -> Response:
        try:
            notice = read_notice(await request.body(), request.headers, secret)
            async with database.transaction() as session:
                await store(session, notice)
        except WebhookRefused as refusal:
            return JSONResponse({"error": refusal.code}, refusal.status)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return JSONResponse({"error": "UNAVAILABLE"}, 503)
        return JSONResponse({"received": True})

    return Route("/webhooks/stripe", receive, methods=["POST"])


def read_notice(body: bytes, headers: Mapping[str, str], secret: str) -> Notice:
    """The event, if its signature is genuine and fresh. Raises WebhookRefused."""
    if len(body) > MAX_BODY_BYTES:
        raise WebhookRefused(413, "TOO_LARGE")
    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(
            text, headers.get("stripe-signature", ""), secret, TOLERANCE_SECONDS
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise WebhookRefused(400, "BAD_SIGNATURE") from error
    try:
        return _notice(orjson.loads(body))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused(400, "MALFORMED_EVENT") from error


async def store(session: AsyncSession, notice: Notice) -> None:
    """Keep the event, once. Raises WebhookRefused when its object is unknown."""
    is_ours = notice.intent_id is not None
    if is_ours and not await _is_known(session, notice):
        raise WebhookRefused(409, "UNKNOWN_OBJECT")
    statement = upsert(webhook_events).values(
        id=notice.id,
        type=notice.type,
        intent_id=notice.intent_id,
        refund_id=notice.refund_id,
        body=notice.body,
    )
    if not is_ours:
        statement = statement.values(processed_at=func.now())
    await session.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
    if is_ours:
        await wake_up(session)


async def _is_known(session: AsyncSession, notice: Notice) -> bool:
    by_intent = payments.c.intent_id == notice.intent_id
    payment_id = parse_id(notice.payment_id) if notice.payment_id else None
    result = await session.execute(
        select(payments.c.id).where(or_(by_intent, payments.c.id == payment_id)).limit(1)
    )
    return result.one_or_none() is not None


def _notice(event: dict[str, Any]) -> Notice:
    event_id, event_type = event["id"], event["type"]
    if not isinstance(event_id, str) or not isinstance(event_type, str):
        raise TypeError("id and type are strings")
    found = event["data"]["object"]
    intent_id = refund_id = payment_id = None
    if event_type in INTENT_EVENTS:
        intent_id = str(found["id"])
        payment_id = (found.get("metadata") or {}).get("payment_id")
    elif event_type in REFUND_EVENTS:
        refund_id = str(found["id"])
        intent_id = str(found["payment_intent"])
    return Notice(event_id, event_type, intent_id, refund_id, payment_id, event)
