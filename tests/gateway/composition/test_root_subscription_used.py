"""ROOT_SUBSCRIPTION_USED: the usual root name taken by another type."""

from tests.gateway.composition.kit import codes, compose_sdls

SCHEMA = "schema { query: Query subscription: Root } type Query { a: Int } type Root { b: Int } "


def test_a_renamed_root_leaves_its_usual_name_free() -> None:
    assert codes(a=SCHEMA + "type Subscription { c: Int }") == ["ROOT_SUBSCRIPTION_USED"]


def test_a_renamed_root_gets_its_usual_name_in_the_supergraph() -> None:
    composition = compose_sdls(a=SCHEMA)
    assert "type Subscription\n" in (composition.supergraph_sdl or "")
    assert "Root" not in (composition.supergraph_sdl or "")
