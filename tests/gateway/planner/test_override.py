"""G39: `@override`, whole and progressive."""

from tests.gateway.planner.kit import federation

PROGRESSIVE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! n: Int }
    """,
    b="""
        type T @key(fields: "id") { id: ID! n: Int @override(from: "a", label: "percent(10)") }
    """,
)


def test_g39_without_the_label_the_old_subgraph_answers() -> None:
    assert PROGRESSIVE.steps("{t{n}}") == [
        "0 a: {t{n}}",
    ]


def test_g39_with_the_label_the_new_one_does() -> None:
    assert PROGRESSIVE.steps("{t{n}}", "percent(10)") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]


WHOLE = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! n: Int }
    """,
    b="""
        type T @key(fields: "id") { id: ID! n: Int @override(from: "a") }
    """,
    c="""
        type T @key(fields: "id") { id: ID! n: Int @external s: Int @requires(fields: "n") }
    """,
)


def test_g39_an_overridden_field_is_required_from_its_new_home() -> None:
    assert WHOLE.steps("{t{n s}}") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
        (
            "2 c after 0,1: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{s}}}"
        ),
        "    $representations t <- T{id n?}",
    ]


def test_the_labels_that_are_on_are_part_of_the_plan() -> None:
    assert PROGRESSIVE.plan("{t{n}}", "percent(10)", "unknown").labels == {"percent(10)"}
