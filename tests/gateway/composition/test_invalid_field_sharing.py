"""INVALID_FIELD_SHARING: one field resolved by several subgraphs without leave."""

from tests.gateway.composition.kit import codes, fed2_codes, only_error


def test_a_shared_field_is_shareable_everywhere() -> None:
    query = "type Query { a: Int @shareable }"
    assert fed2_codes(a=query, b=query) == []
    message = only_error(a=query, b="type Query { a: Int }")
    assert 'from subgraphs "a" and "b" and not marked @shareable in subgraph "b"' in message


def test_key_fields_are_shareable_by_nature() -> None:
    entity = 'type T @key(fields: "o { id }") { o: O } type O { id: ID! }'
    assert fed2_codes(a="type Query { t: T } " + entity, b=entity) == []


def test_shareable_on_a_type_holds_for_that_definition_alone() -> None:
    sdl = "type T @shareable { x: Int } extend type T { y: Int }"
    assert fed2_codes(a="type Query { t: T } " + sdl, b=sdl) == ["INVALID_FIELD_SHARING"]


def test_subscriptions_are_never_shared() -> None:
    sdl = "type Query { a: Int @shareable } type Subscription { s: Int @shareable }"
    assert fed2_codes(a=sdl, b=sdl) == ["INVALID_FIELD_SHARING"]


def test_external_and_overridden_fields_do_not_count() -> None:
    assert (
        fed2_codes(
            a="""type Query { t: T }
                 type T @key(fields: "id") { id: ID! x: Int @override(from: "b") }""",
            b='type T @key(fields: "id") { id: ID! x: Int }',
            c="""type T @key(fields: "id") { id: ID! x: Int @external
             y: Int @requires(fields: "x") }""",
        )
        == []
    )


def test_an_interface_object_shares_with_the_implementations() -> None:
    assert fed2_codes(
        a="""type Query { i: I } interface I @key(fields: "id") { id: ID! }
             type T implements I @key(fields: "id") { id: ID! x: Int }""",
        b='type I @key(fields: "id") @interfaceObject { id: ID! x: Int }',
    ) == ["INVALID_FIELD_SHARING"]


def test_federation_1_shares_value_types_but_no_subscriptions() -> None:
    value = "type V { x: Int } "
    assert codes(a="type Query { v: V } " + value, b=value) == []
    both = "type Query { a: Int } type Subscription { s: Int }"
    assert codes(a=both, b=both) == ["INVALID_FIELD_SHARING"]
