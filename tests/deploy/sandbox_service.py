"""A running sandbox and a webhook endpoint for tests: real sockets, the real Stripe SDK."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.ports import free_port
from deploy.local.sandbox.app import create_app
from deploy.local.sandbox.settings import SandboxSettings

SECRET = "whsec_tests"


@dataclass
class Endpoint:
    """What the webhook endpoint saw: verified events, and how many were refused."""

    events: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    statuses: list[int] = field(default_factory=list)

    def types(self) -> list[str]:
        """The types of the events that came, in their order."""
        return [str(event["type"]) for event in self.events]

    async def receive(self, request: Request) -> Response:
        """Verify as Stripe's SDK does; answers the next of `statuses`, else 200."""
        body = await request.body()
        try:
            stripe.Webhook.construct_event(
                body, request.headers.get("stripe-signature", ""), SECRET
            )
        except stripe.SignatureVerificationError:
            self.refused += 1
            return Response(status_code=400)
        if self.statuses:
            return Response(status_code=self.statuses.pop(0))
        self.events.append(json.loads(body))
        return Response()


@dataclass
class Sandbox:
    """One running sandbox: the SDK and a plain client for it, and its webhook endpoint."""

    url: str
    stripe: stripe.StripeClient
    http: httpx.AsyncClient
    endpoint: Endpoint
    settings: SandboxSettings

    async def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Call the control endpoint; its JSON."""
        answer = await self.http.request(method, f"/sandbox{path}", json=body)
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    async def browser(self, path: str, secret: str, **parameters: str) -> httpx.Response:
        """Post as a payer's browser does: publishable key and client secret, form-encoded."""
        form = {"key": self.settings.publishable_key, "client_secret": secret, **parameters}
        async with httpx.AsyncClient(base_url=self.url) as client:
            return await client.post(path, data=form)


@asynccontextmanager
async def sandbox(state_file: Path | None = None, **changes: Any) -> AsyncIterator[Sandbox]:
    """A sandbox that sends its webhooks to an endpoint of this process."""
    endpoint = Endpoint()
    port = free_port()
    hook = f"http://127.0.0.1:{port}/hook"
    settings = SandboxSettings(webhook_url=hook, webhook_secret=SECRET, state_file=state_file)
    settings = replace(settings, **changes)
    app = create_app(settings)
    app.router.routes.append(Route("/hook", endpoint.receive, methods=["POST"]))
    key = {"Authorization": f"Bearer {settings.secret_key}"}
    async with (
        serving(app, port) as url,
        httpx.AsyncClient(base_url=url, headers=key) as http,
    ):
        yield Sandbox(url, client_of(url, settings.secret_key), http, endpoint, settings)


def client_of(url: str, key: str, retries: int = 0) -> stripe.StripeClient:
    """Stripe's SDK, pointed at the sandbox."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        http_client=stripe.HTTPXClient(timeout=5),
        max_network_retries=retries,
    )


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[str]:
    """The application on a loopback port; its base URL."""
    config = uvicorn.Config(app, port=port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
