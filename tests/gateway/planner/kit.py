"""Subgraph SDLs in, plans as compact text out; every planned document is validated."""

from dataclasses import dataclass

from graphql import GraphQLSchema, parse, validate

from gateway.composition import SubgraphInput, compose
from gateway.federation.api_schema import build_api_schema
from gateway.federation.supergraph import parse_supergraph
from gateway.graph import QueryGraph, build_graph
from gateway.planner import PlanInput, QueryPlan, plan_operation
from gateway.planner.plan import EntityInput, FetchStep, InputField, OutputField
from gateway.planner.printer import print_path, print_plan_condition
from tests.gateway.planner.subgraph_schemas import invalid_documents, subgraph_schemas

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
    '"@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", '
    '"@inaccessible", "@context", "@fromContext"])\n'
)


@dataclass(frozen=True, slots=True)
class Federation:
    """A composed graph to plan for."""

    graph: QueryGraph
    schema: GraphQLSchema

    def input(self, operation: str, *labels: str, name: str | None = None) -> PlanInput:
        """The operation, valid by the client's schema, as planning takes it."""
        document = parse(operation)
        errors = validate(self.schema, document)
        assert not errors, [error.message for error in errors]
        return PlanInput(self.graph, self.schema, document, name, frozenset(labels))

    def plan(self, operation: str, *labels: str, name: str | None = None) -> QueryPlan:
        """The plan, of which every document is valid in its subgraph."""
        plan = plan_operation(self.input(operation, *labels, name=name))
        invalid = invalid_documents(plan, subgraph_schemas(self.graph.supergraph))
        assert not invalid, "\n".join(invalid)
        return plan

    def steps(self, operation: str, *labels: str, name: str | None = None) -> list[str]:
        """The plan's steps, a line each."""
        return step_lines(self.plan(operation, *labels, name=name))


def federation(**subgraphs: str) -> Federation:
    """The federation of subgraphs, given as SDL without the federation link."""
    inputs = [SubgraphInput(name, f"http://{name}", LINK + sdl) for name, sdl in subgraphs.items()]
    composition = compose(inputs)
    assert composition.supergraph_sdl is not None, composition.errors
    return from_supergraph(composition.supergraph_sdl)


def from_supergraph(sdl: str) -> Federation:
    """The federation of a supergraph that is composed already."""
    supergraph = parse_supergraph(sdl)
    return Federation(build_graph(supergraph), build_api_schema(supergraph))


def step_lines(plan: QueryPlan) -> list[str]:
    """`1 b after 0: users.@ {id} => User {name}`: one line per input, the rest as sent."""
    return [line for step in plan.steps for line in _step(step)]


def _step(step: FetchStep) -> list[str]:
    after = f" after {','.join(str(one) for one in sorted(step.after))}" if step.after else ""
    when = f" if {print_plan_condition(step.condition)}" if step.condition is not None else ""
    path = f" at {print_path(step.path)}" if step.path else ""
    head = f"{step.id} {step.subgraph}{after}{when}{path}:"
    return [f"{head} {step.document}", *(f"    {_input(one)}" for one in step.inputs)]


def _input(one: EntityInput) -> str:
    when = f" if {print_plan_condition(one.condition)}" if one.condition is not None else ""
    targets = ", ".join(print_path(target) for target in one.targets)
    sent = " ".join(
        f"{representation.typename}"
        + (
            f"[{'|'.join(sorted(representation.types))}]"
            if representation.types != {representation.typename}
            else ""
        )
        + "{"
        + " ".join(_field(field) for field in representation.fields)
        + "}"
        for representation in one.representations
    )
    contexts = "".join(
        f" ${context.variable}={{{' '.join(_field(field) for field in context.selection)}}}"
        f"^{context.depth}"
        for context in one.contexts
    )
    return f"${one.variable}{when} {targets} <- {sent}{contexts}"


def _field(field: InputField) -> str:
    source = "" if field.source_key == field.name else f":{field.source_key}"
    optional = "" if field.is_key else "?"
    inner = "{" + " ".join(_field(one) for one in field.selection) + "}" if field.selection else ""
    on = f"({'|'.join(sorted(field.on))})" if field.on is not None else ""
    return field.name + source + optional + on + inner


def output_lines(plan: QueryPlan) -> list[str]:
    """The client's shape: `alias=source_key`, indented, with types and conditions."""
    lines: list[str] = []
    _output(plan.output, "", lines)
    return lines


def _output(fields: tuple[OutputField, ...], indent: str, lines: list[str]) -> None:
    for field in fields:
        source = f"={field.source_key}" if field.source_key != field.response_key else ""
        on = f" on {'|'.join(sorted(field.on))}" if field.on is not None else ""
        when = f" if {print_plan_condition(field.condition)}" if field.condition else ""
        lines.append(f"{indent}{field.response_key}{source}: {field.type}{on}{when}")
        _output(field.selection, indent + "  ", lines)
