"""`check`: two supergraphs in; what breaks, and what becomes of stored operations, out."""

import json
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    find_breaking_changes,
    find_dangerous_changes,
    validate,
)

from gateway.cli.files import read_text, write_text
from gateway.cli.graphs import snapshot_of
from gateway.errors import ConfigError, RequestRefused
from gateway.operation.document import parse_document
from gateway.planner import PlanInput, PlanningFailed, plan_operation
from gateway.snapshot import Snapshot

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

SUFFIXES = (".graphql", ".gql")

DESCRIPTION = """\
Compare two supergraphs as clients see them, and plan stored operations on both.

Lists breaking and dangerous changes of the API schema. With --operations, every
.graphql and .gql file in the folder (and below) is validated against both and
planned on both: its requests to subgraphs (fetches) and the longest chain of
requests that wait for each other (depth), before and after.

The exit code is 1 when a stored operation breaks; without --operations, when
there is any breaking change.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation's plan costs."""

    fetches: int
    depth: int


@dataclass(frozen=True, slots=True)
class Checked:
    """One stored operation on both supergraphs; None where it has no plan."""

    operation: str
    before: Cost | None
    after: Cost | None
    errors: tuple[str, ...]

    @property
    def breaks(self) -> bool:
        """Whether the change takes the operation from its clients."""
        return self.before is not None and self.after is None


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "check",
        help="what a change of the supergraph breaks",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    what = "supergraph, or config .yaml"
    parser.add_argument("--base", type=Path, required=True, metavar="FILE", help=f"now: {what}")
    parser.add_argument(
        "--proposed", type=Path, required=True, metavar="FILE", help=f"next: {what}"
    )
    parser.add_argument("--operations", type=Path, metavar="DIR", help="stored operations")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print what changes; 1 when something breaks."""
    base, proposed = snapshot_of(arguments.base), snapshot_of(arguments.proposed)
    breaking = [
        change.description for change in find_breaking_changes(base.api_schema, proposed.api_schema)
    ]
    dangerous = [
        change.description
        for change in find_dangerous_changes(base.api_schema, proposed.api_schema)
    ]
    operations: list[Checked] | None = None
    if arguments.operations is not None:
        operations = list(_check_operations(arguments.operations, base, proposed))
    broken = bool(breaking) if operations is None else any(each.breaks for each in operations)
    if arguments.json:
        result = {
            "ok": not broken,
            "breaking": breaking,
            "dangerous": dangerous,
            "operations": [{**asdict(each), "breaks": each.breaks} for each in operations or ()],
        }
        write_text(None, json.dumps(result, indent=2) + "\n")
    else:
        write_text(None, "".join(f"{line}\n" for line in _lines(breaking, dangerous, operations)))
    return 1 if broken else 0


def _lines(
    breaking: list[str], dangerous: list[str], operations: list[Checked] | None
) -> Iterator[str]:
    for description in breaking:
        yield f"breaking: {description}"
    for description in dangerous:
        yield f"dangerous: {description}"
    if not breaking and not dangerous:
        yield "no breaking or dangerous change of the API schema"
    for each in operations or ():
        mark = "BREAKS" if each.breaks else "ok" if each.after else "invalid"
        yield f"{mark}: {each.operation}: {_cost(each.before)} -> {_cost(each.after)}"
        for error in each.errors:
            yield f"    {error}"


def _cost(cost: Cost | None) -> str:
    return "no plan" if cost is None else f"fetches {cost.fetches} depth {cost.depth}"


def _check_operations(folder: Path, base: Snapshot, proposed: Snapshot) -> Iterator[Checked]:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: is not a folder")
    for file in sorted(folder.rglob("*")):
        if file.suffix in SUFFIXES and file.is_file():
            yield from _check_file(file, str(file.relative_to(folder)), base, proposed)


def _check_file(file: Path, label: str, base: Snapshot, proposed: Snapshot) -> Iterator[Checked]:
    try:
        document = parse_document(read_text(file))
    except RequestRefused as refused:
        yield Checked(label, None, None, (str(refused),))
        return
    before, after = _errors(document, base), _errors(document, proposed)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            name = node.name.value if node.name is not None else None
            yield Checked(
                operation=f"{label}#{name}" if name else label,
                before=None if before else _plan_cost(base, document, name),
                after=None if after else _plan_cost(proposed, document, name),
                errors=after or before,
            )


def _errors(document: DocumentNode, snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(error.message for error in validate(snapshot.api_schema, document))


def _plan_cost(snapshot: Snapshot, document: DocumentNode, name: str | None) -> Cost | None:
    try:
        plan = plan_operation(PlanInput(snapshot.graph, snapshot.api_schema, document, name))
    except PlanningFailed:
        return None
    return Cost(plan.fetches, plan.depth)
