"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: access control on an interface."""

import pytest

from tests.gateway.composition.kit import fed2_codes, supergraph, type_block


@pytest.mark.parametrize(
    "directive",
    ["@authenticated", '@requiresScopes(scopes: [["a"]])', '@policy(policies: [["a"]])'],
)
def test_interfaces_carry_no_requirements(directive: str) -> None:
    query = "type Query { i: I } type T implements I { x: Int } "
    for sdl in (f"interface I {directive} {{ x: Int }}", f"interface I {{ x: Int {directive} }}"):
        assert fed2_codes(a=query + sdl) == ["AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"]


def test_they_take_over_those_of_all_implementations() -> None:
    sdl = supergraph(
        a="""type Query { i: I } interface I { x: Int }
             type A implements I { x: Int @requiresScopes(scopes: [["a"]]) }
             type B implements I { x: Int @requiresScopes(scopes: [["b"], ["c"]]) }"""
    )
    assert '@requiresScopes(scopes: [["a", "b"], ["a", "c"]])' in type_block(sdl, "I")
