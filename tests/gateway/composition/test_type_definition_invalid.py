"""TYPE_DEFINITION_INVALID: an own definition of a type that a linked spec defines."""

from tests.gateway.composition.kit import codes

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "FieldSet"])'
)


def test_an_imported_scalar_cannot_be_an_input_type() -> None:
    assert codes(a=LINK + " input FieldSet { a: Int } type Query { a: Int }") == [
        "TYPE_DEFINITION_INVALID"
    ]


def test_defining_it_as_what_it_is_changes_nothing() -> None:
    assert codes(a=LINK + " scalar FieldSet type Query { a: Int }") == []
