"""Refunds: create, retrieve, and the later failure that some cards' banks bring."""

from dataclasses import replace

from deploy.local.sandbox import render
from deploy.local.sandbox.call import Call, new_id
from deploy.local.sandbox.cards import CARDS
from deploy.local.sandbox.errors import invalid
from deploy.local.sandbox.intents import MAXIMUM_AMOUNT
from deploy.local.sandbox.model import JSON, BalanceTransaction, Charge, Refund

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> JSON:
    """POST /v1/refunds of a payment_intent or a charge; never more than is left of it."""
    given = call.parameters.only(
        "amount", "charge", "expand", "metadata", "payment_intent", "reason"
    )
    reason = given.choice("reason", *_REASONS)
    wanted = given.integer("amount", 1, MAXIMUM_AMOUNT)
    charge = _refundable(call)
    left = charge.amount_captured - charge.amount_refunded
    if left == 0:
        message = f"Charge {charge.id} has already been refunded."
        raise invalid(message, None, "charge_already_refunded")
    amount = left if wanted is None else wanted
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise invalid(message, "amount")
    bounces = CARDS[charge.payment_method].refund_fails
    refund = Refund(
        id=new_id("re"),
        payment_intent=charge.payment_intent,
        charge=charge.id,
        amount=amount,
        currency=charge.currency,
        created=int(call.now),
        status="succeeded",
        reason=reason,
        metadata=given.mapping("metadata"),
        fails_at=call.now + call.refund_failure_seconds if bounces else None,
    )
    refund = _move(call, charge, refund, -amount, "refund")
    call.emit("refund.created", render.refund(refund, call.store))
    return render.refund(refund, call.store, given.expansions())


def retrieve(call: Call) -> JSON:
    """GET /v1/refunds/{id}."""
    call.parameters.only("expand")
    return render.refund(call.refund(), call.store, call.parameters.expansions())


def fail(call: Call) -> None:
    """The bank bounces the refund of the call's id: the money is back on the account."""
    refund = replace(
        call.refund(), status="failed", failure_reason="expired_or_canceled_card", fails_at=None
    )
    charge = call.charge(refund.charge)
    refund = _move(call, charge, refund, refund.amount, "refund_failure")
    rendered = render.refund(refund, call.store)
    call.emit("refund.updated", rendered)
    call.emit("refund.failed", rendered)


def _move(call: Call, charge: Charge, refund: Refund, amount: int, kind: str) -> Refund:
    """Store the refund, the charge and the balance's movement together; the refund as stored."""
    charge = replace(charge, amount_refunded=charge.amount_refunded - amount)
    movement = BalanceTransaction(
        new_id("txn"), amount, charge.currency, int(call.now), kind, refund.id
    )
    refund = replace(refund, balance_transaction=refund.balance_transaction or movement.id)
    for changed in (refund, charge, movement):
        call.store.put(changed)
    call.emit("charge.refunded", render.charge(charge, call.store))
    return refund


def _refundable(call: Call) -> Charge:
    charge_id = call.parameters.text("charge")
    if charge_id is None:
        intent = call.intent(call.parameters.required("payment_intent"))
        charge_id = intent.latest_charge or ""
        message = f"This PaymentIntent ({intent.id}) does not have a successful charge to refund."
        if intent.amount_received == 0:
            raise invalid(message, "payment_intent")
    charge = call.charge(charge_id)
    if not charge.captured:
        raise invalid(f"Charge {charge.id} has not been captured.", "charge")
    return charge
