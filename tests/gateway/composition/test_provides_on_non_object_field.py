"""PROVIDES_ON_NON_OBJECT_FIELD: @provides on a field without fields."""

from tests.gateway.composition.kit import fed2_codes


def test_a_leaf_provides_nothing() -> None:
    assert fed2_codes(a='type Query { n: Int @provides(fields: "x") }') == [
        "PROVIDES_ON_NON_OBJECT_FIELD"
    ]


def test_a_union_provides_by_fragments() -> None:
    assert (
        fed2_codes(
            a="""type Query { u: U @provides(fields: "... on T { x }") } union U = T
             type T @key(fields: "id") { id: ID! x: Int @external }""",
            b='type T @key(fields: "id") { id: ID! x: Int @shareable }',
        )
        == []
    )
