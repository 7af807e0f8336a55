"""Subgraphs without a link are federation 1: what it implied is spelled out."""

from tests.gateway.composition.kit import codes, compose_sdls, fed2, type_block

PRODUCTS = 'type Query { top: P } type P @key(fields: "upc") { upc: ID! price: Int weight: Int }'


def merged(name: str, **sdls: str) -> str:
    composition = compose_sdls(**sdls)
    assert composition.supergraph_sdl is not None, composition.errors
    return type_block(composition.supergraph_sdl, name)


def test_an_extension_becomes_a_definition_that_owns_its_key() -> None:
    block = merged(
        "P",
        products=PRODUCTS,
        inventory="""extend type P @key(fields: "upc") {
            upc: ID! @external price: Int @external fee: Int @requires(fields: "price") }""",
    )
    assert '@join__type(graph: INVENTORY, key: "upc")' in block
    assert "  upc: ID!\n" in block
    assert "price: Int @join__field(graph: INVENTORY, external: true)" in block
    assert 'fee: Int @join__field(graph: INVENTORY, requires: "price")' in block


def test_extends_stays_an_extension() -> None:
    inventory = 'type P @extends @key(fields: "upc") { upc: ID! @external stock: Int }'
    block = merged("P", products=PRODUCTS, inventory=inventory)
    assert '@join__type(graph: INVENTORY, key: "upc", extension: true)' in block


def test_an_extension_without_key_owns_the_first_key_of_the_others() -> None:
    block = merged(
        "P", products=PRODUCTS, a="extend type P { upc: ID! @external } type Query { p: P }"
    )
    assert "  upc: ID!\n" in block


def test_keys_of_interfaces_are_dropped() -> None:
    sdl = """type Query { n: N } interface N @key(fields: "id") { id: ID! }
             type T implements N @key(fields: "id") { id: ID! }"""
    assert "key:" not in merged("N", a=sdl)


def test_provides_of_leaves_and_of_own_fields_is_dropped() -> None:
    block = merged(
        "Query",
        a="""type Query { n: Int @provides(fields: "x") t: T @provides(fields: "x") }
             type T @key(fields: "id") { id: ID! x: Int }""",
    )
    assert "provides" not in block


def test_a_requirement_keeps_what_is_external() -> None:
    block = merged(
        "P",
        products=PRODUCTS,
        b="""extend type P @key(fields: "upc") { upc: ID! @external own: Int
             price: Int @external fee: Int @requires(fields: "own price") }""",
    )
    assert 'requires: "price"' in block


def test_value_types_and_shared_fields_of_entities_become_shareable() -> None:
    value = "type V { x: Int } "
    entity = 'type T @key(fields: "id") { id: ID! v: V } '
    assert codes(a="type Query { t: T } " + value + entity, b=value + entity) == []


def test_it_composes_with_federation_2() -> None:
    assert (
        codes(
            a='type Query { t: T } type T @key(fields: "id") { id: ID! v: Int }',
            b=fed2('type T @key(fields: "id") { id: ID! v: Int @shareable w: Int }'),
        )
        == []
    )


def test_the_sdl_of_a_service_may_hold_federation_s_own_parts() -> None:
    sdl = """
      directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
      directive @external on FIELD_DEFINITION
      scalar _FieldSet scalar _Any union _Entity = T type _Service { sdl: String }
      type T @key(fields: "id") { id: ID! }
      type Query { t: T _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
    """
    text = compose_sdls(a=sdl).supergraph_sdl or ""
    assert type_block(text, "Query") == "type Query\n  @join__type(graph: A)\n{\n  t: T\n}\n"
    assert "_Any" not in text


def test_its_directives_may_be_defined_loosely() -> None:
    sdl = 'directive @key(fields: [String]) on OBJECT type T @key(fields: "id") { id: ID! }'
    assert codes(a="type Query { t: T } " + sdl) == []


def test_a_tag_repeated_on_an_external_field_is_dropped() -> None:
    tagged = PRODUCTS.replace("price: Int", 'price: Int @tag(name: "t")')
    b = """extend type P @key(fields: "upc") { upc: ID! @external
           price: Int @external @tag(name: "t") fee: Int @requires(fields: "price") }"""
    assert codes(a=tagged, b=b) == []
