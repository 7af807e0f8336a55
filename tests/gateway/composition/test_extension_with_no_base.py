"""EXTENSION_WITH_NO_BASE: a federation 1 extension of nothing."""

from tests.gateway.composition.kit import codes, fed2


def test_federation_1_extensions_extend_another_subgraph_s_type() -> None:
    extension = "type Query { t: T } extend type T { x: Int }"
    assert codes(a=extension) == ["EXTENSION_WITH_NO_BASE"]
    assert codes(a=extension, b="type T { x: Int }") == []


def test_roots_and_federation_2_need_no_base() -> None:
    assert codes(a="extend type Query { a: Int }") == []
    assert codes(a=fed2("type Query { t: T } extend type T { x: Int }")) == []
