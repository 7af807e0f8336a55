"""Webhooks: events go in, signed requests go out, again and again until one is answered 2xx."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from dataclasses import replace

import httpx

from deploy.local.sandbox import render
from deploy.local.sandbox.call import new_id
from deploy.local.sandbox.model import Chaos, Delivery, Event
from deploy.local.sandbox.settings import SandboxSettings
from deploy.local.sandbox.store import Store

RETRY_SECONDS = (0.5, 1, 2, 5, 10, 20, 30, 60)
GIVE_UP_AFTER = 200
_AT_ONCE = 8


def signature(payload: bytes, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header of `payload` (scheme v1)."""
    signed = str(timestamp).encode() + b"." + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Sender:
    """Sends what `publish` was given to the one endpoint of the settings, as `Chaos` says."""

    def __init__(self, store: Store, settings: SandboxSettings) -> None:
        self._store = store
        self._settings = settings
        self._wake = asyncio.Event()
        self._under_way: set[str] = set()
        self._random = random.Random()
        self._seed = 0

    def publish(self, event: Event) -> None:
        """Plan the event's deliveries; they are kept with whatever the caller commits next."""
        if self._settings.webhook_url is None:
            return
        chaos = self._store.get(Chaos, "chaos") or Chaos()
        if chaos.types and event.type not in chaos.types:
            chaos = Chaos()
        if chaos.seed != self._seed:
            self._seed, self._random = chaos.seed, random.Random(chaos.seed)
        copies = 2 if self._random.random() < chaos.double else 1
        for _ in range(copies):
            wait = chaos.delay_seconds + self._random.uniform(0, chaos.reorder_seconds)
            state = "dropped" if self._random.random() < chaos.drop else "pending"
            self._store.put(Delivery(new_id("dl"), event.id, time.time() + wait, 0, state))
        self._wake.set()

    def release(self) -> int:
        """Send now all that waits or was dropped; how many that is."""
        waiting = [one for one in self._store.all(Delivery) if one.state != "given_up"]
        for delivery in waiting:
            self._store.put(replace(delivery, state="pending", next_at=time.time()))
        self._wake.set()
        return len(waiting)

    async def run(self) -> None:
        """Send until cancelled; what was pending when the process ended is sent first."""
        limit = asyncio.Semaphore(_AT_ONCE)
        async with (
            httpx.AsyncClient(timeout=10, trust_env=False) as client,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                self._wake.clear()
                now = time.time()
                waiting = [one for one in self._store.all(Delivery) if self._is_waiting(one)]
                for delivery in waiting:
                    if delivery.next_at <= now:
                        self._under_way.add(delivery.id)
                        tasks.create_task(self._deliver(client, limit, delivery))
                later = [one.next_at for one in waiting if one.next_at > now]
                await self._sleep(min(later) - now if later else None)

    def _is_waiting(self, delivery: Delivery) -> bool:
        return delivery.state == "pending" and delivery.id not in self._under_way

    async def _sleep(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(
        self, client: httpx.AsyncClient, limit: asyncio.Semaphore, delivery: Delivery
    ) -> None:
        async with limit:
            event = self._store.get(Event, delivery.event)
            done = event is None or await self._post(client, event)
        self._under_way.discard(delivery.id)
        if done:
            self._store.drop(Delivery, delivery.id)
        else:
            wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS) - 1)]
            attempts = delivery.attempts + 1
            state = "given_up" if attempts >= GIVE_UP_AFTER else "pending"
            self._store.put(
                replace(delivery, attempts=attempts, next_at=time.time() + wait, state=state)
            )
        self._store.commit()
        self._wake.set()

    async def _post(self, client: httpx.AsyncClient, event: Event) -> bool:
        payload = json.dumps(render.event(event)).encode()
        header = signature(payload, self._settings.webhook_secret, int(time.time()))
        return (await post(client, self._settings, payload, header)) in range(200, 300)


async def post(
    client: httpx.AsyncClient, settings: SandboxSettings, payload: bytes, header: str | None
) -> int | None:
    """The endpoint's status, or None when it cannot be reached."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if header is not None:
        headers["Stripe-Signature"] = header
    try:
        answer = await client.post(settings.webhook_url or "", content=payload, headers=headers)
    except httpx.TransportError:
        return None
    return answer.status_code
