"""SATISFIABILITY_ERROR: a field that some query reaches but no subgraph can resolve there."""

from tests.gateway.composition.kit import compose_sdls, fed2, fed2_codes, only_error


def test_the_message_has_a_witness_and_every_way_tried() -> None:
    message = only_error(
        a="type Query { users(first: Int!): [U] } type U { name: String }",
        b="type U { age: Int }",
    )
    assert "{\n  users(first: 0) {\n    age\n  }\n}" in message
    assert '- from subgraph "a":' in message
    assert 'cannot find field "U.age"' in message
    assert 'type "U" has no resolvable @key in subgraph "b"' in message
    assert "(at b:2:10)" in message


def test_a_key_makes_the_way() -> None:
    assert (
        fed2_codes(
            a='type Query { u: U } type U @key(fields: "id") { id: ID! }',
            b='type U @key(fields: "id") { id: ID! age: Int }',
        )
        == []
    )


def test_keys_are_chained() -> None:
    assert (
        fed2_codes(
            a='type Query { u: U } type U @key(fields: "id") { id: ID! }',
            b='type U @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }',
            c='type U @key(fields: "sku") { sku: ID! age: Int }',
        )
        == []
    )


def test_a_key_that_cannot_be_collected_is_no_way() -> None:
    message = only_error(
        a="type Query { u: U } type U { x: Int }",
        b='type U @key(fields: "id") { id: ID! }',
    )
    assert '"U.id"' in message


def test_a_key_that_is_not_resolvable_is_no_way() -> None:
    assert fed2_codes(
        a='type Query { u: U } type U @key(fields: "id") { id: ID! }',
        b='type U @key(fields: "id", resolvable: false) { id: ID! age: Int }',
    ) == ["SATISFIABILITY_ERROR"]


def test_every_unreachable_field_is_reported() -> None:
    errors = compose_sdls(
        a=fed2("type Query { u: U } type U { x: Int }"), b=fed2("type U { y: Int z: Int }")
    ).errors
    assert [error.code for error in errors] == ["SATISFIABILITY_ERROR"] * 2


def test_requirements_must_be_collectable() -> None:
    b = """type U @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }"""
    a = 'type Query { u: U } type U @key(fields: "id") { id: ID! }'
    c = 'type U @key(fields: "id", resolvable: false) { id: ID! x: Int } type Query { c: U }'
    assert fed2_codes(a=a, b=b, c=c) == ["SATISFIABILITY_ERROR"]


def test_value_types_are_reached_through_their_parents() -> None:
    assert (
        fed2_codes(
            a="""type Query { t: T } type T @key(fields: "id") { id: ID! v: V @shareable }
                 type V { x: Int }""",
            b='type T @key(fields: "id") { id: ID! v: V @shareable } type V { y: Int }',
        )
        == []
    )


def test_hidden_fields_need_not_be_reachable() -> None:
    assert (
        fed2_codes(a="type Query { u: U } type U { x: Int }", b="type U { y: Int @inaccessible }")
        == []
    )


def test_an_interface_object_needs_a_way_to_the_implementations() -> None:
    assert fed2_codes(
        a='type I @key(fields: "id") @interfaceObject { id: ID! x: Int } type Query { i: I }',
        b="""interface I @key(fields: "id", resolvable: false) { id: ID! y: Int }
             type T implements I @key(fields: "id", resolvable: false) { id: ID! y: Int }""",
    ) == ["SATISFIABILITY_ERROR"]


def test_a_shared_mutation_is_called_in_one_subgraph_only() -> None:
    query = "type Query { q: Int @shareable } type Mutation { m: R @shareable } "
    message = only_error(a=query + "type R { x: Int }", b=query + "type R { y: Int }")
    assert 'The mutation "m" is shared' in message


def test_both_sides_of_a_progressive_override_are_proven() -> None:
    assert fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID! x: Int }""",
        b="""type T @key(fields: "id", resolvable: false) { id: ID!
             x: Int @override(from: "a", label: "beta") }""",
    ) == ["SATISFIABILITY_ERROR"]


def test_a_context_is_set_on_every_way_to_who_reads_it() -> None:
    sdl = """type Query {{ u: U {} }} type U @key(fields: "id") @context(name: "user") {{
               id: ID! money: String! p: P! }}
             type P @key(fields: "id") {{
               id: ID! amount(in: String @fromContext(field: "$user {{ money }}")): Int! }}"""
    assert fed2_codes(a=sdl.format("")) == []
    assert fed2_codes(a=sdl.format("p: P")) == ["SATISFIABILITY_ERROR"]


def test_a_nested_key_collected_from_the_subgraph_it_leads_to_is_no_way() -> None:
    message = only_error(
        a="""type Query { list: L } type L @key(fields: "books { id }") { books: [B!]! }
             type B @key(fields: "id") { id: ID! }""",
        b="""type L @key(fields: "books { title }") { books: [B!]! best: Int }
             type B @key(fields: "id") { id: ID! title: String }""",
    )
    assert 'can only be collected by entering subgraph "b" first' in message
