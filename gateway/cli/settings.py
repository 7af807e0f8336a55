"""`settings`: every setting with its default and meaning, or the JSON schema of the YAML file."""

import json
import textwrap
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from gateway.cli.files import write_text
from gateway.settings import PREFIX, Settings

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

DESCRIPTION = """\
List the settings of `serve`: the environment variable, its default, what it means.

The same names, without GATEWAY_ and in small letters, are the keys of the YAML
file that GATEWAY_SETTINGS_FILE names; the environment wins over the file, and
arguments of the command line win over both. Lists are separated by commas.

With --json it prints the JSON schema of that file, for editors that check YAML
against one.
"""
WIDTH = 88


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "settings",
        help="list the settings",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the JSON schema")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print."""
    if arguments.json:
        write_text(None, json.dumps(Settings.model_json_schema(), indent=2) + "\n")
        return 0
    for name, setting in Settings.model_fields.items():
        default = setting.default
        shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
        write_text(None, f"{PREFIX}{name.upper()}={'' if shown is None else shown}\n")
        if setting.description:
            write_text(None, textwrap.indent(textwrap.fill(setting.description, WIDTH), "    "))
            write_text(None, "\n")
    return 0
