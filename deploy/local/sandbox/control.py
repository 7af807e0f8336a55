"""The control endpoint: JSON in, misbehaviour out. Not a part of Stripe's API.

All routes are under /sandbox and need the secret key:
    GET    /sandbox                    what is stored, waiting and injected
    DELETE /sandbox                    forget everything
    POST   /sandbox/faults             {kind, operation?, times?, seconds?}: the next calls fail
    DELETE /sandbox/faults             no more of them
    PUT    /sandbox/webhooks           {double?, drop?, delay_seconds?, reorder_seconds?, types?}
    DELETE /sandbox/webhooks           webhooks behave again
    POST   /sandbox/webhooks/release   send now what is delayed, waits for a retry or was dropped
    POST   /sandbox/webhooks/resend    {event}: send it once more
    POST   /sandbox/webhooks/forge     {type, payment_intent | object, signature?}
"""

import json
import time
from typing import TypeVar

import httpx
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.sandbox import render
from deploy.local.sandbox.call import new_id
from deploy.local.sandbox.errors import StripeError, invalid, missing
from deploy.local.sandbox.faults import KINDS
from deploy.local.sandbox.keys import require_secret_key
from deploy.local.sandbox.model import JSON, Chaos, Delivery, Event, Fault, Intent
from deploy.local.sandbox.settings import SandboxSettings
from deploy.local.sandbox.store import KINDS as STORED
from deploy.local.sandbox.store import Store
from deploy.local.sandbox.webhooks import Sender, post, signature

_STRICT = ConfigDict(extra="forbid")
_Body = TypeVar("_Body")


@dataclass(frozen=True, config=_STRICT)
class _FaultBody:
    kind: str
    operation: str = ""
    times: int = 1
    seconds: float = 30.0


@dataclass(frozen=True, config=_STRICT)
class _ChaosBody:
    double: float = 0.0
    drop: float = 0.0
    delay_seconds: float = 0.0
    reorder_seconds: float = 0.0
    types: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, config=_STRICT)
class _ResendBody:
    event: str


@dataclass(frozen=True, config=_STRICT)
class _ForgeBody:
    """`signature`: right (only its content is untrue), wrong, stale or missing."""

    type: str
    payment_intent: str | None = None
    object: JSON | None = None
    signature: str = "wrong"


class Control:
    """The routes over one store and one sender."""

    def __init__(self, store: Store, sender: Sender, settings: SandboxSettings) -> None:
        self._store = store
        self._sender = sender
        self._settings = settings

    def routes(self) -> list[Route]:
        """To be mounted in the sandbox's application."""
        return [
            Route("/sandbox", self.root, methods=["GET", "DELETE"]),
            Route("/sandbox/faults", self.faults, methods=["POST", "DELETE"]),
            Route("/sandbox/webhooks", self.webhooks, methods=["PUT", "DELETE"]),
            Route("/sandbox/webhooks/release", self.release, methods=["POST"]),
            Route("/sandbox/webhooks/resend", self.resend, methods=["POST"]),
            Route("/sandbox/webhooks/forge", self.forge, methods=["POST"]),
        ]

    async def root(self, request: Request) -> Response:
        """Everything at a glance, or everything gone."""
        require_secret_key(request, self._settings)
        if request.method == "DELETE":
            self._store.clear()
        return self._now()

    async def faults(self, request: Request) -> Response:
        """Inject a fault, or take all back."""
        require_secret_key(request, self._settings)
        if request.method == "DELETE":
            for fault in self._store.all(Fault):
                self._store.drop(Fault, fault.id)
            return self._now()
        body = await _body(request, _FaultBody)
        if body.kind not in KINDS:
            raise invalid(f"Invalid kind: must be one of {', '.join(KINDS)}", "kind")
        fault = Fault(new_id("fault"), body.kind, body.operation, body.times, body.seconds)
        self._store.put(fault)
        return self._now()

    async def webhooks(self, request: Request) -> Response:
        """Replace how webhooks misbehave."""
        require_secret_key(request, self._settings)
        if request.method == "DELETE":
            self._store.drop(Chaos, "chaos")
            return self._now()
        body = await _body(request, _ChaosBody)
        chaos = Chaos(
            double=body.double,
            drop=body.drop,
            delay_seconds=body.delay_seconds,
            reorder_seconds=body.reorder_seconds,
            types=list(body.types),
            seed=body.seed,
        )
        self._store.put(chaos)
        return self._now()

    async def release(self, request: Request) -> Response:
        """Send now what waits or was dropped."""
        require_secret_key(request, self._settings)
        released = self._sender.release()
        self._store.commit()
        return JSONResponse({"released": released})

    async def resend(self, request: Request) -> Response:
        """Send one event once more."""
        require_secret_key(request, self._settings)
        event_id = (await _body(request, _ResendBody)).event
        event = self._store.get(Event, event_id)
        if event is None:
            raise missing("event", event_id)
        self._sender.publish(event)
        return self._now()

    async def forge(self, request: Request) -> Response:
        """Send an event that never happened, at once; answers what the endpoint said."""
        require_secret_key(request, self._settings)
        body = await _body(request, _ForgeBody)
        content = body.object
        if content is None:
            intent = self._store.get(Intent, body.payment_intent or "")
            if intent is None:
                raise missing("payment_intent", body.payment_intent or "", "payment_intent")
            content = render.payment_intent(intent, self._store)
        event = Event(new_id("evt"), body.type, int(time.time()), content, None, None)
        payload = json.dumps(render.event(event)).encode()
        header = self._forged_header(payload, body.signature)
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            status = await post(client, self._settings, payload, header)
        return JSONResponse({"event": event.id, "status": status})

    def _forged_header(self, payload: bytes, kind: str) -> str | None:
        now, secret = int(time.time()), self._settings.webhook_secret
        headers = {
            "right": signature(payload, secret, now),
            "wrong": signature(payload, "whsec_of_somebody_else", now),
            "stale": signature(payload, secret, now - 3600),
            "missing": None,
        }
        if kind not in headers:
            raise invalid(f"Invalid signature: must be one of {', '.join(headers)}", "signature")
        return headers[kind]

    def _now(self) -> Response:
        self._store.commit()
        states = [delivery.state for delivery in self._store.all(Delivery)]
        chaos = self._store.get(Chaos, "chaos")
        faults = [
            {"kind": fault.kind, "operation": fault.operation, "times": fault.times}
            for fault in self._store.all(Fault)
        ]
        return JSONResponse(
            {
                "stored": {kind.__name__: self._store.count(kind) for kind in STORED},
                "deliveries": {state: states.count(state) for state in sorted(set(states))},
                "is_quiet": not faults and chaos is None and "pending" not in states,
                "faults": faults,
            }
        )


async def _body(request: Request, kind: type[_Body]) -> _Body:
    try:
        return TypeAdapter(kind).validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StripeError(400, "invalid_request_error", f"{where}: {first['msg']}") from error
