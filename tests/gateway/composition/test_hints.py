"""Hints: what composes but may surprise."""

from tests.gateway.composition.kit import compose_sdls, fed2, hint_codes


def test_a_clean_graph_has_none() -> None:
    assert hint_codes(a="type Query { a: Int }", b="type Query { b: Int }") == []


def test_types_that_differ_compatibly() -> None:
    assert hint_codes(
        a="type Query { x(n: Int): Int @shareable }", b="type Query { x(n: Int!): Int! @shareable }"
    ) == ["INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"]


def test_fields_of_value_types_that_some_subgraphs_lack() -> None:
    assert hint_codes(
        a="type Query { v: V @shareable } type V @shareable { x: Int y: Int }",
        b="type Query { v: V @shareable } type V @shareable { x: Int }",
    ) == ["INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"]


def test_fields_of_interfaces_that_some_subgraphs_lack() -> None:
    assert hint_codes(
        a="type Query { i: I } interface I { x: Int y: Int } type T implements I { x: Int y: Int }",
        b="interface I { x: Int }",
    ) == ["INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"]


def test_entities_without_a_key_somewhere() -> None:
    assert hint_codes(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b="type Query { u: T @inaccessible } type T { id: ID! @shareable }",
    ) == ["INCONSISTENT_ENTITY"]


def test_members_and_values_that_some_subgraphs_lack() -> None:
    assert hint_codes(
        a="type Query { u: U e: E } union U = X type X @shareable { a: Int } enum E { A B }",
        b="union U = X | Y type X @shareable { a: Int } type Y { a: Int } enum E { A }",
    ) == ["INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", "INCONSISTENT_UNION_MEMBER"]


def test_descriptions_and_arguments_of_directives_that_differ() -> None:
    assert hint_codes(
        a='type Query { "one" x: Int @shareable @deprecated(reason: "a") }',
        b='type Query { "two" x: Int @shareable @deprecated(reason: "b") }',
    ) == ["INCONSISTENT_DESCRIPTION", "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"]


def test_overrides_and_what_they_leave_behind() -> None:
    composition = compose_sdls(
        a=fed2('type Query { t: T } type T @key(fields: "id") { id: ID! x: Int y: Int }'),
        b=fed2(
            """type T @key(fields: "id") { id: ID! x: Int @override(from: "a")
               y: Int @override(from: "a", label: "beta") z: Int @override(from: "a") }"""
        ),
    )
    assert [hint.code for hint in composition.hints] == [
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        "OVERRIDE_MIGRATION_IN_PROGRESS",
        "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
    ]


def test_unused_enums_and_partial_executable_directives() -> None:
    assert hint_codes(
        a="directive @d on FIELD type Query { a: Int } enum E { A }", b="type Query { b: Int }"
    ) == ["INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", "UNUSED_ENUM_TYPE"]


def test_a_directive_that_is_composed_elsewhere_under_another_name() -> None:
    link = '@link(url: "https://specs.example/mark/v1.0", import: [{}])'
    a = f"""extend schema {link.format('"@mark"')} @composeDirective(name: "@mark")
            directive @mark on OBJECT type Query {{ a: Int }}"""
    b = f"""extend schema {link.format('{name: "@mark", as: "@sign"}')}
            directive @sign on OBJECT type T @sign {{ a: Int }}"""
    assert hint_codes(a=a, b=b) == ["DIRECTIVE_COMPOSITION_WARN"]


def test_federation_s_directives_compose_by_themselves() -> None:
    sdl = """extend schema @composeDirective(name: "@tag") type Query { a: Int @tag(name: "x") }"""
    assert hint_codes(a=sdl) == ["DIRECTIVE_COMPOSITION_INFO"]
