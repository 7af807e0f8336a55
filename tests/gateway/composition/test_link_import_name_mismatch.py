"""LINK_IMPORT_NAME_MISMATCH: a composed directive under different names."""

from tests.gateway.composition.kit import codes, fed2


def test_a_directive_that_composes_has_one_name_everywhere() -> None:
    renamed = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
        ' import: [{name: "@tag", as: "@label"}]) type T { x: Int @label(name: "y") }'
    )
    plain = fed2('type Query { a: Int @tag(name: "x") }')
    assert codes(a=plain, b=renamed) == ["LINK_IMPORT_NAME_MISMATCH"]


def test_a_directive_that_does_not_compose_may_be_renamed_anywhere() -> None:
    renamed = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
        ' import: [{name: "@key", as: "@id"}]) type T @id(fields: "x") { x: Int }'
    )
    assert codes(a=fed2('type Query { t: T } type T @key(fields: "x") { x: Int }'), b=renamed) == []
