"""The tables of the orders database, as the migrations make them.

No foreign key points at `stock`: checking it would lock the hot row of every order.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.db import ModelBase
from shared.inbox import inbox_table
from shared.outbox import outbox_table


class Base(ModelBase):
    """The declarative base; its metadata is what the migrations lead to."""


metadata = Base.metadata
outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
order_number = Sequence("order_number", start=100_001, metadata=metadata)
AT = DateTime(timezone=True)
UNPAID_SQL = "status IN ('RESERVED', 'AWAITING_PAYMENT')"

stock = Table(
    "stock",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("listed", Integer, nullable=False, comment="the quantity that the seller lists"),
    Column("capacity", Integer, nullable=False),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("sold", Integer, nullable=False, server_default="0"),
    Column("ticket_version", Integer, nullable=False),
    Column("on_sale", Boolean, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    CheckConstraint("held >= 0 AND sold >= 0", name="not_negative"),
    CheckConstraint("held + sold <= capacity", name="not_oversold"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("previous_status", Text),
    Column("cause", Text, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    Column("ticket_version", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price_minor", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("payment_id", Uuid),
    Column("refused_payment_id", Uuid),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("hold_extended", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", AT, nullable=False),
    Column("expires_at", AT, nullable=False),
    Column("updated_at", AT, nullable=False),
    UniqueConstraint("buyer_id", "idempotency_key", name="orders_idempotency"),
    CheckConstraint("quantity >= 1 AND total_minor >= 0", name="amounts"),
    Index("orders_by_buyer", "buyer_id", text("id DESC")),
    Index("orders_by_ticket", "ticket_id", "buyer_id"),
    Index("orders_unpaid_by_expiry", "expires_at", postgresql_where=text(UNPAID_SQL)),
)

order_events = Table(
    "order_events",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("at", AT, nullable=False),
    PrimaryKeyConstraint("order_id", "version"),
)

holds = Table(
    "holds",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.id"), primary_key=True),
    Column("ticket_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Index("holds_by_ticket", "ticket_id", postgresql_where=text("state <> 'RELEASED'")),
)

buyer_limits = Table(
    "buyer_limits",
    metadata,
    Column("buyer_id", Uuid, nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("buyer_id", "ticket_id"),
    CheckConstraint("quantity >= 0", name="not_negative"),
)

payment_replica = Table(
    "payment_replica",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
)

refund_replica = Table(
    "refund_replica",
    metadata,
    Column("refund_id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
)
