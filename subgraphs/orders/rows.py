"""A row of the orders database in, the value of `models` out."""

from __future__ import annotations

from sqlalchemy import RowMapping

from shared.contracts.orders import OrderStatus
from shared.money import Money
from subgraphs.orders.models import HistoryEntry, Order, Stock


def to_order(row: RowMapping) -> Order:
    """The order of a row of `orders`."""
    currency: str = row["currency"]
    return Order(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        status=OrderStatus(row["status"]),
        buyer_id=row["buyer_id"],
        seller_id=row["seller_id"],
        ticket_id=row["ticket_id"],
        ticket_version=row["ticket_version"],
        quantity=row["quantity"],
        unit_price=Money(row["unit_price_minor"], currency),
        total=Money(row["total_minor"], currency),
        cause=row["cause"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        updated_at=row["updated_at"],
        payment_id=row["payment_id"],
        refused_payment_id=row["refused_payment_id"],
        refunded_minor=row["refunded_minor"],
    )


def to_stock(row: RowMapping) -> Stock:
    """The stock of a row of `stock`."""
    return Stock(
        ticket_id=row["ticket_id"],
        version=row["version"],
        capacity=row["capacity"],
        held=row["held"],
        sold=row["sold"],
        ticket_version=row["ticket_version"],
        on_sale=row["on_sale"],
        seller_id=row["seller_id"],
        price=Money(row["price_minor"], row["currency"]),
    )


def to_history(row: RowMapping) -> HistoryEntry:
    """One version of an order, of a row of `order_events`."""
    source = row["from_status"]
    return HistoryEntry(
        order_id=row["order_id"],
        version=row["version"],
        source=None if source is None else OrderStatus(source),
        target=OrderStatus(row["to_status"]),
        cause=row["cause"],
        at=row["at"],
    )
