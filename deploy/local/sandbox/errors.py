"""Stripe's errors: one exception, and constructors for the causes the sandbox knows."""

from dataclasses import dataclass, field

from deploy.local.sandbox.model import JSON

_UNSAVED = {400, 401, 403, 404, 409, 429}


@dataclass(eq=False)
class StripeError(Exception):
    """What an endpoint answers instead of an object, in Stripe's shape.

    `stored` objects were changed although the call failed (a decline changes its intent).
    """

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None
    more: JSON = field(default_factory=dict)

    def body(self) -> JSON:
        """`{"error": {...}}` with the keys that have a value."""
        known = {"code": self.code, "param": self.param, "type": self.type}
        set_keys = {key: value for key, value in known.items() if value is not None}
        return {"error": {**set_keys, "message": self.message, **self.more}}

    @property
    def is_saved(self) -> bool:
        """Whether an idempotency key remembers it: only once the endpoint had begun its work."""
        return self.status not in _UNSAVED


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """A request that can never work as it is."""
    return StripeError(400, "invalid_request_error", message, code, param)


def missing(kind: str, object_id: str, param: str = "id") -> StripeError:
    """No such object, or not one that the caller may see."""
    return StripeError(
        404, "invalid_request_error", f"No such {kind}: '{object_id}'", "resource_missing", param
    )


def unauthorised(message: str) -> StripeError:
    """A missing or wrong key."""
    return StripeError(401, "invalid_request_error", message)


def unexpected_state(verb: str, status: str, allowed: str, intent: JSON) -> StripeError:
    """The intent's status does not allow the call; the answer carries the intent."""
    message = (
        f"You cannot {verb} this PaymentIntent because it has a status of {status}. "
        f"Only a PaymentIntent with one of the following statuses may be used: {allowed}."
    )
    code, more = "payment_intent_unexpected_state", {"payment_intent": intent}
    return StripeError(400, "invalid_request_error", message, code, None, more)


def mismatch() -> StripeError:
    """An idempotency key came again with other parameters."""
    return StripeError(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than the one you sent if you meant another request.",
    )
