"""G48: `@skip` and `@include` across requests."""

from tests.gateway.planner.kit import federation, output_lines, step_lines

T = federation(
    a="""
        type Query { t: T }
        type T @key(fields: "id") { id: ID! x: Int }
    """,
    b="""
        type T @key(fields: "id") { id: ID! n: Int m: Int }
    """,
)


def test_g48_a_request_is_left_out_with_its_only_field() -> None:
    plan = T.plan("query($a:Boolean!,$b:Boolean!){t{n @include(if:$a) @skip(if:$b)}}")
    assert step_lines(plan) == [
        "0 a: query($a:Boolean!,$b:Boolean!){t{id@include(if:$a)@skip(if:$b)}}",
        (
            "1 b after 0 if $a & !$b: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]
    assert output_lines(plan) == [
        "t: T",
        "  n: Int if $a & !$b",
    ]


def test_g48_a_field_also_wanted_unconditionally_is_always_fetched() -> None:
    assert T.steps("query($a:Boolean!){t{n @include(if:$a)} t{n}}") == [
        "0 a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g48_a_skipped_root_takes_its_follow_ups_along() -> None:
    assert T.steps("query($a:Boolean!){t @include(if:$a){n}}") == [
        "0 a if $a: {t{id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g48_fields_of_one_request_keep_their_own_conditions() -> None:
    assert T.steps("query($a:Boolean!,$b:Boolean!){t{n @include(if:$a) m @include(if:$b)}}") == [
        "0 a: query($a:Boolean!,$b:Boolean!){t{id@include(if:$a) id@include(if:$b)}}",
        (
            "1 b after 0 if $a | $b: query($representations:[_Any!]!,$a:Boolean!,$b:Boolean!){"
            "_entities(representations:$representations){...on T{n@include(if:$a) "
            "m@include(if:$b)}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g48_static_conditions_are_settled_at_once() -> None:
    plan = T.plan("{t @skip(if:true){n} o:t @include(if:true){x}}")
    assert step_lines(plan) == [
        "0 a: {t{x}}",
    ]
    assert output_lines(plan) == [
        "o=t: T",
        "  x: Int",
    ]


def test_conditions_of_one_kind_are_nested() -> None:
    assert T.steps(
        "query($a:Boolean!,$b:Boolean!){t{x ... @include(if:$a){id @include(if:$b)}}}"
    ) == [
        "0 a: query($a:Boolean!,$b:Boolean!){t{x ...@include(if:$b){id@include(if:$a)}}}",
    ]


def test_order_decided_by_a_condition_is_left_to_run_time() -> None:
    plan = T.plan("query($a:Boolean!){t{x @skip(if:$a) id x}}")
    assert step_lines(plan) == [
        "0 a: {t{x id}}",
    ]
    assert output_lines(plan) == [
        "t: T",
        "  x: Int if !$a",
        "  id: ID!",
        "  x: Int",
    ]


def test_contradicting_conditions_of_merged_fields_leave_nothing_behind() -> None:
    (first, *_) = T.steps(
        "query($a:Boolean!,$v:Boolean!){o:t{x} t @include(if:$a){id @skip(if:$a) n @skip(if:$v)}}"
    )
    assert first == "0 a: query($a:Boolean!,$v:Boolean!){t{x id@include(if:$a)@skip(if:$v)}}"
