"""INTERFACE_OBJECT_USAGE_ERROR: @interfaceObject without what it needs."""

from tests.gateway.composition.kit import codes, fed2, fed2_codes, supergraph, type_block

A = """type Query { i: I } interface I @key(fields: "id") { id: ID! }
       type T implements I @key(fields: "id") { id: ID! }"""
B = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int } '


def test_it_gives_its_fields_to_all_implementations() -> None:
    sdl = supergraph(a=A, b=B)
    assert "  x: Int @join__field\n" in type_block(sdl, "T")
    assert 'key: "id", isInterfaceObject: true)' in type_block(sdl, "I")


def test_it_needs_a_key() -> None:
    assert fed2_codes(a=A, b="type I @interfaceObject { id: ID! x: Int }") == [
        "INTERFACE_OBJECT_USAGE_ERROR"
    ]


def test_some_subgraph_defines_the_interface() -> None:
    assert "INTERFACE_OBJECT_USAGE_ERROR" in fed2_codes(a="type Query { i: I } " + B)


def test_its_subgraph_has_no_implementation() -> None:
    assert fed2_codes(a=A, b=B + 'type T @key(fields: "id") { id: ID! }') == [
        "INTERFACE_OBJECT_USAGE_ERROR"
    ]


def test_every_subgraph_is_federation_2() -> None:
    assert codes(a=fed2(A), b=fed2(B), c="type Query { c: Int }") == [
        "INTERFACE_OBJECT_USAGE_ERROR"
    ]
