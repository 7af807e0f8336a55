"""Injected faults: the next calls of an operation fail, before or after they took effect."""

from dataclasses import replace

from deploy.local.sandbox.errors import StripeError
from deploy.local.sandbox.model import JSON, Fault
from deploy.local.sandbox.store import Store

_BUSY = (
    "This object cannot be accessed right now because another API request or Stripe process is "
    "currently accessing it."
)
_BEFORE = {
    "error_409": StripeError(409, "invalid_request_error", _BUSY, "lock_timeout"),
    "error_429": StripeError(429, "invalid_request_error", "Too many requests.", "rate_limit"),
    "error_500": StripeError(500, "api_error", "An unknown error occurred."),
}
_UNKNOWN = _BEFORE["error_500"]
KINDS = (*_BEFORE, "error_500_after_success", "timeout_after_success", "timeout")


def take(store: Store, operation: str) -> Fault | None:
    """The fault that this call of `operation` suffers, counted down; None for a healthy call."""
    for fault in store.all(Fault):
        if fault.operation in ("", operation):
            if fault.times <= 1:
                store.drop(Fault, fault.id)
            else:
                store.put(replace(fault, times=fault.times - 1))
            return fault
    return None


def refusal(fault: Fault) -> tuple[int, JSON]:
    """The status and body that the caller gets (or no longer waits for)."""
    error = _BEFORE.get(fault.kind, _UNKNOWN)
    return error.status, error.body()
