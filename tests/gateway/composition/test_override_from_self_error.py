"""OVERRIDE_FROM_SELF_ERROR: @override from the same subgraph."""

from tests.gateway.composition.kit import compose_sdls, fed2, fed2_codes


def test_a_subgraph_overrides_another_one() -> None:
    assert fed2_codes(a='type Query { a: Int @override(from: "a") }') == [
        "OVERRIDE_FROM_SELF_ERROR"
    ]


def test_an_unknown_one_is_only_a_hint_with_a_guess() -> None:
    sdl = fed2('type Query { a: Int @override(from: "userz") }')
    composition = compose_sdls(orders=sdl, users=fed2("type Query { b: Int }"))
    (hint,) = composition.hints
    assert hint.code == "FROM_SUBGRAPH_DOES_NOT_EXIST"
    assert 'Did you mean "users"?' in hint.message
