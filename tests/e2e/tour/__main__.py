"""Command line of the tour: exits 0 when the story holds, 1 when it differs, 2 when unreachable."""

import argparse
import asyncio
import sys

import httpx
from gql.transport.exceptions import TransportError

from tests.e2e.tour.person import StoryDiffers
from tests.e2e.tour.screen import Screen
from tests.e2e.tour.story import play


def first_cause(error: BaseException) -> BaseException:
    """The first leaf of a tree of exception groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make tour",
        description="Plays a sale and an expiry against the running product and checks each step.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the gateway (%(default)s)")
    parser.add_argument(
        "--hold-seconds",
        type=int,
        default=5,
        help="how long the unpaid order holds its ticket (%(default)s)",
    )
    options = parser.parse_args()
    try:
        httpx.get(f"{options.url}/health/ready", timeout=5).raise_for_status()
    except httpx.HTTPError as error:
        print(
            f"No product is ready at {options.url} ({error}); start it with: make run",
            file=sys.stderr,
        )
        return 2
    screen = Screen()
    try:
        asyncio.run(play(options.url, options.hold_seconds, screen))
    except ExceptionGroup as group:
        cause = first_cause(group)
        if not isinstance(cause, StoryDiffers | TransportError | httpx.HTTPError | TimeoutError):
            raise
        screen.failed(str(cause) or type(cause).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
