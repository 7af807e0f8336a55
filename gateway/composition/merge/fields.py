"""Merging one field of an object type or interface over the subgraphs that have it."""

from collections.abc import Mapping

from gateway.composition.merge.applied import merge_applied
from gateway.composition.merge.arguments import merge_arguments
from gateway.composition.merge.context import Context, merge_description
from gateway.composition.merge.externals import check_externals
from gateway.composition.merge.graphs import FieldSources, Graph, Owner
from gateway.composition.merge.inputs import note_enum_use
from gateway.composition.merge.join_directive import join_directives
from gateway.composition.merge.join_field import join_fields
from gateway.composition.merge.overrides import read_overrides
from gateway.composition.merge.sharing import check_sharing
from gateway.composition.merge.types_of import MergedType, by_value, merge_type
from gateway.composition.outcome import in_subgraphs
from gateway.composition.subgraph.model import Field, Kind


def merge_fields(context: Context, owner: Owner) -> Mapping[str, Field]:
    """The type's fields, in the order in which the subgraphs introduce them."""
    found: dict[str, list[tuple[Graph, Field]]] = {}
    for graph, definition in owner.sources:
        for name, field in definition.fields.items():
            found.setdefault(name, []).append((graph, field))
    merged: dict[str, Field] = {}
    for name, sources in found.items():
        field_or_none = merge_field(context, owner, tuple(sources))
        if field_or_none:
            merged[name] = field_or_none
    return merged


def merge_field(context: Context, owner: Owner, sources: FieldSources) -> Field | None:
    """The merged field with its join directives; None when no subgraph resolves it (an error)."""
    name = sources[0][1].name
    coordinate = f"{owner.name}.{name}"
    overrides = read_overrides(context, owner.name, sources)
    context.report.errors.extend(check_sharing(context.graphs, owner, sources, overrides))
    resolving = tuple((g, f) for g, f in sources if not g.is_external(owner.name, name))
    if not resolving and not _abstracted_somewhere(context, owner, name):
        names = [graph.name for graph, _ in sources]
        context.report.error(
            "EXTERNAL_MISSING_ON_BASE",
            f'Field "{coordinate}" is marked @external in every subgraph that has it'
            f" ({in_subgraphs(names)}): define it without @external in the subgraph that"
            " resolves it.",
            *(field.location for _, field in sources),
        )
        return None
    basis = resolving or sources
    merged_type = _merge_type(context, coordinate, basis)
    first = basis[0][1]
    type_ref = merged_type.type or first.type
    arguments = merge_arguments(context, coordinate, basis)
    merged = Field(
        name=name,
        type=type_ref,
        arguments=arguments,
        description=merge_description(context, coordinate, [(g, f.description) for g, f in basis]),
        directives=(
            *join_fields(owner, sources, merged_type, overrides),
            *merge_applied(
                context,
                coordinate,
                [(g, f.directives) for g, f in basis],
                auth=owner.kind is Kind.OBJECT,
            ),
            *join_directives([(g, f.directives) for g, f in basis]),
        ),
        location=first.location,
    )
    check_externals(context, owner.name, merged, sources)
    return merged


def _abstracted_somewhere(context: Context, owner: Owner, name: str) -> bool:
    """Whether some interface object resolves the field for this type."""
    return any(
        not graph.is_external(interface, name)
        for interface in context.graphs.interfaces.get(owner.name, ())
        for graph, definition in context.graphs.interface_objects.get(interface, ())
        if name in definition.fields
    )


def _merge_type(context: Context, coordinate: str, sources: FieldSources) -> MergedType:
    merged = merge_type(context.graphs, [field.type for _, field in sources], is_input=False)
    if merged.type is not None:
        note_enum_use(context, merged.type, coordinate, is_input=False)
    if merged.all_equal:
        return merged
    types = by_value([(graph, field.type) for graph, field in sources])
    places = [field.location for _, field in sources]
    if merged.type is None:
        context.report.error(
            "FIELD_TYPE_MISMATCH",
            f'The type of field "{coordinate}" is incompatible across subgraphs: it is {types}.'
            " Give it one type, or types that are subtypes of one of them.",
            *places,
        )
    else:
        context.report.hint(
            "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
            f'The type of field "{coordinate}" differs: it is {types}; the supergraph uses'
            f' "{merged.type}".',
            *places,
        )
    return merged
