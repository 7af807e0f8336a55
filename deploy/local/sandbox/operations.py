"""The endpoints: which function answers which method and path, and who may call it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.sandbox import intents, listings, refunds
from deploy.local.sandbox.call import Call
from deploy.local.sandbox.model import JSON


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is what injected faults choose by; browsers may call only what is theirs."""

    name: str
    method: str
    path: str
    run: Callable[[Call], JSON]
    for_browsers: bool = False


_INTENT = r"/v1/payment_intents/(?P<id>pi_\w+)"
OPERATIONS = (
    Operation("create", "POST", r"/v1/payment_intents", intents.create),
    Operation("list", "GET", r"/v1/payment_intents", listings.payment_intents),
    Operation("search", "GET", r"/v1/payment_intents/search", listings.search_intents),
    Operation("retrieve", "GET", _INTENT, intents.retrieve, for_browsers=True),
    Operation("confirm", "POST", f"{_INTENT}/confirm", intents.confirm, for_browsers=True),
    Operation(
        "authenticate", "POST", f"{_INTENT}/authenticate", intents.authenticate, for_browsers=True
    ),
    Operation("capture", "POST", f"{_INTENT}/capture", intents.capture),
    Operation("cancel", "POST", f"{_INTENT}/cancel", intents.cancel),
    Operation("refund", "POST", r"/v1/refunds", refunds.create),
    Operation("list_refunds", "GET", r"/v1/refunds", listings.refunds),
    Operation("retrieve_refund", "GET", r"/v1/refunds/(?P<id>\w+)", refunds.retrieve),
    Operation("list_charges", "GET", r"/v1/charges", listings.charges),
    Operation("retrieve_charge", "GET", r"/v1/charges/(?P<id>\w+)", listings.charge),
    Operation("list_events", "GET", r"/v1/events", listings.events),
    Operation("retrieve_event", "GET", r"/v1/events/(?P<id>\w+)", listings.event),
    Operation("balance", "GET", r"/v1/balance", listings.balance),
    Operation("list_movements", "GET", r"/v1/balance_transactions", listings.balance_transactions),
)


def find(method: str, path: str) -> tuple[Operation, str] | None:
    """The operation and the path's object id (empty when it has none), or None."""
    for operation in OPERATIONS:
        match = re.fullmatch(operation.path, path) if operation.method == method else None
        if match is not None:
            return operation, match.groupdict().get("id", "")
    return None
