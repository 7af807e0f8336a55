"""Identical work under way is done once: acceptance point T11."""

import asyncio

import pytest

from gateway.transport import connect
from gateway.transport.base import RequestTimedOut
from gateway.transport.headers import OutgoingHeaders
from gateway.transport.settings import SubgraphSettings
from gateway.transport.sharing import InFlight
from tests.gateway.transport.subgraph_server import Reply, subgraph_server


class Job:
    """Work that ends when the test says so."""

    def __init__(self) -> None:
        self.done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def cancel(self) -> None:
        """End it."""
        self.done.cancel()


async def test_t11_a_leader_that_leaves_does_not_take_its_followers_along() -> None:
    shared: InFlight[Job, str] = InFlight()
    leader, job = shared.join("key", Job)
    follower, same = shared.join("key", Job)
    assert job is same
    leader.cancel()
    await asyncio.sleep(0)
    job.done.set_result("done")
    assert await follower == "done"
    assert len(shared) == 0


async def test_work_that_nobody_waits_for_any_more_is_cancelled() -> None:
    shared: InFlight[Job, str] = InFlight()
    joined = [shared.join("key", Job) for _ in range(2)]
    for waiter, _ in joined:
        waiter.cancel()
    await asyncio.sleep(0)
    assert joined[0][1].done.cancelled()
    assert len(shared) == 0


async def test_a_failure_reaches_everybody_who_waits() -> None:
    shared: InFlight[Job, str] = InFlight()
    joined = [shared.join("key", Job) for _ in range(2)]
    joined[0][1].done.set_exception(ValueError("broken"))
    for waiter, _ in joined:
        with pytest.raises(ValueError, match="broken"):
            await waiter


BODY = b'{"query":"{x}"}'
ANN = OutgoingHeaders(((b"authorization", b"ann"),))
BEN = OutgoingHeaders(((b"authorization", b"ben"),))


async def test_t11_identical_requests_are_sent_once_and_mutations_each() -> None:
    slow = Reply({"data": 1}, delay_seconds=0.05)
    async with subgraph_server(lambda _: slow) as server:
        transport = connect(SubgraphSettings(url=server.url, share_identical=True))
        queries = [transport.request(BODY, who, None, True) for who in (ANN, ANN, BEN)]
        mutations = [transport.request(BODY, ANN, None, False) for _ in range(2)]
        bodies = [(await each).body for each in (*queries, *mutations)]
        await transport.aclose()
    assert bodies == [slow.body] * 5
    assert len(server.requests) == 4


async def test_a_callers_deadline_ends_its_own_wait_only() -> None:
    slow = Reply({"data": 1}, delay_seconds=0.2)
    loop = asyncio.get_running_loop()
    async with subgraph_server(lambda _: slow) as server:
        transport = connect(SubgraphSettings(url=server.url, share_identical=True))
        hasty = transport.request(BODY, ANN, loop.time() + 0.05, True)
        patient = transport.request(BODY, ANN, loop.time() + 5, True)
        with pytest.raises(RequestTimedOut):
            await hasty
        assert (await patient).body == slow.body
        await transport.aclose()
    assert len(server.requests) == 1
