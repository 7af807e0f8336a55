"""Payment intents: create, retrieve, confirm, authenticate, capture, cancel.

Each takes a `Call`, changes the store, emits the events that Stripe would and returns JSON.
"""

from dataclasses import replace

from deploy.local.sandbox import render
from deploy.local.sandbox.call import Call, new_id
from deploy.local.sandbox.cards import CARDS, Card
from deploy.local.sandbox.errors import StripeError, invalid, unexpected_state
from deploy.local.sandbox.model import JSON, BalanceTransaction, Charge, Intent, IntentStatus

MAXIMUM_AMOUNT = 99_999_999
MINIMUM_AMOUNTS = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50}
_CONFIRMABLE = (
    IntentStatus.REQUIRES_PAYMENT_METHOD,
    IntentStatus.REQUIRES_CONFIRMATION,
    IntentStatus.REQUIRES_ACTION,
)
_CREATE = [
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "description",
    "expand",
    "metadata",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "return_url",
    "statement_descriptor_suffix",
    "transfer_group",
]


def create(call: Call) -> JSON:
    """POST /v1/payment_intents."""
    given = call.parameters.only(*_CREATE)
    given.required("amount")
    currency = given.required("currency").lower()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise invalid(f"Invalid currency: {currency}", "currency")
    amount = given.integer("amount", 1, MAXIMUM_AMOUNT) or 0
    if amount < MINIMUM_AMOUNTS.get(currency, 1):
        message = f"Amount must be at least {MINIMUM_AMOUNTS[currency]} minor units {currency}."
        raise invalid(message, "amount", "amount_too_small")
    intent_id = new_id("pi")
    intent = Intent(
        id=intent_id,
        amount=amount,
        currency=currency,
        created=int(call.now),
        client_secret=new_id(f"{intent_id}_secret"),
        capture_method=given.choice("capture_method", "automatic", "automatic_async", "manual")
        or "automatic_async",
        metadata=given.mapping("metadata"),
        description=given.text("description"),
        return_url=given.text("return_url"),
    )
    if given.flag("confirm"):
        given.required("payment_method")
    if given.text("payment_method") is not None:
        intent = replace(
            intent,
            payment_method=_card(given.required("payment_method")).id,
            status=IntentStatus.REQUIRES_CONFIRMATION,
        )
    call.store.put(intent)
    call.emit("payment_intent.created", render.payment_intent(intent, call.store))
    if given.flag("confirm"):
        intent = _confirm(call, intent)
    return render.payment_intent(intent, call.store, given.expansions())


def retrieve(call: Call) -> JSON:
    """GET /v1/payment_intents/{id}."""
    call.parameters.only("client_secret", "expand", "key")
    return _shown(call, call.intent())


def confirm(call: Call) -> JSON:
    """POST /v1/payment_intents/{id}/confirm, by the server or by the payer's browser."""
    call.parameters.only(
        "client_secret", "expand", "key", "off_session", "payment_method", "return_url"
    )
    intent = call.intent()
    if intent.status not in _CONFIRMABLE:
        raise _wrong_state(call, intent, "confirm", *_CONFIRMABLE)
    method, return_url = call.parameters.text("payment_method"), call.parameters.text("return_url")
    if method is not None:
        intent = replace(intent, payment_method=_card(method).id)
    if return_url is not None:
        intent = replace(intent, return_url=return_url)
    return _shown(call, _confirm(call, intent))


def authenticate(call: Call) -> JSON:
    """POST /v1/payment_intents/{id}/authenticate: the end of the page's 3-D Secure step.

    Not a part of Stripe's API. `outcome` is `succeed` or `fail`.
    """
    call.parameters.only("client_secret", "key", "outcome")
    intent = call.intent()
    if intent.status != IntentStatus.REQUIRES_ACTION:
        raise _wrong_state(call, intent, "authenticate", IntentStatus.REQUIRES_ACTION)
    if call.parameters.choice("outcome", "succeed", "fail") != "fail":
        return _shown(call, _charge(call, intent, _card(intent.payment_method or "")))
    code = "payment_intent_authentication_failure"
    message = "We are unable to authenticate your payment method."
    error = {"type": "card_error", "code": code, "message": message}
    _turned_down(call, intent, {**error, "payment_method": {"id": intent.payment_method}})
    return _shown(call, call.intent())


def capture(call: Call) -> JSON:
    """POST /v1/payment_intents/{id}/capture; what is not captured is released."""
    given = call.parameters.only("amount_to_capture", "expand", "metadata")
    intent = call.intent()
    if intent.status != IntentStatus.REQUIRES_CAPTURE:
        raise _wrong_state(call, intent, "capture", IntentStatus.REQUIRES_CAPTURE)
    amount = given.integer("amount_to_capture", 1, MAXIMUM_AMOUNT) or intent.amount_capturable
    if amount > intent.amount_capturable:
        message = f"The amount_to_capture is greater than {intent.amount_capturable}."
        raise invalid(message, "amount_to_capture", "amount_too_large")
    charge = call.charge(intent.latest_charge)
    if CARDS[charge.payment_method].capture_fails:
        raise _capture_failed(call, intent, charge)
    return _shown(call, _captured(call, intent, charge, amount))


def cancel(call: Call) -> JSON:
    """POST /v1/payment_intents/{id}/cancel; an authorisation is released."""
    reasons = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    given = call.parameters.only("cancellation_reason", "expand")
    reason = given.choice("cancellation_reason", *reasons)
    intent = call.intent()
    allowed = (*_CONFIRMABLE, IntentStatus.REQUIRES_CAPTURE)
    if intent.status not in allowed:
        raise _wrong_state(call, intent, "cancel", *allowed)
    return _shown(call, _canceled(call, intent, reason))


def _confirm(call: Call, intent: Intent) -> Intent:
    if intent.payment_method is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise invalid(message, "payment_method", "payment_intent_unexpected_state")
    card = _card(intent.payment_method)
    if not card.needs_authentication:
        return _charge(call, intent, card)
    waiting = replace(intent, status=IntentStatus.REQUIRES_ACTION, last_payment_error=None)
    call.store.put(waiting)
    call.emit("payment_intent.requires_action", render.payment_intent(waiting, call.store))
    return waiting


def _charge(call: Call, intent: Intent, card: Card) -> Intent:
    """Authorise (and capture, unless that is manual); raises the card's decline."""
    charge = Charge(
        new_id("ch"), intent.id, intent.amount, intent.currency, int(call.now), card.id, "succeeded"
    )
    if card.decline is not None:
        code, decline_code, message = card.decline
        call.store.put(replace(charge, status="failed", failure_code=code, failure_message=message))
        error = {"type": "card_error", "code": code, "message": message, "charge": charge.id}
        if decline_code is not None:
            error["decline_code"] = decline_code
        with_charge = replace(intent, latest_charge=charge.id)
        _turned_down(call, with_charge, {**error, "payment_method": {"id": card.id}})
        more: JSON = {key: error[key] for key in ("charge", "decline_code") if key in error}
        more["payment_intent"] = _shown(call, call.intent(intent.id))
        raise StripeError(402, "card_error", message, code, None, more)
    call.store.put(charge)
    authorised = replace(
        intent,
        status=IntentStatus.REQUIRES_CAPTURE,
        latest_charge=charge.id,
        amount_capturable=intent.amount,
        last_payment_error=None,
    )
    call.store.put(authorised)
    if intent.capture_method != "manual":
        return _captured(call, authorised, charge, intent.amount)
    rendered = render.payment_intent(authorised, call.store)
    call.emit("charge.succeeded", render.charge(charge, call.store))
    call.emit("payment_intent.amount_capturable_updated", rendered)
    return authorised


def _turned_down(call: Call, intent: Intent, error: JSON) -> None:
    """Back to asking for a payment method, with the reason."""
    down = replace(
        intent,
        status=IntentStatus.REQUIRES_PAYMENT_METHOD,
        payment_method=None,
        last_payment_error=error,
    )
    call.store.put(down)
    call.emit("payment_intent.payment_failed", render.payment_intent(down, call.store))


def _captured(call: Call, intent: Intent, charge: Charge, amount: int) -> Intent:
    movement = BalanceTransaction(
        new_id("txn"), amount, intent.currency, int(call.now), "charge", charge.id
    )
    charge = replace(charge, captured=True, amount_captured=amount, balance_transaction=movement.id)
    done = replace(
        intent, status=IntentStatus.SUCCEEDED, amount_capturable=0, amount_received=amount
    )
    call.store.put(charge)
    call.store.put(done)
    call.store.put(movement)
    call.emit("charge.captured", render.charge(charge, call.store))
    call.emit("payment_intent.succeeded", render.payment_intent(done, call.store))
    return done


def _canceled(call: Call, intent: Intent, reason: str | None) -> Intent:
    held = call.store.get(Charge, intent.latest_charge or "")
    if held is not None and intent.status == IntentStatus.REQUIRES_CAPTURE:
        call.store.put(replace(held, amount_refunded=held.amount))
    canceled = replace(
        intent,
        status=IntentStatus.CANCELED,
        amount_capturable=0,
        canceled_at=int(call.now),
        cancellation_reason=reason,
    )
    call.store.put(canceled)
    call.emit("payment_intent.canceled", render.payment_intent(canceled, call.store))
    return canceled


def _capture_failed(call: Call, intent: Intent, charge: Charge) -> StripeError:
    """As when an authorisation lapsed: the intent is canceled for good."""
    canceled = _canceled(call, intent, "automatic")
    message = f"Charge {charge.id} cannot be captured because its authorization has expired."
    more = {"charge": charge.id, "payment_intent": render.payment_intent(canceled, call.store)}
    return StripeError(402, "card_error", message, "charge_expired_for_capture", None, more)


def _shown(call: Call, intent: Intent) -> JSON:
    if call.is_browser:
        return render.for_browser(intent, call.store)
    return render.payment_intent(intent, call.store, call.parameters.expansions())


def _card(method: str) -> Card:
    card = CARDS.get(method)
    if card is None:
        message = f"No such PaymentMethod: '{method}'"
        raise invalid(message, "payment_method", "resource_missing")
    return card


def _wrong_state(call: Call, intent: Intent, verb: str, *allowed: IntentStatus) -> StripeError:
    return unexpected_state(verb, intent.status, ", ".join(allowed), _shown(call, intent))
