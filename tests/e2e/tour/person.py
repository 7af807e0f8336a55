"""A person of the story: a signed-in GraphQL client that can also follow things live."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.e2e.tour import operations

JSONObject = dict[str, Any]
ANSWER_SECONDS = 10.0


class StoryDiffers(Exception):
    """The product did something else than the story says."""


@dataclass(slots=True)
class Stream:
    """What one subscription has delivered so far, oldest first; `name` is the root field's."""

    name: str
    events: list[JSONObject] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, event: JSONObject) -> None:
        """Keep `event` and wake whoever waits."""
        async with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    async def until(
        self, wanted: Callable[[JSONObject], bool], what: str, *, seconds: float
    ) -> JSONObject:
        """The first event, past or to come, that is `wanted`; StoryDiffers after `seconds`."""
        try:
            async with asyncio.timeout(seconds), self._arrived:
                while True:
                    for event in self.events:
                        if wanted(event):
                            return event
                    await self._arrived.wait()
        except TimeoutError:
            raise StoryDiffers(
                f"{self.name} did not show {what} within {seconds:g} s; it showed {self.events}"
            ) from None


class Person:
    """Signs up on entering; sends operations over HTTP and follows streams over one WebSocket."""

    def __init__(self, name: str, email: str, url: str, tasks: asyncio.TaskGroup) -> None:
        self.name = name
        self.email = email
        self.id = ""
        self._url = f"{url}/graphql"
        self._tasks = tasks
        self._followers: list[asyncio.Task[None]] = []
        self._connections = AsyncExitStack()
        self._http: AsyncClientSession | None = None
        self._live: AsyncClientSession | None = None
        self._live_client: Client | None = None

    async def sign_up(self) -> JSONObject:
        """Make the account and carry its session token from now on; returns the answer."""
        async with Client(transport=HTTPXAsyncTransport(self._url)) as stranger:
            account = {"email": self.email, "password": "correct horse battery", "name": self.name}
            request = GraphQLRequest(operations.SIGN_UP, variable_values={"input": account})
            answer: JSONObject = (await stranger.execute(request))["signUp"]
        if answer["__typename"] != "SignedIn":
            raise StoryDiffers(f"{self.name} could not sign up: {answer}")
        self.id = answer["user"]["id"]
        authorization = f"Bearer {answer['sessionToken']}"
        client = Client(
            transport=HTTPXAsyncTransport(self._url, headers={"Authorization": authorization}),
            execute_timeout=ANSWER_SECONDS,
        )
        self._http = await self._connections.enter_async_context(client)
        self._live_client = Client(
            transport=WebsocketsTransport(
                self._url.replace("http", "ws", 1),
                init_payload={"authorization": authorization},
                subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            )
        )
        return answer

    async def ask(self, document: str, variables: Mapping[str, object]) -> JSONObject:
        """Send one query or mutation; its only root field's value."""
        assert self._http is not None, "sign_up comes first"
        request = GraphQLRequest(document, variable_values=dict(variables))
        data: JSONObject = await self._http.execute(request)
        (value,) = data.values()
        return value  # type: ignore[no-any-return]  # JSON from the wire

    async def follow(
        self,
        document: str,
        variables: Mapping[str, object],
        on_event: Callable[[str, JSONObject], None],
    ) -> Stream:
        """Open a subscription; returns when its first event (the snapshot) is here."""
        assert self._live_client is not None, "sign_up comes first"
        request = GraphQLRequest(document, variable_values=dict(variables))
        name = request.document.definitions[0].selection_set.selections[0].name.value  # type: ignore[attr-defined]  # a field of an operation
        stream = Stream(name)
        live = await self._live_session(self._live_client)

        async def read() -> None:
            async for data in live.subscribe(request):
                on_event(name, data[name])
                await stream.add(data[name])

        self._followers.append(self._tasks.create_task(read()))
        await stream.until(lambda _: True, "a snapshot", seconds=ANSWER_SECONDS)
        return stream

    async def _live_session(self, client: Client) -> AsyncClientSession:
        """The one WebSocket of this person, opened at its first use."""
        if self._live is not None:
            return self._live
        session: AsyncClientSession = await self._connections.enter_async_context(client)
        self._live = session
        return session

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for follower in self._followers:
            follower.cancel()
        await asyncio.gather(*self._followers, return_exceptions=True)
        await self._connections.aclose()
