"""TYPE_KIND_MISMATCH: one name for types of different kinds."""

from tests.gateway.composition.kit import fed2_codes, only_error


def test_a_type_is_of_one_kind_everywhere() -> None:
    message = only_error(a="type Query { t: T } type T { x: Int }", b="scalar T")
    assert 'object type in subgraph "a" but scalar in subgraph "b"' in message


def test_an_interface_object_is_of_the_interface_s_kind() -> None:
    assert (
        fed2_codes(
            a="""type Query { t: I } interface I @key(fields: "id") { id: ID! }
             type T implements I @key(fields: "id") { id: ID! }""",
            b='type I @key(fields: "id") @interfaceObject { id: ID! x: Int }',
        )
        == []
    )
