"""A long differential run over random schemas: `make fuzz CASES=20000 SEED=1`."""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass

from gateway.composition import SubgraphInput, compose
from gateway.fuzz.dice import SeededDice
from gateway.fuzz.operations import random_operation
from gateway.fuzz.run import Comparison
from gateway.fuzz.shrink import shrink
from tests.gateway.fuzz.schemas import random_subgraphs

OPERATIONS_PER_SCHEMA = 20
REPORT_EVERY_SECONDS = 10.0


@dataclass(slots=True)
class Tally:
    """What a run has seen so far."""

    schemas: int = 0
    refused: int = 0
    operations: int = 0
    differences: int = 0

    def __str__(self) -> str:
        return (
            f"{self.operations} operations on {self.schemas} schemas "
            f"({self.refused} more did not compose), {self.differences} differences"
        )


async def fuzz_schema(seed: int, tally: Tally, limit: int) -> None:
    """Compare operations on the schema of one seed; prints each difference, made small."""
    subgraphs = random_subgraphs(SeededDice(seed))
    composed = compose([SubgraphInput(name, f"http://{name}", sdl) for name, sdl in subgraphs])
    if composed.supergraph_sdl is None:
        tally.refused += 1
        return
    tally.schemas += 1
    comparison = Comparison(composed.supergraph_sdl, seed)
    for number in range(min(OPERATIONS_PER_SCHEMA, limit)):
        operation = random_operation(comparison.api_schema, SeededDice(seed * 1_000 + number))
        tally.operations += 1
        if await comparison.fails(operation):
            tally.differences += 1
            small = await shrink(operation, comparison.api_schema, comparison.fails)
            print(f"\nseed {seed}, operation {number}")
            print(await comparison.difference(small))
            return


async def fuzz(cases: int, seed: int) -> Tally:
    """Run until `cases` operations have been compared."""
    tally = Tally()
    reported = time.monotonic()
    while tally.operations < cases:
        await fuzz_schema(seed, tally, cases - tally.operations)
        seed += 1
        if time.monotonic() - reported > REPORT_EVERY_SECONDS:
            reported = time.monotonic()
            print(tally, file=sys.stderr, flush=True)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="operations (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="first schema's seed (%(default)s)")
    options = parser.parse_args()
    tally = asyncio.run(fuzz(options.cases, options.seed))
    print(tally)
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
