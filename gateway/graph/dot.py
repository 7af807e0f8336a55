"""A query graph in, its text and its picture (DOT) out."""

from collections.abc import Iterator

from gateway.federation.selection import print_selection
from gateway.graph.graph import QueryGraph
from gateway.graph.nodes import FieldEdge, KeyEdge


def print_graph(graph: QueryGraph) -> str:
    """One paragraph per node, one line per edge."""
    lines: list[str] = []
    for kind, roots in graph.roots.items():
        lines.append(f"{kind}: {', '.join(repr(node) for node in roots.values())}")
    for (_, name), node in graph.nodes.items():
        lines.append("")
        mark = " (interface object)" if node.interface_object else ""
        lines.append(f"{node!r}{mark}")
        if node.abstract:
            lines.append(f"  is {' | '.join(sorted(node.possible)) or 'nothing'}")
        lines.extend(f"  {_field(edge)}" for edge in node.fields.values())
        lines.extend(f"  {_field(edge)} external" for edge in node.external.values())
        lines.extend(
            f"  <- key {print_selection(key.selection)}"
            for key in graph.keys.get(name, ())
            if (key.graph, key.target) == (node.graph, node.type)
        )
    return "\n".join(lines)


def _field(edge: FieldEdge) -> str:
    text = f"{edge.name}: {edge.type.text}"
    if edge.requires:
        text += f" requires {{{print_selection(edge.requires)}}}"
    if edge.provides:
        text += f" provides {{{print_selection(edge.provides)}}}"
    for use in edge.contexts:
        text += f" {use.argument} from {use.context} {{{print_selection(use.selection)}}}"
    return text


def graph_dot(graph: QueryGraph) -> str:
    """The graph for Graphviz: solid lines are fields, dashed keys, dotted casts."""
    lines = ["digraph supergraph {", '  node [shape=box, fontname="monospace"];']
    for id_, subgraph in graph.supergraph.subgraphs.items():
        lines.append(f'  subgraph "cluster_{id_}" {{ label="{subgraph.name}";')
        lines.extend(
            f'    "{node!r}" [label="{node.type}"];'
            for node in graph.nodes.values()
            if node.graph == id_
        )
        lines.append("  }")
    lines.extend(f"  {edge};" for edge in _edges(graph))
    return "\n".join([*lines, "}"])


def _edges(graph: QueryGraph) -> Iterator[str]:
    for node in graph.nodes.values():
        for edge in node.fields.values():
            target = graph.target(node, edge)
            if target is not None:
                plain = graph.nodes[target.graph, target.type]
                yield f'"{node!r}" -> "{plain!r}" [label="{edge.name}"]'
        for name in sorted(node.possible - {node.type}):
            yield f'"{node!r}" -> "{name}@{node.graph}" [style=dotted]'
    for keys in graph.keys.values():
        for key in keys:
            yield from _key_edges(graph, key)


def _key_edges(graph: QueryGraph, key: KeyEdge) -> Iterator[str]:
    label = print_selection(key.selection)
    for id_ in graph.supergraph.subgraphs:
        if id_ != key.graph and (id_, key.type) in graph.nodes:
            source = f"{key.type}@{id_}"
            target = f"{key.target}@{key.graph}"
            yield f'"{source}" -> "{target}" [style=dashed, label="{label}"]'
