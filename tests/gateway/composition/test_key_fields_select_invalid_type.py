"""KEY_FIELDS_SELECT_INVALID_TYPE: a key of an abstract field."""

from tests.gateway.composition.kit import fed2_codes


def test_a_key_cannot_select_an_interface_or_union() -> None:
    union = """type Query { t: T } union U = A type A { x: Int }
               type T @key(fields: "u { __typename }") { u: U }"""
    interface = """type Query { t: T } interface I { x: Int } type A implements I { x: Int }
                   type T @key(fields: "i { x }") { i: I }"""
    assert fed2_codes(a=union) == fed2_codes(a=interface) == ["KEY_FIELDS_SELECT_INVALID_TYPE"]
