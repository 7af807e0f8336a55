"""FIELD_ARGUMENT_DEFAULT_MISMATCH: one argument with different defaults."""

from tests.gateway.composition.kit import fed2_codes, hint_codes, supergraph


def query(default: str) -> str:
    return f"type Query {{ t(n: Int{default}): Int @shareable }}"


def test_a_default_is_the_same_everywhere() -> None:
    assert fed2_codes(a=query(" = 1"), b=query(" = 2")) == ["FIELD_ARGUMENT_DEFAULT_MISMATCH"]
    assert "t(n: Int = 1)" in supergraph(a=query(" = 1"), b=query(" = 1"))


def test_a_default_that_is_missing_somewhere_is_dropped_with_a_hint() -> None:
    assert "t(n: Int)" in supergraph(a=query(" = 1"), b=query(""))
    assert hint_codes(a=query(" = 1"), b=query("")) == ["INCONSISTENT_DEFAULT_VALUE_PRESENCE"]
