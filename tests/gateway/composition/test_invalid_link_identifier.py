"""INVALID_LINK_IDENTIFIER: a link whose url names no spec and version."""

from tests.gateway.composition.kit import codes


def test_the_url_must_end_in_a_version() -> None:
    link = 'extend schema @link(url: "https://specs.example/thing") type Query { a: Int }'
    assert codes(a=link) == ["INVALID_LINK_IDENTIFIER"]


def test_the_url_must_be_one() -> None:
    assert codes(a='extend schema @link(url: "federation") type Query { a: Int }') == [
        "INVALID_LINK_IDENTIFIER"
    ]
