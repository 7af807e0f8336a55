"""The query graph: nodes, edges, views, labels."""

from gateway.graph import Node, QueryGraph, for_labels
from gateway.graph.dot import graph_dot, print_graph
from tests.gateway.planner.kit import federation

MEDIA = federation(
    a="""
        type Query { m: Media @provides(fields: "... on Book { title }") }
        union Media = Book | Movie
        type Book @key(fields: "id") { id: ID! title: String @external }
        type Movie @key(fields: "id") { id: ID! }
    """,
    b="""
        type Book @key(fields: "id") { id: ID! title: String @shareable }
        type Movie @key(fields: "id", resolvable: false) { id: ID! @shareable }
    """,
).graph

MOVED = federation(
    a='type Query { t: T } type T @key(fields: "id") { id: ID! n: Int }',
    b="""
        type T @key(fields: "id") {
          id: ID!
          n: Int @override(from: "a", label: "percent(1)")
        }
    """,
).graph

HIDDEN = federation(
    a="""
        type Query { ms: [M] }
        interface M @key(fields: "id") { id: ID! }
        type Book implements M @key(fields: "id") { id: ID! }
    """,
    b='type M @interfaceObject @key(fields: "id") { id: ID! score: Int }',
).graph


def names(graph: QueryGraph, type_name: str, field: str) -> list[str]:
    return [repr(node) for node, _ in graph.hosts(type_name, field)]


def walk(graph: QueryGraph, node: Node, field: str) -> Node:
    edge = graph.edge(node, field)
    assert edge is not None
    target = graph.target(node, edge)
    assert target is not None
    return target


def test_only_resolvable_keys_lead_into_a_subgraph() -> None:
    assert [(key.type, key.graph) for key in MEDIA.keys["Movie"]] == [("Movie", "A")]


def test_external_fields_have_no_edge() -> None:
    assert MEDIA.edge(MEDIA.nodes["A", "Book"], "title") is None


def test_a_provided_field_has_one_on_the_path_that_provides_it() -> None:
    media = walk(MEDIA, MEDIA.roots["query"]["A"], "m")
    book = MEDIA.cast(media, "Book")
    assert book is not None
    assert MEDIA.edge(book, "title") is not None
    assert media.view != ()


def test_a_field_of_some_members_is_no_field_of_the_union() -> None:
    media = walk(MEDIA, MEDIA.roots["query"]["A"], "m")
    assert MEDIA.edge(media, "title") is None
    assert MEDIA.edge(media, "id") is not None


def test_labels_decide_who_resolves_a_moved_field() -> None:
    assert names(MOVED, "T", "n") == ["T@A"]
    assert names(for_labels(MOVED, frozenset({"percent(1)"})), "T", "n") == ["T@B"]


def test_graphs_of_equal_labels_are_one() -> None:
    labels = frozenset({"percent(1)", "unknown"})
    assert for_labels(MOVED, labels) is for_labels(MOVED, labels)
    assert for_labels(MOVED, frozenset({"unknown"})) is MOVED


def test_interface_objects_resolve_fields_of_the_implementations() -> None:
    assert names(HIDDEN, "Book", "score") == ["M@B"]
    assert [(key.target, key.graph) for key in HIDDEN.keys["Book"]] == [("Book", "A"), ("M", "B")]


def test_an_interface_object_cannot_be_narrowed() -> None:
    assert HIDDEN.cast(HIDDEN.nodes["B", "M"], "Book") is None


def test_the_graph_prints() -> None:
    text = print_graph(HIDDEN)
    assert "M@B (interface object)\n  id: ID!\n  score: Int\n  <- key id" in text
    assert "M@A\n  is Book\n  id: ID!\n  <- key id" in text


def test_the_graph_has_a_picture() -> None:
    picture = graph_dot(HIDDEN)
    assert picture.startswith("digraph supergraph {")
    assert '"Book@A" -> "M@B" [style=dashed, label="id"]' in picture
    assert '"M@A" -> "Book@A" [style=dotted]' in picture
