"""DIRECTIVE_COMPOSITION_ERROR: @composeDirective of what cannot be composed."""

from tests.gateway.composition.kit import fed2_codes, supergraph

LINK = '@link(url: "https://specs.example/mark/v{}", import: ["@mark"])'
DEFINE = " directive @mark on FIELD_DEFINITION "


def sdl(compose: str, version: str = "1.0", define: str = DEFINE) -> str:
    head = f'extend schema {LINK.format(version)} @composeDirective(name: "{compose}")'
    return head + define + "type Query { a: Int @shareable }"


def test_a_linked_and_defined_directive_composes() -> None:
    text = supergraph(a=sdl("@mark").replace("@shareable", "@mark"))
    assert "a: Int @mark" in text
    assert '@link(url: "https://specs.example/mark/v1.0", import: ["@mark"])' in text


def test_the_name_has_its_at_sign_and_is_known() -> None:
    assert fed2_codes(a=sdl("mark")) == ["DIRECTIVE_COMPOSITION_ERROR"]
    assert fed2_codes(a=sdl("@other")) == ["DIRECTIVE_COMPOSITION_ERROR"]


def test_federation_s_own_directives_do_not_compose() -> None:
    assert fed2_codes(a=sdl("@key")) == ["DIRECTIVE_COMPOSITION_ERROR"]


def test_all_subgraphs_compose_one_major_version() -> None:
    assert fed2_codes(a=sdl("@mark"), b=sdl("@mark", "2.0")) == ["DIRECTIVE_COMPOSITION_ERROR"]


def test_the_newest_minor_version_is_taken() -> None:
    newer = sdl("@mark", "1.1", " directive @mark(why: String) on FIELD_DEFINITION ")
    text = supergraph(a=newer, b=sdl("@mark"))
    assert "directive @mark(why: String) on FIELD_DEFINITION" in text
    assert "mark/v1.1" in text
