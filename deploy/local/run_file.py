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
    places = {
        "app": url,
        "playground": f"{url}/playground",
        "graph": f"{url}/graphql",
        "accounts": f"{SELLER.email} and {BUYER.email}, password {DEMO_PASSWORD}",
        "logs": str(world.settings.layout.logs),
    }
    if not os.environ.get("SMTP_URL"):
        places["mailbox"] = world.url("users", "/mailbox")
    if world.settings.stripe is not None:
        places["webhooks"] = f"have Stripe send them to {world.url('payments', '/webhooks/stripe')}"
    return (
        "",
        *(f"  {name:<13}{place}" for name, place in places.items()),
        "",
        "  Ctrl-C ends it; the data stays. `make tour` in another terminal plays the story.",
    )
