"""`compose`: subgraphs of a config file in; their supergraph, or every reason why not, out."""

import json
import os
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.files import complain, write_text
from gateway.composition import compose
from gateway.composition.outcome import Composition, CompositionError, CompositionHint
from gateway.config import error_line, read_config

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

DESCRIPTION = """\
Compose the subgraphs of a config file into one supergraph.

The config has the form that Apollo's rover reads; files are relative to it, and
${env.NAME} and ${env.NAME:-default} stand for environment variables:

    subgraphs:
      users:
        routing_url: ${env.USERS_URL:-http://127.0.0.1:8101/graphql}
        schema:
          file: users.graphql        # or sdl: "..." or subgraph_url: http://...

The supergraph goes to standard output or to --output. When the subgraphs do not
compose, standard error has a line `CODE: message` for each error, all at once,
and the exit code is 1. Hints go to standard error and change nothing.
"""


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "compose",
        help="compose subgraphs into a supergraph",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the subgraphs")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the supergraph goes")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print {ok, supergraph, errors: [{code, message, locations}], hints}",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Compose and print; 1 when there are errors."""
    composition = compose(read_config(arguments.config, os.environ))
    if arguments.json:
        write_text(None, json.dumps(as_json(composition), indent=2) + "\n")
    if composition.supergraph_sdl is None:
        if not arguments.json:
            for error in composition.errors:
                complain(error_line(error))
        return 1
    if not arguments.json:
        for hint in composition.hints:
            complain(f"hint: {hint.code}: {hint.message}")
    if arguments.output is not None or not arguments.json:
        write_text(arguments.output, composition.supergraph_sdl)
    return 0


def as_json(composition: Composition) -> dict[str, object]:
    """The outcome as `--json` prints it."""
    return {
        "ok": composition.ok,
        "supergraph": composition.supergraph_sdl,
        "errors": [_problem(error) for error in composition.errors],
        "hints": [_problem(hint) for hint in composition.hints],
    }


def _problem(problem: CompositionError | CompositionHint) -> dict[str, object]:
    return {
        "code": problem.code,
        "message": problem.message,
        "locations": [
            {"subgraph": place.subgraph, "line": place.line, "column": place.column}
            for place in problem.locations
        ],
    }
