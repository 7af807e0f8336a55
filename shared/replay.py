"""`python -m shared.replay`: what is parked, why, and back into its queue with it.

    python -m shared.replay                            how many messages each queue has parked
    python -m shared.replay orders.tickets --show      what they are and why they were parked
    python -m shared.replay orders.tickets             deliver them again (--limit N: the oldest N)

BUS_URL names the broker. Exits with 1 when the broker is away, 2 for an unknown queue.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.bus.base import Bus, BusError, ParkedMessage, Queue
from shared.bus.connect import connect
from shared.contracts.topology import QUEUES

CONNECT_SECONDS = 10.0
SHOWN = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("queue", nargs="?", choices=[queue.name for queue in QUEUES])
    parser.add_argument("--show", action="store_true", help="show them, replay nothing")
    parser.add_argument("--limit", type=_positive, metavar="N", help="the oldest N only")
    options = parser.parse_args(arguments)
    url = os.environ.get("BUS_URL")
    if not url:
        parser.error("BUS_URL is not set")
    queue = next((queue for queue in QUEUES if queue.name == options.queue), None)
    try:
        asyncio.run(_run(url, queue, options.show, options.limit))
    except BusError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    return 0


async def _run(url: str, queue: Queue | None, show: bool, limit: int | None) -> None:
    async with _connected(url) as bus:
        if queue is None:
            for each in QUEUES:
                _say(f"{len(await bus.parked(each, SHOWN)):>6}  {each.name}")
        elif show:
            for parked in await bus.parked(queue, limit or SHOWN):
                _say(_described(parked))
        else:
            _say(f"{await bus.replay(queue, limit)} messages back in {queue.name}")


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Bus]:
    """A connected bus with all queues declared. Raises BusError when the broker is away."""
    bus = connect(url)
    await bus.start()
    try:
        await bus.declare(QUEUES)
        deadline = asyncio.get_running_loop().time() + CONNECT_SECONDS
        while not bus.connected:
            if asyncio.get_running_loop().time() > deadline:
                raise BusError(f"no broker answered within {CONNECT_SECONDS:g} s")
            await asyncio.sleep(0.05)
        yield bus
    finally:
        await bus.close()


def _described(parked: ParkedMessage) -> str:
    message = parked.message
    head = f"{message.id}  {message.routing_key}  failed {parked.failures}×  {parked.reason}"
    return f"{head}\n    {message.body.decode(errors='replace')}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
