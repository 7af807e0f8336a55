"""Money that moved in, double entries out: each movement's entries sum to zero.

Accounts: `provider:<currency>` is what the provider holds for the house, `seller:<id>` what
the house owes a seller (negative: a liability). A movement is entered once, by its reference.
"""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.money import Money
from subgraphs.payments.models import Payment, Refund
from subgraphs.payments.tables import ledger_entries


async def enter_capture(session: AsyncSession, payment: Payment) -> None:
    """The buyer's money has come in: the provider has it, the seller is owed it."""
    await _enter(session, f"capture:{payment.id}", payment, payment.captured)


async def enter_refund(session: AsyncSession, payment: Payment, refund: Refund) -> None:
    """Money has gone back to the buyer."""
    await _enter(session, f"refund:{refund.id}", payment, refund.amount, sign=-1)


async def enter_returned_refund(session: AsyncSession, payment: Payment, refund: Refund) -> None:
    """A refund did not reach the buyer and came back."""
    await _enter(session, f"refund_returned:{refund.id}", payment, refund.amount)


async def _enter(
    session: AsyncSession, reference: str, payment: Payment, money: Money, sign: int = 1
) -> None:
    common = {"reference": reference, "payment_id": payment.id, "currency": money.currency}
    amount = sign * money.amount_minor
    provider = {**common, "account": f"provider:{money.currency}", "amount_minor": amount}
    seller = {**common, "account": f"seller:{payment.seller_id}", "amount_minor": -amount}
    await session.execute(
        upsert(ledger_entries)
        .values([provider, seller])
        .on_conflict_do_nothing(index_elements=["reference", "account"])
    )
