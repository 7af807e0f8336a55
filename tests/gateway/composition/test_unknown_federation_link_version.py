"""UNKNOWN_FEDERATION_LINK_VERSION: a federation version that does not exist."""

from tests.gateway.composition.kit import codes, fed2


def test_a_later_version_than_is_known_is_refused() -> None:
    assert codes(a=fed2("type Query { a: Int }", "2.99")) == ["UNKNOWN_FEDERATION_LINK_VERSION"]


def test_every_known_version_is_taken() -> None:
    for minor in range(13):
        assert codes(a=fed2("type Query { a: Int }", f"2.{minor}")) == []
