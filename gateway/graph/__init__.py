"""The query graph: all ways that data can be had, shared by composition and planning.

`build_graph(supergraph, labels)` makes a `QueryGraph`: one `Node` per composite type and subgraph
(and per *view*, where a `@provides` makes external fields selectable); `for_labels` gives the one
for other progressive overrides. From a node lead field edges (`graph.edge(node, name)`, then
`graph.target(node, edge)`) and casts (`graph.cast(node, object_type)`); `graph.keys[type]` are the
key edges into subgraphs, interface objects included; `graph.roots[kind]` the entry points;
`graph.hosts(type, field)` every place that resolves a field.

`Search(graph)` finds paths. Given the nodes where an object is at hand (node → cost):

- `spread(type, starts)`: all nodes where it can be had, by any chain of keys;
- `options(type, field, reached)`: all ways to resolve a field from there, `@requires` included;
- `starts(options)`: where a composite field then leads: the `starts` of the child type;
- `narrow(reached, object_type)`: from an abstract type's nodes to the starts of an object type.

So a walk over the schema is: roots → options → starts → spread → options … A field without
options cannot be resolved there; `search.missing(type, selections, reached)` says what a key lacks.
`Query` fields below the root can also be had in every root node.
"""

from gateway.graph.build import build_graph, for_labels
from gateway.graph.graph import QueryGraph
from gateway.graph.nodes import FieldEdge, KeyEdge, Node
from gateway.graph.search import ENTRY, FIELD, Option, Reach, Search

__all__ = [
    "ENTRY",
    "FIELD",
    "FieldEdge",
    "KeyEdge",
    "Node",
    "Option",
    "QueryGraph",
    "Reach",
    "Search",
    "build_graph",
    "for_labels",
]
