"""The payments subgraph's types: domain values in, what the graph shows out."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry import federation

from shared.contracts.payments import PaymentStatus, RefundStatus
from shared.graphql import Money
from shared.ids import parse_id
from subgraphs.payments import models
from subgraphs.payments.api.context import Info
from subgraphs.payments.loaders import (
    load_payments,
    load_payments_of_orders,
    load_refunds,
    load_refunds_of_payments,
)

strawberry.enum(PaymentStatus, description="Where a payment stands.")
strawberry.enum(RefundStatus, description="Where a refund stands.")


@federation.type(keys=["id"], description="An order, as it is paid.")
class Order:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> Self:  # noqa: A002
        return cls(id=id)

    @strawberry.field(description="The newest payment; null before it was started.")
    async def payment(self, info: Info) -> "Payment | None":
        order_id = parse_id(self.id)
        if order_id is None:
            return None
        return Payment.visible(
            info, await info.context.loader(load_payments_of_orders).load(order_id)
        )


@federation.type(keys=["id"], description="Money on its way back to the buyer.")
class Refund:
    id: strawberry.ID
    status: RefundStatus
    amount: Money
    reason: str | None
    failure_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, refund: models.Refund) -> Self:
        """The graph's view of the aggregate."""
        return cls(
            id=strawberry.ID(str(refund.id)),
            status=refund.status,
            amount=Money.of(refund.amount),
            reason=refund.reason,
            failure_reason=refund.failure_reason,
            created_at=refund.created_at,
        )

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        **_: Any,
    ) -> Self | None:
        refund_id = parse_id(id)
        if refund_id is None:
            return None
        refund = await info.context.loader(load_refunds).load(refund_id)
        if refund is None:
            return None
        payment = await info.context.loader(load_payments).load(refund.payment_id)
        if payment is None or not payment.may_be_seen_by(info.context.user_id):
            return None
        return cls.of(refund)


@federation.type(keys=["id"], description="The payment of one order; buyer and seller see it.")
class Payment:
    id: strawberry.ID
    version: int
    status: PaymentStatus
    amount: Money
    captured_amount: Money
    refunded_amount: Money
    attempt: int = strawberry.field(description="Rises with each decline.")
    failure_reason: str | None = strawberry.field(description="Why the last try failed.")
    created_at: datetime
    order: Order

    @classmethod
    def of(cls, payment: models.Payment) -> Self:
        """The graph's view of the aggregate."""
        return cls(
            id=strawberry.ID(str(payment.id)),
            version=payment.version,
            status=payment.status,
            amount=Money.of(payment.amount),
            captured_amount=Money.of(payment.captured),
            refunded_amount=Money.of(payment.refunded),
            attempt=payment.attempt,
            failure_reason=payment.failure_message,
            created_at=payment.created_at,
            order=Order(id=strawberry.ID(str(payment.order_id))),
        )

    @classmethod
    def visible(cls, info: Info, payment: models.Payment | None) -> Self | None:
        """The payment, unless the viewer is neither its buyer nor its seller."""
        if payment is None or not payment.may_be_seen_by(info.context.user_id):
            return None
        return cls.of(payment)

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        **_: Any,
    ) -> Self | None:
        return await cls.find(info, id)

    @classmethod
    async def find(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """The payment of an id, if the viewer may see it; batched."""
        payment_id = parse_id(id)
        if payment_id is None:
            return None
        return cls.visible(info, await info.context.loader(load_payments).load(payment_id))

    @strawberry.field(description="Every refund, oldest first.")
    async def refunds(self, info: Info) -> list[Refund]:
        found = await info.context.loader(load_refunds_of_payments).load(UUID(self.id))
        return [Refund.of(each) for each in found]
