"""INVALID_LINK_DIRECTIVE_USAGE: a link whose imports or repetitions make no sense."""

from tests.gateway.composition.kit import codes

URL = "https://specs.apollo.dev/federation"
QUERY = " type Query { a: Int }"


def test_an_import_must_exist_in_the_linked_version() -> None:
    old = f'extend schema @link(url: "{URL}/v2.0", import: ["@interfaceObject"])'
    assert codes(a=old + QUERY) == ["INVALID_LINK_DIRECTIVE_USAGE"]
    assert codes(a=old.replace("v2.0", "v2.3") + QUERY) == []


def test_a_spec_is_linked_once() -> None:
    link = f'@link(url: "{URL}/v2.9")'
    assert codes(a=f"extend schema {link} {link}" + QUERY) == ["INVALID_LINK_DIRECTIVE_USAGE"]


def test_a_directive_keeps_its_at_sign_when_renamed() -> None:
    link = f'extend schema @link(url: "{URL}/v2.9", import: [{{name: "@key", as: "key"}}])'
    assert codes(a=link + QUERY) == ["INVALID_LINK_DIRECTIVE_USAGE"]
