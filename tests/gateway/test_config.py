"""The config file: subgraphs by file, text or URL, with variables of the environment."""

from pathlib import Path

import pytest

from gateway.config import read_config
from gateway.errors import ConfigError

SDL = "type Query { a: Int }"


def config(tmp_path: Path, text: str) -> Path:
    (tmp_path / "schemas").mkdir(exist_ok=True)
    (tmp_path / "schemas" / "a.graphql").write_text(SDL)
    file = tmp_path / "supergraph.yaml"
    file.write_text(text)
    return file


def test_files_are_relative_to_the_config(tmp_path: Path) -> None:
    path = config(
        tmp_path,
        "federation_version: 2\n"
        "subgraphs: {a: {routing_url: 'http://a/graphql', schema: {file: schemas/a.graphql}}}",
    )
    (subgraph,) = read_config(path, {})
    assert (subgraph.name, subgraph.url, subgraph.sdl) == ("a", "http://a/graphql", SDL)


def test_variables_of_the_environment_are_filled_in(tmp_path: Path) -> None:
    path = config(
        tmp_path,
        "subgraphs: {a: {routing_url: '${env.A_URL:-http://a/}graphql', "
        "schema: {file: '${env.FOLDER}/a.graphql'}}}",
    )
    (given,) = read_config(path, {"FOLDER": "schemas", "A_URL": "https://b/"})
    (default,) = read_config(path, {"FOLDER": "schemas"})
    assert (given.url, default.url) == ("https://b/graphql", "http://a/graphql")


def test_an_sdl_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = config(
        tmp_path, f"subgraphs: {{a: {{routing_url: http://a, schema: {{sdl: '{SDL}'}}}}}}"
    )
    assert read_config(path, {})[0].sdl == SDL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping"),
        ("a: [", "is not YAML"),
        ("subgraphs: {}", "must name at least one subgraph"),
        ("subgraphs: [a]", "subgraphs: must be a mapping"),
        ("subgraph: {}", "unknown key 'subgraph'"),
        (
            "subgraphs: {a: {url: x}}",
            "a: unknown key 'url'; there are routing_url, schema",
        ),
        ("subgraphs: {a: {routing_url: http://a}}", "subgraphs.a.schema: must be a mapping"),
        ("subgraphs: {a: {routing_url: http://a, schema: {}}}", "exactly one of file, sdl"),
        ("subgraphs: {a: {routing_url: http://a, schema: {file: x, sdl: y}}}", "exactly one of"),
        ("subgraphs: {a: {routing_url: a, schema: {sdl: x}}}", "routing_url: must be an http://"),
        ("subgraphs: {a: {routing_url: 7, schema: {sdl: x}}}", "routing_url: must be a text"),
        ("subgraphs: {a: {routing_url: http://a, schema: {file: gone.graphql}}}", "gone.graphql"),
        ("subgraphs: {a: {routing_url: '${env.NOPE}', schema: {sdl: x}}}", "no NOPE"),
        ("subgraphs: {a: {schema: {subgraph_url: 'http://127.0.0.1:1'}}}", "does not answer"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    path = config(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_config(path, {})
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
