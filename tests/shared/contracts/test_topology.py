"""Every event that someone consumes has a queue, and who declares all has them all."""

import pytest

from shared.bus.topic import matches
from shared.contracts import orders, payments, tickets
from shared.contracts.topology import (
    ORDERS_EXPIRY,
    ORDERS_PAYMENTS,
    ORDERS_TICKETS,
    PAYMENTS_ORDERS,
    QUEUES,
    TICKETS_STOCK,
)


def queues_for(routing_key: str) -> set[str]:
    return {
        queue.name
        for queue in QUEUES
        if any(matches(pattern, routing_key) for pattern in queue.bindings)
    }


@pytest.mark.parametrize(
    ("event_type", "queue"),
    [
        (tickets.TICKET_LISTED, ORDERS_TICKETS),
        (tickets.TICKET_WITHDRAWN, ORDERS_TICKETS),
        (orders.ORDER_RESERVED, PAYMENTS_ORDERS),
        (orders.ORDER_EXPIRED, PAYMENTS_ORDERS),
        (orders.STOCK_CHANGED, TICKETS_STOCK),
        (orders.EXPIRY_DUE, ORDERS_EXPIRY),
        (payments.PAYMENT_CAPTURED, ORDERS_PAYMENTS),
        (payments.REFUND_FAILED, ORDERS_PAYMENTS),
    ],
)
@pytest.mark.parametrize("version", [1, 2])
def test_each_fact_reaches_the_one_queue_that_wants_it(
    event_type: str, queue: object, version: int
) -> None:
    assert queues_for(f"{event_type}.v{version}") == {getattr(queue, "name", None)}


def test_queue_names_are_unique() -> None:
    assert len({queue.name for queue in QUEUES}) == len(QUEUES)
