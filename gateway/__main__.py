"""`python -m gateway <command>`: the command line."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module

from gateway.errors import CompositionFailed, GatewayError

DESCRIPTION = """\
A federation gateway: composes subgraphs, plans and executes operations over
them, and serves the graph.
"""
EPILOG = """\
Exit codes: 0 it is so; 1 it is not (errors were found); 2 it could not be tried
(arguments, files, settings).
"""
COMMANDS = ("compose", "serve", "explain", "check", "fuzz", "settings")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = ArgumentParser(
        prog="python -m gateway",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    given = sys.argv[1:] if arguments is None else arguments
    # A command's module is imported only for it: the server is up sooner without the composer.
    for name in given[:1] if given and given[0] in COMMANDS else COMMANDS:
        import_module(f"gateway.cli.{name}").register(commands)
    parsed = parser.parse_args(given)
    try:
        code: int = parsed.run(parsed)
    except CompositionFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    except GatewayError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
