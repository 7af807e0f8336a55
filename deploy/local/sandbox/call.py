"""One call on its way through an operation: its parameters, its store, its time, its events."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.sandbox.errors import missing
from deploy.local.sandbox.forms import Parameters
from deploy.local.sandbox.model import JSON, Charge, Event, Intent, Refund
from deploy.local.sandbox.store import Store

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """`prefix_` and 24 random letters and digits."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(24))


@dataclass(frozen=True, slots=True)
class Call:
    """`object_id` is the path's; `is_browser` when a publishable key and client secret call."""

    parameters: Parameters
    store: Store
    now: float
    publish: Callable[[Event], None]
    object_id: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    is_browser: bool = False
    refund_failure_seconds: float = 1.0

    def emit(self, event_type: str, rendered: JSON) -> None:
        """Store an event and have it sent."""
        event = Event(
            new_id("evt"),
            event_type,
            int(self.now),
            rendered,
            self.request_id,
            self.idempotency_key,
        )
        self.store.put(event)
        self.publish(event)

    def intent(self, intent_id: str | None = None) -> Intent:
        """The intent of the path (or the one named); a browser must know its client secret."""
        wanted = intent_id or self.object_id
        found = self.store.get(Intent, wanted)
        secret = self.parameters.text("client_secret")
        if found is None or (self.is_browser and secret != found.client_secret):
            raise missing("payment_intent", wanted, "intent")
        return found

    def charge(self, charge_id: str | None = None) -> Charge:
        """The charge of the path, or the one named."""
        found = self.store.get(Charge, charge_id or self.object_id)
        if found is None:
            raise missing("charge", charge_id or self.object_id)
        return found

    def refund(self) -> Refund:
        """The refund of the path."""
        found = self.store.get(Refund, self.object_id)
        if found is None:
            raise missing("refund", self.object_id)
        return found
