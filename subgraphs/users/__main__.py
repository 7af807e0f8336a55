"""For whoever is on call: `python -m subgraphs.users rotate-keys [--at-once]`; DATABASE_URL is set.

Without `--at-once` a new key is published now and signs in an hour; nobody notices. With it
the old keys end now, as one must when a key may have leaked.
"""

import argparse
import asyncio
import os
import sys
from datetime import timedelta

from shared.db import Database
from subgraphs.users import keys


async def rotate_keys(database: Database, *, at_once: bool) -> None:
    """Make the next signing key, or replace all of them."""
    async with database.transaction() as session:
        if at_once:
            await keys.replace_at_once(session)
        else:
            await keys.rotate(session, timedelta(0))


async def _run(url: str, *, at_once: bool) -> None:
    database = Database(url, pool_size=1)
    try:
        await rotate_keys(database, at_once=at_once)
        published = await keys.KeyRing(database).published()
    finally:
        await database.close()
    print("published:", *(key["kid"] for key in published["keys"]))


def main(arguments: list[str] | None = None) -> int:
    """0 when the new key is published."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.users", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rotating = commands.add_parser("rotate-keys", help="make a new signing key")
    rotating.add_argument("--at-once", action="store_true", help="end the old keys now")
    options = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL")
    if not url:
        parser.error("DATABASE_URL is not set")
    asyncio.run(_run(url, at_once=options.at_once))
    return 0


if __name__ == "__main__":
    sys.exit(main())
