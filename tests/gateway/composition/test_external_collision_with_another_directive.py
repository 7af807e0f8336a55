"""EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: @external and @provides at once."""

from tests.gateway.composition.kit import fed2_codes


def test_an_external_field_provides_nothing() -> None:
    assert "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE" in fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id") {
               id: ID! o: O @external @provides(fields: "n") y: Int @requires(fields: "o { n }") }
             type O @key(fields: "id") { id: ID! n: Int @external }""",
        b="""type T @key(fields: "id") { id: ID! o: O }
             type O @key(fields: "id") { id: ID! n: Int }""",
    )
