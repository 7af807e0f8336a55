"""The sandbox's values as Stripe's JSON: one function per object."""

from collections.abc import Sequence, Set

from deploy.local.sandbox.cards import CARDS
from deploy.local.sandbox.model import (
    JSON,
    BalanceTransaction,
    Charge,
    Event,
    Intent,
    IntentStatus,
    Refund,
)
from deploy.local.sandbox.store import Store

API_VERSION = "2026-10-28.endive"
_NOTHING: frozenset[str] = frozenset()


def payment_intent(intent: Intent, store: Store, expand: Set[str] = _NOTHING) -> JSON:
    """Expands `latest_charge`."""
    rendered = {
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": intent.amount_capturable,
        "amount_received": intent.amount_received,
        "canceled_at": intent.canceled_at,
        "cancellation_reason": intent.cancellation_reason,
        "capture_method": intent.capture_method,
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": None,
        "description": intent.description,
        "last_payment_error": intent.last_payment_error,
        "latest_charge": intent.latest_charge,
        "livemode": False,
        "metadata": dict(intent.metadata),
        "next_action": _next_action(intent),
        "payment_method": intent.payment_method,
        "payment_method_types": ["card"],
        "status": intent.status,
    }
    latest = store.get(Charge, intent.latest_charge or "")
    if "latest_charge" in expand and latest is not None:
        rendered["latest_charge"] = charge(latest, store)
    return rendered


def _next_action(intent: Intent) -> JSON | None:
    if intent.status != IntentStatus.REQUIRES_ACTION:
        return None
    if intent.return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    redirect = {"return_url": intent.return_url, "url": f"/element?intent={intent.id}"}
    return {"type": "redirect_to_url", "redirect_to_url": redirect}


def for_browser(intent: Intent, store: Store) -> JSON:
    """What a publishable key may see: no metadata, no charge."""
    rendered = payment_intent(intent, store)
    for name in ("metadata", "latest_charge", "customer"):
        rendered.pop(name)
    return rendered


def charge(value: Charge, store: Store, expand: Set[str] = _NOTHING) -> JSON:
    """Expands `payment_intent`."""
    card = CARDS[value.payment_method]
    intent = store.get(Intent, value.payment_intent)
    rendered = {
        "id": value.id,
        "object": "charge",
        "amount": value.amount,
        "amount_captured": value.amount_captured,
        "amount_refunded": value.amount_refunded,
        "balance_transaction": value.balance_transaction,
        "captured": value.captured,
        "created": value.created,
        "currency": value.currency,
        "failure_code": value.failure_code,
        "failure_message": value.failure_message,
        "livemode": False,
        "metadata": {} if intent is None else dict(intent.metadata),
        "paid": value.status == "succeeded",
        "payment_intent": value.payment_intent,
        "payment_method": value.payment_method,
        "payment_method_details": {
            "type": "card",
            "card": {"brand": card.brand, "last4": card.last4, "funding": "credit"},
        },
        "refunded": value.amount_refunded >= value.amount,
        "status": value.status,
    }
    if "payment_intent" in expand and intent is not None:
        rendered["payment_intent"] = payment_intent(intent, store)
    return rendered


def refund(value: Refund, store: Store, expand: Set[str] = _NOTHING) -> JSON:
    """Expands `payment_intent` and `charge`."""
    rendered: JSON = {
        "id": value.id,
        "object": "refund",
        "amount": value.amount,
        "balance_transaction": value.balance_transaction,
        "charge": value.charge,
        "created": value.created,
        "currency": value.currency,
        "metadata": dict(value.metadata),
        "payment_intent": value.payment_intent,
        "reason": value.reason,
        "status": value.status,
    }
    if value.failure_reason is not None:
        rendered["failure_reason"] = value.failure_reason
    intent, source = store.get(Intent, value.payment_intent), store.get(Charge, value.charge)
    if "payment_intent" in expand and intent is not None:
        rendered["payment_intent"] = payment_intent(intent, store)
    if "charge" in expand and source is not None:
        rendered["charge"] = charge(source, store)
    return rendered


def event(value: Event) -> JSON:
    """An event as webhooks carry it."""
    return {
        "id": value.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": value.created,
        "data": {"object": value.object},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": value.request_id, "idempotency_key": value.idempotency_key},
        "type": value.type,
    }


def balance_transaction(value: BalanceTransaction) -> JSON:
    """One movement; the sandbox takes no fees."""
    return {
        "id": value.id,
        "object": "balance_transaction",
        "amount": value.amount,
        "available_on": value.created,
        "created": value.created,
        "currency": value.currency,
        "fee": 0,
        "fee_details": [],
        "net": value.amount,
        "reporting_category": value.type,
        "source": value.source,
        "status": "available",
        "type": value.type,
    }


def page(url: str, items: Sequence[JSON], has_more: bool) -> JSON:
    """One page of a list."""
    return {"object": "list", "data": list(items), "has_more": has_more, "url": url}
