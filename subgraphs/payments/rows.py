"""A row of the payments database in, the value of `models` out."""

from __future__ import annotations

from sqlalchemy import RowMapping

from shared.contracts.orders import OrderStatus
from shared.contracts.payments import PaymentStatus, RefundStatus
from shared.money import Money
from subgraphs.payments.models import OrderReplica, Payment, Refund


def to_replica(row: RowMapping) -> OrderReplica:
    """What is known of an order, of a row of `order_replica`."""
    return OrderReplica(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        status=OrderStatus(row["status"]),
        buyer_id=row["buyer_id"],
        seller_id=row["seller_id"],
        total=Money(row["total_minor"], row["currency"]),
        expires_at=row["expires_at"],
        payment_id=row["payment_id"],
        refused_payment_id=row["refused_payment_id"],
    )


def to_payment(row: RowMapping) -> Payment:
    """The payment of a row of `payments`."""
    return Payment(
        id=row["id"],
        version=row["version"],
        status=PaymentStatus(row["status"]),
        order_id=row["order_id"],
        buyer_id=row["buyer_id"],
        seller_id=row["seller_id"],
        amount=Money(row["amount_minor"], row["currency"]),
        captured_minor=row["captured_minor"],
        refunded_minor=row["refunded_minor"],
        attempt=row["attempt"],
        intent_id=row["intent_id"],
        client_secret=row["client_secret"],
        failure_code=row["failure_code"],
        failure_message=row["failure_message"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def to_refund(row: RowMapping) -> Refund:
    """The refund of a row of `refunds`."""
    return Refund(
        id=row["id"],
        version=row["version"],
        payment_id=row["payment_id"],
        order_id=row["order_id"],
        number=row["number"],
        status=RefundStatus(row["status"]),
        amount=Money(row["amount_minor"], row["currency"]),
        reason=row["reason"],
        requested_by=row["requested_by"],
        provider_id=row["provider_id"],
        failure_reason=row["failure_reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
