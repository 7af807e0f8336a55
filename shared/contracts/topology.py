"""Which queue takes which events: one durable queue per consumer and aggregate.

It is static, and every process declares all of it, publishers too. So an event that is
published before its consumer was ever started already has a queue to wait in; and an event
that matches no queue here has no consumer in this version of the system, and may be dropped.

Patterns end in `#`, so a queue also takes later schema versions of the same facts; a consumer
parks a version it cannot read instead of never seeing it.
"""

from shared.bus.base import Queue

ORDERS_TICKETS = Queue("orders.tickets", ("tickets.ticket.#",))
ORDERS_PAYMENTS = Queue("orders.payments", ("payments.payment.#", "payments.refund.#"))
ORDERS_EXPIRY = Queue("orders.expiry", ("orders.expiry.due.#",))
PAYMENTS_ORDERS = Queue("payments.orders", ("orders.order.#",))
TICKETS_STOCK = Queue("tickets.stock", ("orders.stock.changed.#",))

QUEUES: tuple[Queue, ...] = (
    ORDERS_TICKETS,
    ORDERS_PAYMENTS,
    ORDERS_EXPIRY,
    PAYMENTS_ORDERS,
    TICKETS_STOCK,
)
"""Every queue of the system."""
