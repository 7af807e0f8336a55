"""EXTERNAL_UNUSED: @external that nothing uses."""

from tests.gateway.composition.kit import compose_sdls, fed2_codes, only_error


def test_an_external_field_needs_a_use() -> None:
    message = only_error(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external }'
    )
    assert 'Field "T.x" is marked @external but no' in message
    assert "(at a:2:57)" in message


def test_satisfying_an_interface_is_a_use() -> None:
    assert (
        fed2_codes(
            a="""type Query { t: T } interface I { x: Int }
             type T implements I @key(fields: "id") { id: ID! x: Int @external }""",
            b='type T @key(fields: "id") { id: ID! x: Int }',
        )
        == []
    )


def test_the_message_uses_the_subgraph_s_own_name_of_the_directive() -> None:
    link = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
        ' import: [{name: "@external", as: "@foreign"}, "@key"])'
    )
    sdl = ' type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @foreign }'
    (error,) = compose_sdls(a=link + sdl).errors
    assert "is marked @foreign but" in error.message


def test_federation_1_drops_unused_external_fields() -> None:
    composition = compose_sdls(a="type Query { t: T } type T { y: Int x: Int @external }")
    assert composition.ok
    assert "x:" not in (composition.supergraph_sdl or "")
