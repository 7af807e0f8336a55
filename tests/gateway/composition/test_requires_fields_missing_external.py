"""REQUIRES_FIELDS_MISSING_EXTERNAL: requiring what the subgraph resolves itself."""

from tests.gateway.composition.kit import compose_sdls, fed2_codes, type_block


def test_a_required_field_must_be_external() -> None:
    assert fed2_codes(
        a="""type Query { t: T } type T @key(fields: "id") { id: ID! x: Int
             y: Int @requires(fields: "x") }"""
    ) == ["REQUIRES_FIELDS_MISSING_EXTERNAL"]


def test_federation_1_ignores_such_a_requirement() -> None:
    sdl = """type Query { t: T } type T @key(fields: "id") { id: ID! x: Int
             y: Int @requires(fields: "x") }"""
    composition = compose_sdls(a=sdl)
    assert composition.ok
    assert "requires" not in type_block(composition.supergraph_sdl or "", "T")
