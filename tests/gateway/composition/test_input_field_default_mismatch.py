"""INPUT_FIELD_DEFAULT_MISMATCH: one input field with different defaults."""

from tests.gateway.composition.kit import fed2_codes


def test_a_default_is_the_same_everywhere() -> None:
    assert fed2_codes(
        a="type Query { t(i: I): Int } input I { n: Int = 1 }", b="input I { n: Int = 2 }"
    ) == ["INPUT_FIELD_DEFAULT_MISMATCH"]
