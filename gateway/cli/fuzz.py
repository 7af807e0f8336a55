"""`fuzz`: random operations on a config's graph, compared with one service over the same data."""

import asyncio
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.files import complain, write_text
from gateway.cli.graphs import supergraph_of
from gateway.fuzz.dice import SeededDice
from gateway.fuzz.operations import random_operation
from gateway.fuzz.run import Comparison
from gateway.fuzz.shrink import shrink

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

DESCRIPTION = """\
Check that the gateway answers your graph as one service would.

Nothing of yours is called. Every subgraph is imagined from its schema, with data
that is a function of the seed, and is strict: a field that it does not own, a key
that is none, a required field with another value is an error. Random operations
(aliases, fragments, abstract types, conditions, variables) go to the gateway and
to a single service with the same data; both must answer the same.

A difference is made small, printed with the requests that led to it, and the exit
code is 1. The same --seed finds it again.
"""

OPERATIONS_PER_WORLD = 50
REPORT_EVERY_SECONDS = 2.0


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "fuzz",
        help="compare random operations with one service",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--config", type=Path, metavar="FILE", help="the subgraphs")
    given.add_argument("--supergraph", type=Path, metavar="FILE", help="a composed supergraph")
    parser.add_argument(
        "--cases", type=positive, default=1_000, metavar="N", help="operations (%(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="where to begin (%(default)s)"
    )
    parser.set_defaults(run=run)


def positive(text: str) -> int:
    """A number above zero, as argparse wants it checked."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(arguments: Namespace) -> int:
    """Compare until `--cases` are done or one differs; 1 when one does."""
    sdl = supergraph_of(arguments.config or arguments.supergraph)
    return asyncio.run(compare(sdl, arguments.cases, arguments.seed))


async def compare(supergraph_sdl: str, cases: int, seed: int) -> int:
    """The exit code."""
    reported = time.monotonic()
    for case in range(cases):
        if case % OPERATIONS_PER_WORLD == 0:
            world = seed + case // OPERATIONS_PER_WORLD
            comparison = Comparison(supergraph_sdl, world)
        dice = SeededDice(world * OPERATIONS_PER_WORLD + case % OPERATIONS_PER_WORLD)
        operation = random_operation(comparison.api_schema, dice)
        if await comparison.fails(operation):
            small = await shrink(operation, comparison.api_schema, comparison.fails)
            complain(f"difference in case {case + 1} (--seed {world})\n")
            write_text(None, f"{await comparison.difference(small)}\n")
            return 1
        if time.monotonic() - reported > REPORT_EVERY_SECONDS:
            reported = time.monotonic()
            complain(f"{case + 1} of {cases} compared")
    write_text(None, f"{cases} operations compared, no difference\n")
    return 0
