"""A session exchange with a revocation feed, as the users service has them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.gateway.server.conftest import running


@dataclass(slots=True)
class SessionService:
    """Knows `tokens` (opaque token → subject); counts exchanges; `is_down` fails them."""

    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    exchanges: list[str | None] = field(default_factory=list)
    is_down: bool = False
    expires_in: float = 120
    delay_seconds: float = 0
    feeds: set[asyncio.Queue[str | None]] = field(default_factory=set)

    @property
    def exchange_url(self) -> str:
        return f"{self.url}/token"

    @property
    def feed_url(self) -> str:
        return f"{self.url}/revocations"

    async def exchange(self, request: Request) -> Response:
        header = request.headers.get("authorization")
        token = header.removeprefix("Bearer ") if header else None
        self.exchanges.append(token)
        await asyncio.sleep(self.delay_seconds)
        if self.is_down:
            return Response(status_code=503)
        subject = self.tokens.get(token or "")
        return JSONResponse(
            {
                "accessToken": f"jwt.{subject}.{len(self.exchanges)}",
                "expiresIn": self.expires_in,
                "subject": subject,
                "sessionId": None if subject is None else f"sid-{token}",
            }
        )

    async def revocations(self, request: Request) -> Response:
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self.feeds.add(queue)

        async def lines() -> AsyncIterator[str]:
            yield ": hello\n\n"
            while (session_id := await queue.get()) is not None:
                yield f"data: {json.dumps({'sid': session_id})}\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    def revoke(self, token: str) -> None:
        """End the session of `token`, and tell the feed."""
        del self.tokens[token]
        for queue in self.feeds:
            queue.put_nowait(f"sid-{token}")

    def break_feeds(self) -> None:
        """End every open feed; what happens until the next is not told."""
        for queue in self.feeds:
            queue.put_nowait(None)
        self.feeds.clear()


@asynccontextmanager
async def session_service(**tokens: str) -> AsyncIterator[SessionService]:
    """A service that listens and knows `tokens`."""
    service = SessionService(tokens)
    app = Starlette(
        routes=[
            Route("/token", service.exchange, methods=["POST"]),
            Route("/revocations", service.revocations),
        ]
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    async with running(uvicorn.Server(config)) as port:
        service.url = f"http://127.0.0.1:{port}"
        try:
            yield service
        finally:
            service.break_feeds()
