"""`Supergraph` and the labels that are on in, `QueryGraph` out."""

from collections.abc import Mapping

from gateway.federation.model import FieldJoin, Supergraph, TypeDefinition, TypeKind
from gateway.graph.graph import QueryGraph
from gateway.graph.nodes import FieldEdge, KeyEdge, Node


def build_graph(supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> QueryGraph:
    """The graph of every composite type in every subgraph; `labels` are the overrides taken."""
    interfaces = _interfaces(supergraph)
    nodes: dict[tuple[str, str], Node] = {}
    for definition in supergraph.types.values():
        if definition.composite:
            for graph in definition.joins:
                nodes[graph, definition.name] = _node(supergraph, definition, graph, labels)
    return QueryGraph(
        supergraph=supergraph,
        labels=labels & supergraph.labels,
        nodes=nodes,
        roots=_roots(supergraph, nodes),
        keys=_keys(supergraph, interfaces),
        interfaces=interfaces,
        runtime_types=_runtime_types(supergraph, interfaces),
    )


def for_labels(graph: QueryGraph, labels: frozenset[str]) -> QueryGraph:
    """The graph with the progressive overrides `labels` on and all others off; built once each."""
    wanted = labels & graph.supergraph.labels
    if wanted == graph.labels:
        return graph
    if wanted not in graph.variants:
        graph.variants[wanted] = build_graph(graph.supergraph, wanted)
    return graph.variants[wanted]


def _interfaces(supergraph: Supergraph) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(i for names in definition.interfaces.values() for i in names)
        for name, definition in supergraph.types.items()
        if definition.interfaces
    }


def _runtime_types(
    supergraph: Supergraph, interfaces: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {
        name: set() for name, definition in supergraph.types.items() if definition.composite
    }
    for name, definition in supergraph.types.items():
        if definition.kind is TypeKind.OBJECT:
            found[name].add(name)
            for interface in interfaces.get(name, ()):
                found.setdefault(interface, set()).add(name)
        elif definition.kind is TypeKind.UNION:
            found[name].update(m for members in definition.members.values() for m in members)
    return {name: frozenset(types) for name, types in found.items()}


def _node(
    supergraph: Supergraph, definition: TypeDefinition, graph: str, labels: frozenset[str]
) -> Node:
    interface_object = definition.joins[graph].interface_object
    abstract = definition.abstract and not interface_object
    resolved: dict[str, FieldEdge] = {}
    external: dict[str, FieldEdge] = {}
    for field in definition.fields.values():
        join = field.joins.get(graph)
        if join is None:
            continue
        target = supergraph.types.get(join.type.name)
        edge = FieldEdge(
            graph=graph,
            parent=definition.name,
            name=field.name,
            type=join.type,
            target=join.type.name if target is not None and target.composite else None,
            requires=join.requires,
            provides=join.provides,
            contexts=join.contexts,
        )
        taken_over = _taken_over(supergraph, field.joins, graph, labels)
        (external if join.external or taken_over else resolved)[field.name] = edge
    return Node(
        graph=graph,
        type=definition.name,
        abstract=abstract,
        interface_object=interface_object,
        possible=_possible(supergraph, definition, graph)
        if abstract
        else frozenset({definition.name}),
        fields=resolved,
        external=external,
    )


def _taken_over(
    supergraph: Supergraph, joins: Mapping[str, FieldJoin], graph: str, labels: frozenset[str]
) -> bool:
    """Whether an `@override` gives the field of this subgraph to another one."""
    join = joins[graph]
    if join.override is not None and join.override_label is not None:
        return join.override_label not in labels
    name = supergraph.subgraphs[graph].name
    for other in joins.values():
        if other.graph != graph and other.override in (name, graph):
            return other.override_label is None or other.override_label in labels
    return join.used_overridden


def _possible(supergraph: Supergraph, definition: TypeDefinition, graph: str) -> frozenset[str]:
    if definition.kind is TypeKind.UNION:
        return frozenset(definition.members.get(graph, ()))
    return frozenset(
        name
        for name, other in supergraph.types.items()
        if other.kind is TypeKind.OBJECT
        and definition.name in other.interfaces.get(graph, frozenset())
    )


def _roots(
    supergraph: Supergraph, nodes: Mapping[tuple[str, str], Node]
) -> dict[str, dict[str, Node]]:
    return {
        kind: {
            graph: nodes[graph, name] for graph in supergraph.subgraphs if (graph, name) in nodes
        }
        for kind, name in supergraph.roots.items()
    }


def _keys(
    supergraph: Supergraph, interfaces: Mapping[str, frozenset[str]]
) -> dict[str, tuple[KeyEdge, ...]]:
    found: dict[str, tuple[KeyEdge, ...]] = {}
    for name, definition in supergraph.types.items():
        if not definition.composite:
            continue
        edges: list[KeyEdge] = []
        for graph in supergraph.subgraphs:
            for target in (name, *sorted(interfaces.get(name, ()))):
                join = supergraph.types[target].joins.get(graph)
                if join is None or (target != name and not join.interface_object):
                    continue
                edges.extend(
                    KeyEdge(name, graph, target, key.selection)
                    for key in join.keys
                    if key.resolvable
                )
        if edges:
            found[name] = tuple(edges)
    return found
