"""SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: a shared field whose results can never be the same."""

from tests.gateway.composition.kit import hint_codes, only_error


def query(member: str) -> str:
    return f"type Query {{ u: U @shareable }} union U = {member} type {member} {{ x: Int }}"


def test_a_shared_abstract_field_needs_a_common_runtime_type() -> None:
    message = only_error(a=query("A"), b=query("B"))
    assert "no possible runtime type in common" in message
    assert "{\n  u {" in message


def test_a_partial_overlap_is_a_hint() -> None:
    both = """type Query { u: U @shareable } union U = A | B
              type A @shareable { x: Int } type B { x: Int }"""
    one = "type Query { u: U @shareable } union U = A type A @shareable { x: Int }"
    assert "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN" in hint_codes(a=both, b=one)
