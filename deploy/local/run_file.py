"""What runs now, for people and programs: `run.json` and the lines printed when all is ready."""

import os
from collections.abc import Mapping

from deploy.local.catalogue import BUYER, DEMO_PASSWORD, SELLER
from deploy.local.layout import Layout
from deploy.local.processes import World
from deploy.local.records import write_privately


def write(layout: Layout, world: World, pids: Mapping[str, int]) -> None:
    """Replace `run.json`: the supervisor's pid, ports, URLs, and each process's pid by name."""
    content = {
        "pid": os.getpid(),
        "port": world.settings.port,
        "url": world.public_url,
        "broker": world.settings.broker,
        "processes": dict(pids),
        "ports": {"gateway": world.settings.port, **world.ports},
        "databases": dict(world.databases),
        "bus_url": world.bus_url,
    }
    if world.settings.stripe is None:
        content["sandbox"] = {"url": world.url("sandbox"), "secret_key": world.stripe.secret_key}
    write_privately(layout.run_file, content)


def announcement(world: World) -> tuple[str, ...]:
    """Where everything is, a line each."""
    url = world.public_url
    return (
        "",
        f"  app          {url}",
        f"  playground   {url}/playground",
        f"  graph        {url}/graphql",
        f"  accounts     {SELLER.email} and {BUYER.email}, password {DEMO_PASSWORD}",
        f"  logs         {world.settings.layout.logs}",
        "",
        "  Ctrl-C ends it; the data stays. `make tour` in another terminal plays the story.",
    )
