"""OVERRIDE_LABEL_INVALID: a label of a progressive @override that no router understands."""

import pytest

from tests.gateway.composition.kit import fed2_codes, supergraph


def compose_label(label: str) -> list[str]:
    return fed2_codes(
        a=f"""type Query {{ t: T }} type T @key(fields: "id") {{ id: ID!
              x: Int @override(from: "b", label: "{label}") }}""",
        b='type T @key(fields: "id") { id: ID! x: Int }',
    )


@pytest.mark.parametrize("label", ["", "1a", "a b", "percent(101)", "percent(1.123456789)", "a(b)"])
def test_other_labels_are_refused(label: str) -> None:
    assert compose_label(label) == ["OVERRIDE_LABEL_INVALID"]


@pytest.mark.parametrize(
    "label", ["beta", "a-b_c:d./e", "percent(0)", "percent(99.5)", "percent(100)"]
)
def test_words_and_percentages_are_labels(label: str) -> None:
    assert compose_label(label) == []


def test_both_ends_carry_the_label_in_the_supergraph() -> None:
    sdl = supergraph(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID!
             x: Int @override(from: "b", label: "beta") }""",
        b='type T @key(fields: "id") { id: ID! x: Int }',
    )
    assert '@join__field(graph: A, override: "b", overrideLabel: "beta")' in sdl
    assert '@join__field(graph: B, overrideLabel: "beta")' in sdl
