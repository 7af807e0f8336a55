"""`explain`: a supergraph and an operation in; what a stage of planning makes of it, out."""

import json
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import DocumentNode, GraphQLSchema, parse

from gateway.cli.files import complain, read_object, write_text
from gateway.cli.graphs import document_of, snapshot_of
from gateway.errors import ConfigError, RequestRefused
from gateway.execution.conditions import decide
from gateway.operation.document import select_operation
from gateway.operation.variables import compile_variables
from gateway.planner import PlanInput, QueryPlan, plan_operation
from gateway.planner.explain import STAGES
from gateway.planner.explain import explain as explain_stage
from gateway.planner.printer import plan_dot, plan_json, print_plan
from gateway.snapshot import Snapshot

if TYPE_CHECKING:
    from gateway.cli.commands import Commands

DESCRIPTION = """\
Show how an operation is planned, one stage at a time:

    normalise   the operation with its fragments inlined and conditions merged
    graph       the query graph of the supergraph (needs no operation)
    paths       for each field, the ways through the subgraphs and the one chosen
    steps       the chosen paths as requests, and what each has to wait for
    plan        the finished plan (the default)

With --json the plan has `fetches`, `depth` and `steps`; with --dot it is a
picture for graphviz. With --variables the conditions of @skip and @include are
decided, as they are when the operation runs.

The exit code is 1 when the operation is not valid on the supergraph.
"""


def register(commands: "Commands") -> None:
    """Add the command."""
    parser: ArgumentParser = commands.add_parser(
        "explain",
        help="show how an operation is planned",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--supergraph", type=Path, required=True, metavar="FILE", help="supergraph, or config .yaml"
    )
    parser.add_argument("--operation", type=Path, metavar="FILE", help="a document")
    parser.add_argument("--operation-name", metavar="N", help="which operation of the document")
    parser.add_argument("--variables", type=Path, metavar="FILE", help="their values, as JSON")
    parser.add_argument("--stage", choices=tuple(STAGES), default="plan", help="default: plan")
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="L",
        help="a progressive override that is on",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--dot", action="store_true", help="print the plan for graphviz")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print the stage; 1 when the operation is refused."""
    snapshot = snapshot_of(arguments.supergraph)
    try:
        document, schema = _document(arguments, snapshot)
        given = PlanInput(
            graph=snapshot.graph,
            api_schema=schema,
            document=document,
            operation_name=arguments.operation_name,
            labels=frozenset(arguments.label),
        )
        text = _text(given, arguments)
    except RequestRefused as refused:
        for error in refused.errors:
            complain(f"{refused.code}: {error['message']}")
        return 1
    write_text(None, text.rstrip("\n") + "\n")
    return 0


def _document(arguments: Namespace, snapshot: Snapshot) -> tuple[DocumentNode, GraphQLSchema]:
    if arguments.operation is not None:
        return document_of(arguments.operation, snapshot)
    if arguments.stage != "graph":
        raise ConfigError(f"--stage {arguments.stage} explains an operation: give --operation")
    return parse("{ __typename }"), snapshot.api_schema


def _text(given: PlanInput, arguments: Namespace) -> str:
    if arguments.stage != "plan" and not arguments.dot:
        text = explain_stage(given, arguments.stage)
        stage = {"stage": arguments.stage, "text": text.splitlines()}
        return json.dumps(stage, indent=2) if arguments.json else text
    plan = _plan(given, arguments.variables)
    if arguments.dot:
        return plan_dot(plan)
    return json.dumps(plan_json(plan), indent=2) if arguments.json else print_plan(plan)


def _plan(given: PlanInput, variables: Path | None) -> QueryPlan:
    plan = plan_operation(given)
    if variables is None:
        return plan
    operation = select_operation(given.document, given.operation_name)
    return decide(plan, compile_variables(given.api_schema, operation)(read_object(variables)))
