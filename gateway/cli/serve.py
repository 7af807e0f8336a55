"""`serve`: a supergraph or the subgraphs to compose in; a running gateway."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.settings import load_settings

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

DEFAULT_PORT = "4000"
LAST_PORT = 65_535

DESCRIPTION = """\
Serve the graph: /graphql over HTTP (GET, POST, server-sent events, multipart)
and WebSocket (graphql-transport-ws), /health/live, /health/ready, and the app
and playground where GATEWAY_STATIC_DIR and GATEWAY_PLAYGROUND_DIR name them.

It takes a composed supergraph, or a config as `compose` reads it. Everything
else is a setting: an environment variable GATEWAY_<NAME>, or a key in the YAML
file that GATEWAY_SETTINGS_FILE names. A wrong setting stops the start and says
what is allowed.

With --watch a changed file is served without a restart: requests that run finish
on the old schema, subscriptions stay on their connections, and a schema that
cannot be served leaves the old one serving.

With --workers each process keeps its own caches, limits and metrics, and event
streams in single-connection mode need a client that stays with one of them.

SIGTERM drains: readiness fails, streams are ended in waves, requests finish.
"""


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "serve",
        help="serve the graph",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--supergraph", type=Path, metavar="FILE", help="a composed supergraph")
    source.add_argument("--config", type=Path, metavar="FILE", help="the subgraphs to compose")
    parser.add_argument(
        "--host",
        default=os.environ.get("HOST", "127.0.0.1"),
        help="address to listen on (default: HOST, else loopback only)",
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("PORT", DEFAULT_PORT),
        help=f"port to listen on (default: PORT, else {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes, one for each core (default: 1)"
    )
    parser.add_argument(
        "--watch", action="store_true", help="reload when the supergraph or a subgraph file changes"
    )
    parser.set_defaults(run=run)


def port_number(text: str) -> int:
    """A TCP port. Raises argparse's own error."""
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise ArgumentTypeError(f"must be a port from 0 (any free one) to {LAST_PORT}, not {text}")
    return int(text)


def run(arguments: Namespace) -> int:
    """Serve until told to stop."""
    # Imported here, so that the other commands start without a web server.
    from gateway.app import create_app
    from gateway.server.access_log import configure_logging
    from gateway.server.process import run as run_server

    overrides: dict[str, object] = {}
    if arguments.supergraph is not None:
        overrides = {"supergraph_file": arguments.supergraph, "config_file": None}
    elif arguments.config is not None:
        overrides = {"config_file": arguments.config, "supergraph_file": None}
    if arguments.workers is not None:
        overrides["workers"] = arguments.workers
    if arguments.watch:
        overrides["watch"] = True
    settings = load_settings(overrides=overrides)
    configure_logging(settings.log_format)
    app = create_app(settings)
    return run_server(app, settings, arguments.host, arguments.port)
