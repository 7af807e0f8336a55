"""Merging whole schemas: the graphs in, the supergraph as data out."""

from dataclasses import replace

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.auth import spread_requirements
from gateway.composition.merge.context import Context, merge_description
from gateway.composition.merge.directives import DirectivePlan, plan_directives
from gateway.composition.merge.executable import merge_executable
from gateway.composition.merge.graphs import Graphs, Report
from gateway.composition.merge.inputs import note_enum_use
from gateway.composition.merge.interface_objects import add_abstracted_fields
from gateway.composition.merge.merged import Merged
from gateway.composition.merge.types import merge_types
from gateway.composition.subgraph.model import (
    ROOT_NAMES,
    DirectiveDefinition,
    InputValue,
    Kind,
    TypeDefinition,
)


def merge_graphs(graphs: Graphs, report: Report) -> tuple[Merged, Context]:
    """The supergraph, complete only if the report has no errors, and the context it came from."""
    plan = plan_directives(graphs.all, report)
    context = Context(graphs, report, plan.composed)
    _note_directive_uses(context, plan)
    executable = merge_executable(context, plan.definitions)
    definitions = {
        name: _merge_definition(context, definition)
        for name, definition in {**plan.definitions, **executable}.items()
    }
    types = dict(spread_requirements(context, add_abstracted_fields(context, merge_types(context))))
    for scalar in sorted(set(plan.scalars)):
        nowhere = graphs.types["Query"][0][1].location
        types[scalar] = TypeDefinition(scalar, Kind.SCALAR, None, (), nowhere)
    types = {name: types[name] for name in sorted(types) if _is_filled(types[name])}
    merged = Merged(
        graphs=graphs.all,
        types=types,
        directive_definitions={name: definitions[name] for name in sorted(definitions)},
        links=tuple(plan.links),
        schema_directives=merge_applied(
            context, "schema", [(g, g.subgraph.schema_directives) for g in graphs.all]
        ),
        roots={kind: name for kind, name in ROOT_NAMES.items() if name in types},
        description=merge_description(
            context, "schema", [(g, g.subgraph.description) for g in graphs.all]
        ),
    )
    return merged, context


def _is_filled(definition: TypeDefinition) -> bool:
    """A Query that no subgraph puts a field in is no type at all."""
    return definition.kind is not Kind.OBJECT or bool(definition.fields)


def _note_directive_uses(context: Context, plan: DirectivePlan) -> None:
    for name, definition in plan.definitions.items():
        for argument in definition.arguments.values():
            at = f"@{name}({argument.name}:)"
            note_enum_use(context, argument.type, at, is_input=True)


def _merge_definition(context: Context, definition: DirectiveDefinition) -> DirectiveDefinition:
    """The definition with those of its arguments' directives that compose."""
    if not any(argument.directives for argument in definition.arguments.values()):
        return definition
    graph = next(g for g in context.graphs.all if g.name == definition.location.subgraph)
    arguments: dict[str, InputValue] = {
        name: replace(
            argument,
            directives=merge_applied(
                context, f"@{definition.name}({name}:)", [(graph, argument.directives)]
            ),
        )
        for name, argument in definition.arguments.items()
    }
    return replace(definition, arguments=arguments)
