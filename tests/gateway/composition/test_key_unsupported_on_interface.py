"""KEY_UNSUPPORTED_ON_INTERFACE: a key of an interface before federation 2.3."""

from tests.gateway.composition.kit import codes, fed2

SDL = """type Query { n: N } interface N @key(fields: "id") { id: ID! }
         type T implements N @key(fields: "id") { id: ID! }"""


def test_interfaces_have_keys_since_2_3() -> None:
    assert codes(a=fed2(SDL, "2.2")) == ["KEY_UNSUPPORTED_ON_INTERFACE"]
    assert codes(a=fed2(SDL, "2.3")) == []
