"""What the services' tests stand on: served apps, signed tokens, a GraphQL client."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.applications import Starlette

from deploy.local.ports import free_port
from shared.serve import embedded_server
from tests.testkit.databases import Databases

ISSUER = "foyer-users"
AUDIENCE = "foyer-subgraphs"


class EmptyDatabases:
    """Gives each service's one database to one test after the other, without any rows.

    A test that changes tables takes a database of its own (`Databases.migrated`).
    """

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._urls: dict[str, str] = {}

    async def of(self, package: str) -> str:
        """The URL of the database of a service's package, which is empty now."""
        if package not in self._urls:
            self._urls[package] = await self._databases.migrated(package)
        connection = await asyncpg.connect(self._urls[package])
        try:
            await connection.execute(_DELETE_ALL)
        finally:
            await connection.close()
        return self._urls[package]


_DELETE_ALL = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;  -- no foreign keys, so in any order
  FOR name IN SELECT tablename FROM pg_tables
              WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$
"""


@asynccontextmanager
async def serving(app: Starlette, port: int | None = None) -> AsyncIterator[str]:
    """`app` on a real socket for the length of the block; its base URL."""
    port = port or free_port()
    server = embedded_server(app, "127.0.0.1", port)
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs service tokens as the users service would, with a key of its own."""

    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", auto_kid=True))

    def token(self, user_id: UUID | None = None, **claims: Any) -> str:
        """A valid token; `claims` replace the usual ones, None leaves one out."""
        now = int(time.time())
        content = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 120,
            "sub": None if user_id is None else str(user_id),
            "sid": None if user_id is None else str(uuid4()),
            **claims,
        }
        return jwt.encode(
            {"alg": "Ed25519", "kid": self.key.kid},
            {name: value for name, value in content.items() if value is not None},
            self.key,
            algorithms=["Ed25519"],
        )

    @contextmanager
    def key_set(self) -> Iterator[str]:
        """The URL under which the public key is served, from a thread of its own."""
        body = orjson.dumps({"keys": [self.key.as_dict(private=False)]})

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                return

        with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/jwks"
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer over HTTP."""

    status: int
    body: Mapping[str, Any]
    headers: httpx.Headers

    @property
    def data(self) -> Any:
        """The `data`; an answer with errors fails the test here."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def error_codes(self) -> list[str]:
        """The codes of all errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


@dataclass(frozen=True, slots=True)
class GraphQLClient:
    """Posts operations to one service."""

    http: httpx.AsyncClient
    url: str

    async def send(
        self, query: str, token: str | None, variables: Mapping[str, Any] | None = None
    ) -> Answer:
        """One operation's answer."""
        response = await self.http.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables or {}},
            headers={} if token is None else {"authorization": f"Bearer {token}"},
        )
        return Answer(response.status_code, response.json(), response.headers)


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[GraphQLClient]:
    """A client of the service at `url`, with room for many requests at once."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=30, limits=limits, verify=False) as http:
        yield GraphQLClient(http, url)
