"""OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: @override of a field with conditions."""

from tests.gateway.composition.kit import fed2_codes


def test_a_field_with_requires_cannot_be_taken_over() -> None:
    assert fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external
             y: Int @requires(fields: "x") }""",
        b='type T @key(fields: "id") { id: ID! x: Int y: Int @override(from: "a") }',
    ) == ["INVALID_FIELD_SHARING", "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"]


def test_an_external_field_takes_nothing_over() -> None:
    assert "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE" in fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID!
             x: Int @external @override(from: "b") y: Int @requires(fields: "x") }""",
        b='type T @key(fields: "id") { id: ID! x: Int }',
    )


def test_interface_objects_neither_override_nor_are_overridden() -> None:
    a = """type Query { i: I } interface I @key(fields: "id") { id: ID! }
           type T implements I @key(fields: "id") { id: ID! x: Int @override(from: "b") }"""
    b = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int }'
    assert "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE" in fed2_codes(a=a, b=b)
    c = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int @override(from: "b") }'
    plain = a.replace('x: Int @override(from: "b")', "")
    assert "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE" in fed2_codes(a=plain, b=b, c=c)
