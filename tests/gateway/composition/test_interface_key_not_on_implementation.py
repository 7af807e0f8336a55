"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION: a key of an interface that an implementation lacks."""

from tests.gateway.composition.kit import fed2_codes


def sdl(key: str) -> str:
    return f"""type Query {{ i: I }} interface I @key(fields: "id name") {{ id: ID! name: String }}
               type T implements I {key} {{ id: ID! name: String }}"""


def test_implementations_have_the_interface_s_keys() -> None:
    assert fed2_codes(a=sdl('@key(fields: "id")')) == ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]
    assert fed2_codes(a=sdl('@key(fields: "name id")')) == []


def test_a_resolvable_key_stays_resolvable() -> None:
    assert fed2_codes(a=sdl('@key(fields: "id name", resolvable: false)')) == [
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
    ]
