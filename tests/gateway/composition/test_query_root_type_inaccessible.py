"""QUERY_ROOT_TYPE_INACCESSIBLE: a hidden query root."""

from tests.gateway.composition.kit import fed2_codes


def test_the_query_root_cannot_be_hidden() -> None:
    assert fed2_codes(a="type Query @inaccessible { a: Int }") == ["QUERY_ROOT_TYPE_INACCESSIBLE"]
