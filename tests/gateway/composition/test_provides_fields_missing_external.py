"""PROVIDES_FIELDS_MISSING_EXTERNAL: providing what the subgraph resolves anyway."""

from tests.gateway.composition.kit import fed2_codes, only_error


def test_a_provided_field_must_be_external() -> None:
    message = only_error(
        a="""type Query { t: T @provides(fields: "x") }
             type T @key(fields: "id") { id: ID! x: Int }"""
    )
    assert 'field "T.x" should not be selected' in message


def test_below_an_external_field_everything_is_external() -> None:
    assert (
        fed2_codes(
            a="""type Query { t: T @provides(fields: "o { n }") } type O { n: Int }
                 type T @key(fields: "id") { id: ID! o: O @external }""",
            b="""type T @key(fields: "id") { id: ID! o: O @shareable }
                 type O @shareable { n: Int }""",
        )
        == []
    )


def test_key_fields_of_extensions_are_no_real_externals() -> None:
    assert fed2_codes(
        a="""type Query { t: T @provides(fields: "id") }
             extend type T @key(fields: "id") { id: ID! @external }""",
        b='type T @key(fields: "id") { id: ID! }',
    ) == ["PROVIDES_FIELDS_MISSING_EXTERNAL"]
