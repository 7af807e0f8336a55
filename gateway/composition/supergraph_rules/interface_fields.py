"""INTERFACE_FIELD_NO_IMPLEM: an interface's field from one subgraph holds for all of them."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError, in_subgraphs
from gateway.composition.supergraph_rules.view import SupergraphView


def check(view: SupergraphView) -> Iterator[CompositionError]:
    """Types that lack a field which their interface has in some subgraph."""
    types = view.merged.types
    sources = view.context.graphs.types
    for definition in types.values():
        for name in definition.interfaces:
            for field in types[name].fields.values() if name in types else ():
                if field.name in definition.fields:
                    continue
                having = [g.name for g, d in sources[name] if field.name in d.fields]
                lacking = [g.name for g, d in sources[definition.name] if name in d.interfaces]
                yield view.error(
                    "INTERFACE_FIELD_NO_IMPLEM",
                    f'Interface field "{name}.{field.name}" is declared in {in_subgraphs(having)}'
                    f' but type "{definition.name}", which implements "{name}" in'
                    f" {in_subgraphs(lacking)}, has no such field anywhere: add it, or remove it"
                    " from the interface.",
                    field.location,
                    definition.location,
                )
