"""DISALLOWED_INACCESSIBLE: hiding what GraphQL or federation itself needs."""

from tests.gateway.composition.kit import fed2_codes


def test_built_in_scalars_cannot_be_hidden() -> None:
    assert fed2_codes(a="type Query { a: Int } scalar Int @inaccessible") == [
        "DISALLOWED_INACCESSIBLE"
    ]


def test_arguments_of_built_in_directives_cannot_be_hidden() -> None:
    sdl = "directive @skip(if: Boolean! @inaccessible) on FIELD type Query { a: Int }"
    assert fed2_codes(a=sdl) == ["DISALLOWED_INACCESSIBLE"]
