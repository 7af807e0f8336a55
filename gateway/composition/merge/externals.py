"""@external repetitions of a field: they must agree with what the supergraph makes of it."""

from gateway.composition.merge.context import Context
from gateway.composition.merge.graphs import FieldSources, Graph
from gateway.composition.merge.types_of import is_subtype
from gateway.composition.subgraph.model import Field, InputValue, Missing
from gateway.composition.values import same_value, to_text


def check_externals(context: Context, owner: str, merged: Field, sources: FieldSources) -> None:
    """Record where an external definition has another type or other arguments."""
    for graph, field in sources:
        if not graph.is_external(owner, field.name):
            continue
        where = f'"{owner}.{field.name}" in subgraph "{graph.name}"'
        if not is_subtype(context.graphs, merged.type, field.type):
            context.report.error(
                "EXTERNAL_TYPE_MISMATCH",
                f'External field {where} has type "{field.type}" but "{merged.type}" where it is'
                " resolved: make them the same.",
                field.location,
                merged.location,
            )
        for name, argument in merged.arguments.items():
            _check_argument(context, where, field, name, argument)
        _check_directives(context, where, graph, field)


def _check_argument(
    context: Context, where: str, field: Field, name: str, expected: InputValue
) -> None:
    given = field.arguments.get(name)
    if given is None:
        context.report.error(
            "EXTERNAL_ARGUMENT_MISSING",
            f'External field {where} lacks the argument "{name}: {expected.type}" that it has'
            " where it is resolved: add it.",
            field.location,
            expected.location,
        )
        return
    if not is_subtype(context.graphs, given.type, expected.type):
        context.report.error(
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            f'Argument "{name}" of external field {where} has type "{given.type}" but'
            f' "{expected.type}" where the field is resolved: make them the same.',
            given.location,
            expected.location,
        )
    if not _same_default(given, expected):
        context.report.error(
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            f'Argument "{name}" of external field {where} has {_default(given)} but'
            f" {_default(expected)} where the field is resolved: make them the same.",
            given.location,
            expected.location,
        )


def _same_default(left: InputValue, right: InputValue) -> bool:
    if isinstance(left.default, Missing) or isinstance(right.default, Missing):
        return isinstance(left.default, Missing) and isinstance(right.default, Missing)
    return same_value(left.default, right.default)


def _default(value: InputValue) -> str:
    if isinstance(value.default, Missing):
        return "no default"
    return f"default {to_text(value.default)}"


def _check_directives(context: Context, where: str, graph: Graph, field: Field) -> None:
    """A directive that composes says nothing on a field that is not resolved here."""
    for directive in field.directives:
        composed = context.composed.get((graph.name, directive.name))
        if composed:
            context.report.error(
                "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                f"Directive @{directive.name} on {where} has no effect, since the field is"
                " @external there: put it on the field where it is resolved.",
                directive.location,
            )
