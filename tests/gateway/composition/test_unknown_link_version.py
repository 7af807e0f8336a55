"""UNKNOWN_LINK_VERSION: a version of the link spec that does not exist."""

from tests.gateway.composition.kit import codes


def test_only_version_1_0_is_known() -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/link/v{}")'
    assert codes(a=link.format("9.9") + " type Query { a: Int }") == ["UNKNOWN_LINK_VERSION"]
    assert codes(a=link.format("1.0") + " type Query { a: Int }") == []
