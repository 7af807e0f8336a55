"""G37: `@provides`, from one path only."""

from tests.gateway.planner.kit import federation

MEDIA = federation(
    a="""
        type Query { m: Media @provides(fields: "... on Book { title }") other: Media }
        union Media = Book | Movie
        type Book @key(fields: "id") { id: ID! title: String @external }
        type Movie @key(fields: "id") { id: ID! }
    """,
    b="""
        type Book @key(fields: "id") { id: ID! title: String @shareable }
        type Movie @key(fields: "id") { id: ID! title: String @shareable }
    """,
)


def test_g37_a_provided_member_needs_no_hop_and_the_other_does() -> None:
    assert MEDIA.steps("{m{... on Book{title} ... on Movie{title}}}") == [
        "0 a: {m{__typename ...on Book{title} ...on Movie{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Movie{title}}}"
        ),
        "    $representations m|[Movie] <- Movie{id}",
    ]


def test_g37_elsewhere_nothing_is_provided() -> None:
    assert MEDIA.steps("{other{... on Book{title}}}") == [
        "0 a: {other{__typename ...on Book{id}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Book{title}}}"
        ),
        "    $representations other|[Book] <- Book{id}",
    ]


NESTED = federation(
    a="""
        type Query { s: S @provides(fields: "book { title author { name } }") }
        type S { book: Book }
        type Book @key(fields: "id") {
          id: ID!
          title: String @external
          author: Author @external
        }
        type Author @key(fields: "id") { id: ID! name: String @external }
    """,
    b="""
        type Book @key(fields: "id") {
          id: ID!
          title: String @shareable
          author: Author @shareable
        }
        type Author @key(fields: "id") { id: ID! name: String @shareable age: Int }
    """,
)


def test_g37_nested_provides_reach_down() -> None:
    assert NESTED.steps("{s{book{title author{name age}}}}") == [
        "0 a: {s{book{title author{name id}}}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on Author{age}}}"
        ),
        "    $representations s.book.author <- Author{id}",
    ]
