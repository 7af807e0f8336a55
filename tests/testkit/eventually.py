"""A condition in; returns once it is true, fails when it is not within a time limit."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], within_seconds: float = 10.0
) -> float:
    """The seconds it took for `condition` to become true; AssertionError after the limit."""
    started = time.monotonic()
    while True:
        outcome = condition()
        if await outcome if inspect.isawaitable(outcome) else outcome:
            return time.monotonic() - started
        if time.monotonic() - started > within_seconds:
            raise AssertionError(f"not within {within_seconds:g} s")
        await asyncio.sleep(0.01)
