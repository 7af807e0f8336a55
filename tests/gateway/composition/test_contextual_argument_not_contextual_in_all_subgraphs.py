"""CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: filled here, required there."""

from tests.gateway.composition.kit import fed2_codes

A = """type Query { u: U }
       type U @key(fields: "id") @context(name: "user") { id: ID! money: String p: P }
       type P @key(fields: "id") { id: ID!
         amount(in: String @fromContext(field: "$user { money }")): Int @shareable }"""


def b(type_ref: str) -> str:
    return f'type P @key(fields: "id") {{ id: ID! amount(in: {type_ref}): Int @shareable }}'


def test_elsewhere_it_may_be_left_out() -> None:
    assert fed2_codes(a=A, b=b("String!")) == [
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
    ]
    assert fed2_codes(a=A, b=b("String")) == []
