"""G49–G51, G53: variables, defaults, directives, introspection."""

from tests.gateway.planner.kit import federation, output_lines, step_lines

T = federation(
    a="""
        directive @d(x: Int) on FIELD
        type Query { t(x: Int!): T }
        type T @key(fields: "id") { id: ID! }
    """,
    b="""
        directive @d(x: Int) on FIELD
        type T @key(fields: "id") { id: ID! n(x: Int, representations: Int = 3): Int }
    """,
)


def test_g49_each_request_declares_its_own_variables_as_the_client_does() -> None:
    assert T.steps("query($a:Int!=5,$b:Int){t(x:$a){n(x:$a) z:n(x:$b)}}") == [
        "0 a: query($a:Int!=5){t(x:$a){id}}",
        (
            "1 b after 0: query($representations:[_Any!]!,$a:Int!=5,$b:Int){"
            "_entities(representations:$representations){...on T{n(x:$a) n_2:n(x:$b)}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g49_variables_named_representations_do_not_collide() -> None:
    assert T.steps("query($representations:Int){t(x:1){n(representations:$representations)}}") == [
        "0 a: {t(x:1){id}}",
        (
            "1 b after 0: query($representations_:[_Any!]!,$representations:Int){"
            "_entities(representations:$representations_){...on T{"
            "n(representations:$representations)}}}"
        ),
        "    $representations_ t <- T{id}",
    ]


def test_g50_defaults_of_arguments_are_left_to_the_subgraph() -> None:
    assert T.steps("{t(x:1){n}}") == [
        "0 a: {t(x:1){id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g51_executable_directives_go_with_their_field() -> None:
    assert T.steps("query($v:Int){t(x:1) @d(x:$v) {n @d}}") == [
        "0 a: query($v:Int){t(x:1)@d(x:$v){id}}",
        (
            "1 b after 0: query($representations:[_Any!]!){"
            "_entities(representations:$representations){...on T{n@d}}}"
        ),
        "    $representations t <- T{id}",
    ]


def test_g53_introspection_is_split_off_with_its_variables_and_fragments() -> None:
    plan = T.plan(
        "query($d:Boolean=true,$n:String!){t(x:1){id} s:__schema{types{name "
        "fields(includeDeprecated:$d){name}}} ...F} "
        "fragment F on Query{__type(name:$n){...N}} fragment N on __Type{name}"
    )
    assert step_lines(plan) == ["0 a: {t(x:1){id}}"]
    assert output_lines(plan) == [
        "t: T",
        "  id: ID!",
        "s: __Schema!",
        "__type: __Type",
    ]
    assert plan.introspection is not None
    assert "".join(plan.introspection.split()) == (
        "query($d:Boolean=true,$n:String!){s:__schema{types{namefields(includeDeprecated:$d){name}}}"
        "...{__type(name:$n){...N}}}fragmentNon__Type{name}"
    )
