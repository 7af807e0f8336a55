"""Idempotency keys: the first answer under a key is the answer for a day."""

import hashlib

from deploy.local.sandbox.call import Call
from deploy.local.sandbox.errors import StripeError, mismatch
from deploy.local.sandbox.model import JSON, SavedAnswer
from deploy.local.sandbox.operations import Operation
from deploy.local.sandbox.store import KEYS_KEPT_SECONDS


def answer(operation: Operation, call: Call) -> tuple[int, JSON, bool]:
    """(status, body, whether it was replayed). Runs the operation at most once per key.

    Refusals that come before an endpoint's own work are not remembered, declines are.
    """
    key = call.idempotency_key
    if operation.method != "POST" or key is None:
        return (*_run(operation, call)[:2], False)
    fingerprint = _fingerprint(operation, call)
    saved = call.store.get(SavedAnswer, key)
    if saved is not None and call.now - saved.created < KEYS_KEPT_SECONDS:
        if saved.fingerprint != fingerprint:
            error = mismatch()
            return error.status, error.body(), False
        return saved.status, saved.body, True
    status, body, is_saved = _run(operation, call)
    if is_saved:
        call.store.put(SavedAnswer(key, fingerprint, call.now, status, body))
    return status, body, False


def _run(operation: Operation, call: Call) -> tuple[int, JSON, bool]:
    try:
        return 200, operation.run(call), True
    except StripeError as error:
        return error.status, error.body(), error.is_saved


def _fingerprint(operation: Operation, call: Call) -> str:
    pairs = "\n".join(f"{name}={value}" for name, value in sorted(call.parameters.values.items()))
    return hashlib.sha256(f"{operation.name} {call.object_id}\n{pairs}".encode()).hexdigest()
