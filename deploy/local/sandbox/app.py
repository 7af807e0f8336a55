"""The sandbox as a Starlette application: settings in; API, control and page out."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.local.sandbox import faults, idempotency, refunds
from deploy.local.sandbox.call import Call, new_id
from deploy.local.sandbox.cards import SHOWN
from deploy.local.sandbox.control import Control
from deploy.local.sandbox.errors import StripeError
from deploy.local.sandbox.forms import Parameters
from deploy.local.sandbox.keys import Caller, caller, publishable_key_refused
from deploy.local.sandbox.model import JSON, Refund
from deploy.local.sandbox.operations import Operation, find
from deploy.local.sandbox.render import API_VERSION
from deploy.local.sandbox.settings import SandboxSettings
from deploy.local.sandbox.store import Store
from deploy.local.sandbox.webhooks import Sender

LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
_PAGE = Path(__file__).with_name("element.html")
_FRAMED_BY = "frame-ancestors 'self' http://localhost:* http://127.0.0.1:* http://[::1]:*"


def create_app(settings: SandboxSettings) -> Starlette:
    """One application owns its store and its webhook sender for as long as it lives."""
    store = Store(settings.state_file)
    store.prune(time.time())
    store.commit()
    sender = Sender(store, settings)
    api = Api(store, sender, settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        api.schedule_refund_failures()
        sending = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            store.close()

    return Starlette(
        routes=[
            Route("/v1/{path:path}", api.serve, methods=["GET", "POST", "DELETE"]),
            *Control(store, sender, settings).routes(),
            Route("/element", element),
            Route("/health/live", healthy),
            Route("/health/ready", healthy),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origin_regex=LOOPBACK_ORIGIN,
                allow_methods=["GET", "POST"],
                allow_headers=["authorization", "content-type"],
            )
        ],
        exception_handlers={StripeError: refused},
        lifespan=lifespan,
    )


async def healthy(_: Request) -> Response:
    """The sandbox is ready as soon as it listens."""
    return PlainTextResponse("ok\n")


async def element(_: Request) -> Response:
    """The page that stands in for the Payment Element."""
    cards = [
        {"id": card.id, "label": card.label, "number": card.number, "brand": card.brand}
        for card in SHOWN
    ]
    page = _PAGE.read_text(encoding="utf-8").replace('"CARDS"', json.dumps(cards))
    return HTMLResponse(page, headers={"Content-Security-Policy": _FRAMED_BY})


async def refused(_: Request, error: Exception) -> Response:
    """A StripeError outside an operation, in Stripe's shape."""
    if not isinstance(error, StripeError):
        raise error
    return JSONResponse(error.body(), status_code=error.status)


class Api:
    """Stripe's endpoints over one store."""

    def __init__(self, store: Store, sender: Sender, settings: SandboxSettings) -> None:
        self._store = store
        self._sender = sender
        self._settings = settings

    async def serve(self, request: Request) -> Response:
        """One API request, with whatever fault was injected for it."""
        body = (await request.body()).decode("utf-8", "replace")
        parameters = Parameters.parse(body if request.method == "POST" else request.url.query)
        who = caller(request, parameters, self._settings)
        found = find(request.method, request.url.path)
        if found is None:
            message = f"Unrecognized request URL ({request.method}: {request.url.path})."
            raise StripeError(404, "invalid_request_error", message)
        operation, object_id = found
        if who is Caller.BROWSER and not operation.for_browsers:
            raise publishable_key_refused()
        call = Call(
            parameters=parameters,
            store=self._store,
            now=time.time(),
            publish=self._sender.publish,
            object_id=object_id,
            request_id=new_id("req"),
            idempotency_key=request.headers.get("idempotency-key"),
            is_browser=who is Caller.BROWSER,
            refund_failure_seconds=self._settings.refund_failure_seconds,
        )
        return await self._answer(operation, call)

    async def _answer(self, operation: Operation, call: Call) -> Response:
        fault = faults.take(self._store, operation.name)
        if fault is not None and not fault.kind.endswith("after_success"):
            self._store.commit()
            await asyncio.sleep(fault.seconds if fault.kind == "timeout" else 0)
            return _response(call, *faults.refusal(fault))
        status, body, replayed = idempotency.answer(operation, call)
        self._store.commit()
        if operation.name == "refund":
            self.schedule_refund_failures()
        if fault is not None:
            await asyncio.sleep(fault.seconds if fault.kind == "timeout_after_success" else 0)
            return _response(call, *faults.refusal(fault))
        return _response(call, status, body, replayed)

    def schedule_refund_failures(self) -> None:
        """Have each refund that will bounce do so when its time comes."""
        loop, now = asyncio.get_running_loop(), time.time()
        for refund in self._store.all(Refund):
            if refund.fails_at is not None:
                wait = max(0.0, refund.fails_at - now)
                loop.call_later(wait, partial(self._fail_refund, refund.id))

    def _fail_refund(self, refund_id: str) -> None:
        refund = self._store.get(Refund, refund_id)
        if refund is None or refund.fails_at is None:
            return
        call = Call(
            parameters=Parameters({}),
            store=self._store,
            now=time.time(),
            publish=self._sender.publish,
            object_id=refund_id,
        )
        refunds.fail(call)
        self._store.commit()


def _response(call: Call, status: int, body: JSON, replayed: bool = False) -> Response:
    headers = {"Request-Id": call.request_id or "", "Stripe-Version": API_VERSION}
    if call.idempotency_key is not None:
        headers["Idempotency-Key"] = call.idempotency_key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(body, status_code=status, headers=headers)
