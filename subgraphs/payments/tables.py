"""The tables of the payments database, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import ModelBase
from shared.inbox import inbox_table
from shared.outbox import outbox_table


class Base(ModelBase):
    """The declarative base; its metadata is what the migrations lead to."""


metadata = Base.metadata
outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
AT = DateTime(timezone=True)
IS_ACTIVE = text("status NOT IN ('CANCELED', 'CAPTURE_FAILED')")
"""In SQL's own words, for the unique index and the INSERT that relies on it."""

order_replica = Table(
    "order_replica",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("expires_at", AT, nullable=False),
    Column("payment_id", Uuid),
    Column("refused_payment_id", Uuid),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("previous_status", Text),
    Column("cause", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("captured_minor", BigInteger, nullable=False, server_default="0"),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("intent_id", Text, unique=True),
    Column("client_secret", Text),
    Column("failure_code", Text),
    Column("failure_message", Text),
    Column("created_at", AT, nullable=False),
    Column("updated_at", AT, nullable=False),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint(
        "0 <= refunded_minor AND refunded_minor <= captured_minor"
        " AND captured_minor <= amount_minor",
        name="money",
    ),
    Index(
        "payments_one_active_per_order",
        "order_id",
        unique=True,
        postgresql_where=IS_ACTIVE,
    ),
    Index("payments_by_order", "order_id", text("id DESC")),
)

payment_events = Table(
    "payment_events",
    metadata,
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("at", AT, nullable=False),
    PrimaryKeyConstraint("payment_id", "version"),
)

start_requests = Table(
    "start_requests",
    metadata,
    Column("buyer_id", Uuid, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("requested_at", AT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("buyer_id", "idempotency_key"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("outcome", Text, comment="null while it runs"),
    Column("reference", Text, comment="the provider's charge or reason that ended it"),
    Column("message", Text),
    Column("started_at", AT, nullable=False),
    Column("ended_at", AT),
    PrimaryKeyConstraint("payment_id", "number"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text),
    Column("requested_by", Uuid, comment="null: the house, for an order that cannot stand"),
    Column("idempotency_key", Text),
    Column("fingerprint", Text),
    Column("provider_id", Text, unique=True),
    Column("failure_reason", Text),
    Column("created_at", AT, nullable=False),
    Column("updated_at", AT, nullable=False),
    UniqueConstraint("payment_id", "number"),
    UniqueConstraint("requested_by", "idempotency_key"),
    CheckConstraint("amount_minor > 0", name="amount"),
)

provider_calls = Table(
    "provider_calls",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True, comment="the provider's idempotency key"),
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("refund_id", Uuid, ForeignKey("refunds.id")),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("run_at", AT, nullable=False, comment="when it is due, also the end of its lease"),
    Column("last_error", Text),
    Column("created_at", AT, nullable=False, server_default=func.now()),
    Column("done_at", AT),
    Index("provider_calls_due", "run_at", postgresql_where=text("done_at IS NULL")),
    Index("provider_calls_by_payment", "payment_id"),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", Text, primary_key=True, comment="the provider's event id"),
    Column("type", Text, nullable=False),
    Column("intent_id", Text),
    Column("refund_id", Text),
    Column("body", JSONB, nullable=False),
    Column("received_at", AT, nullable=False, server_default=func.now()),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("run_at", AT, nullable=False, server_default=func.now()),
    Column("last_error", Text),
    Column("processed_at", AT),
    Index("webhook_events_due", "run_at", postgresql_where=text("processed_at IS NULL")),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", Text, nullable=False, comment="the movement; its entries sum to 0"),
    Column("account", Text, nullable=False),
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", AT, nullable=False, server_default=func.now()),
    UniqueConstraint("reference", "account"),
    Index("ledger_entries_by_payment", "payment_id"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("raised_at", AT, nullable=False, server_default=func.now()),
    Column("cleared_at", AT),
    PrimaryKeyConstraint("kind", "subject"),
)
