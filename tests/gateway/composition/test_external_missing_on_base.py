"""EXTERNAL_MISSING_ON_BASE: a field that every subgraph calls external."""

from tests.gateway.composition.kit import only_error


def test_some_subgraph_must_resolve_the_field() -> None:
    message = only_error(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external
             y: Int @requires(fields: "x") }"""
    )
    assert 'Field "T.x" is marked @external in every subgraph' in message
