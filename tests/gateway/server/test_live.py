"""Open connections, ended by session or in waves."""

import asyncio
from dataclasses import dataclass, field

from gateway.server.live import LEAST_WAVE, Ending, LiveConnections


@dataclass(slots=True, eq=False)
class Connection:
    """Notes when and how it was ended."""

    session_id: str | None = None
    endings: list[tuple[Ending, float]] = field(default_factory=list)

    def end(self, ending: Ending) -> None:
        self.endings.append((ending, asyncio.get_running_loop().time()))

    def recheck(self) -> None:
        pass

    def engine_replaced(self) -> None:
        pass


def opened(connections: list[Connection]) -> LiveConnections:
    live = LiveConnections()
    for connection in connections:
        live.add(connection)
    return live


async def test_only_the_connections_of_a_session_end_with_it() -> None:
    ada, bob, nobody = Connection("ada"), Connection("bob"), Connection()
    opened([ada, bob, nobody]).end_session("ada")
    assert [ending for ending, _ in ada.endings] == [Ending.SESSION_ENDED]
    assert bob.endings == nobody.endings == []


async def test_few_connections_end_at_once() -> None:
    connections = [Connection() for _ in range(LEAST_WAVE)]
    started = asyncio.get_running_loop().time()
    await opened(connections).end_all(within_seconds=60)
    assert asyncio.get_running_loop().time() - started < 1
    assert all(len(connection.endings) == 1 for connection in connections)


async def test_many_connections_end_in_waves_within_the_time() -> None:
    connections = [Connection() for _ in range(20 * LEAST_WAVE)]
    started = asyncio.get_running_loop().time()
    await opened(connections).end_all(within_seconds=1)
    times = sorted({round(when, 2) for each in connections for _, when in each.endings})
    assert 8 <= len(times) <= 12
    assert times[-1] - started < 1.5
