"""The command line: what it prints, and its exit codes."""

import json
import re
from pathlib import Path

import pytest

from gateway.__main__ import main

USERS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { users: [User!]! }
type User @key(fields: "id") { id: ID! name: String! }
"""
SCORES = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") { id: ID! score: Int! }
"""
OPERATION = "query Q($all: Boolean!) { users { name score @include(if: $all) } }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two subgraphs, their config, and an operation."""
    (tmp_path / "users.graphql").write_text(USERS)
    (tmp_path / "scores.graphql").write_text(SCORES)
    (tmp_path / "q.graphql").write_text(OPERATION)
    write_config(tmp_path, "supergraph.yaml", "scores.graphql")
    return tmp_path


def write_config(folder: Path, name: str, scores: str) -> None:
    (folder / name).write_text(
        "subgraphs:\n"
        "  users: {routing_url: 'http://users/graphql', schema: {file: users.graphql}}\n"
        f"  scores: {{routing_url: 'http://scores/graphql', schema: {{file: {scores}}}}}\n"
    )


def test_compose_prints_a_supergraph(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compose", "--config", str(folder / "supergraph.yaml")]) == 0
    assert "enum join__Graph" in capsys.readouterr().out


def test_compose_writes_the_supergraph_to_a_file(folder: Path) -> None:
    output = folder / "supergraph.graphql"
    config = str(folder / "supergraph.yaml")
    assert main(["compose", "--config", config, "--output", str(output)]) == 0
    assert "enum join__Graph" in output.read_text()


def test_compose_says_every_reason_why_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "scores.graphql").write_text(SCORES.replace("score: Int!", "name: Int! @shareable"))
    config = str(folder / "supergraph.yaml")
    assert main(["compose", "--config", config]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert all(re.match("[A-Z_]+: ", line) for line in captured.err.splitlines())
    assert main(["compose", "--config", config, "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["ok"], result["supergraph"]) == (False, None)
    assert {"code", "message", "locations"} == set(result["errors"][0])


def test_compose_as_json_has_the_supergraph(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compose", "--config", str(folder / "supergraph.yaml"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["ok"], result["errors"]) == (True, [])
    assert "enum join__Graph" in result["supergraph"]


def explain(folder: Path, *arguments: str) -> int:
    supergraph, operation = str(folder / "supergraph.yaml"), str(folder / "q.graphql")
    return main(["explain", "--supergraph", supergraph, "--operation", operation, *arguments])


@pytest.mark.parametrize("stage", ["normalise", "graph", "paths", "steps", "plan"])
def test_explain_prints_each_stage(
    folder: Path, capsys: pytest.CaptureFixture[str], stage: str
) -> None:
    assert explain(folder, "--stage", stage) == 0
    assert capsys.readouterr().out.strip()
    assert explain(folder, "--stage", stage, "--json") == 0
    assert json.loads(capsys.readouterr().out)


def test_explain_as_json_has_fetches_depth_and_steps(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(folder, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["fetches"], plan["depth"], len(plan["steps"])) == (2, 2, 2)


def test_explain_with_variables_decides_conditions(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "variables.json").write_text('{"all": false}')
    assert explain(folder, "--json", "--variables", str(folder / "variables.json")) == 0
    assert json.loads(capsys.readouterr().out)["fetches"] == 1


def test_explain_draws_the_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(folder, "--dot") == 0
    assert capsys.readouterr().out.startswith("digraph")


def test_explain_shows_the_graph_without_an_operation(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supergraph = str(folder / "supergraph.yaml")
    assert main(["explain", "--supergraph", supergraph, "--stage", "graph"]) == 0
    assert "User" in capsys.readouterr().out
    assert main(["explain", "--supergraph", supergraph]) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ users", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
def test_explain_refuses_what_the_graph_does_not_have(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, code: str
) -> None:
    (folder / "q.graphql").write_text(text)
    assert explain(folder) == 1
    assert capsys.readouterr().err.startswith(f"{code}: ")


def test_explain_only_warns_of_a_nullable_condition(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "q.graphql").write_text(OPERATION.replace("Boolean!", "Boolean"))
    assert explain(folder) == 0
    assert "warning:" in capsys.readouterr().err


def test_explain_plans_what_is_inaccessible_and_warns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = SCORES.replace('["@key"]', '["@key", "@inaccessible"]')
    (folder / "scores.graphql").write_text(
        hidden.replace("score: Int!", "score: Int! @inaccessible")
    )
    assert explain(folder, "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["fetches"] == 2
    assert "@inaccessible: no client can ask" in captured.err


def check(folder: Path, scores: str, *arguments: str) -> int:
    (folder / "changed.graphql").write_text(scores)
    write_config(folder, "proposed.yaml", "changed.graphql")
    base, proposed = str(folder / "supergraph.yaml"), str(folder / "proposed.yaml")
    return main(["check", "--base", base, "--proposed", proposed, *arguments])


def test_check_finds_nothing_in_an_unchanged_graph(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder, SCORES) == 0
    assert capsys.readouterr().out == "no breaking or dangerous change of the API schema\n"


def test_check_fails_on_a_breaking_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder, SCORES.replace("score", "points")) == 1
    assert "breaking: Field User.score was removed." in capsys.readouterr().out


def test_check_with_operations_fails_only_when_one_breaks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operations = folder / "operations"
    operations.mkdir()
    (operations / "names.graphql").write_text("query Names { users { name } }")
    renamed = SCORES.replace("score", "points")
    assert check(folder, renamed, "--operations", str(operations)) == 0
    assert "ok: names.graphql#Names: fetches 1 depth 1 -> fetches 1 depth 1" in (
        capsys.readouterr().out
    )
    (operations / "scores.graphql").write_text(OPERATION)
    assert check(folder, renamed, "--operations", str(operations), "--json") == 1
    result = json.loads(capsys.readouterr().out)
    broken = {each["operation"]: each["breaks"] for each in result["operations"]}
    assert broken == {"names.graphql#Names": False, "scores.graphql#Q": True}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compose", "--config", "/nope.yaml"], "/nope.yaml: cannot be read"),
        (["explain", "--supergraph", "/nope.graphql", "--stage", "graph"], "cannot be read"),
        (["check", "--base", "/nope", "--proposed", "/nope"], "/nope: cannot be read"),
        (["serve", "--supergraph", "/nope.graphql", "--port", "0"], "/nope.graphql"),
        (["serve", "--port", "0"], "nothing to serve"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["compose"], ["serve", "--port", "99999"]])
def test_wrong_arguments_are_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize("command", ["compose", "serve", "explain", "check", "settings"])
def test_each_command_has_help_worth_reading(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 12


def test_a_supergraph_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain.graphql").write_text("type Query { a: Int }")
    path = str(tmp_path / "plain.graphql")
    assert main(["explain", "--supergraph", path, "--stage", "graph"]) == 2
    assert main(["serve", "--supergraph", path, "--port", "0"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_settings_are_listed_and_have_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert "GATEWAY_MAX_DEPTH=60\n" in capsys.readouterr().out
    assert main(["settings", "--json"]) == 0
    assert "max_depth" in json.loads(capsys.readouterr().out)["properties"]
