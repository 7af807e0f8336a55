"""Settings: from the environment and a file, checked before anything starts."""

from pathlib import Path

import pytest

from gateway.errors import SettingsError
from gateway.settings import LogFormat, load_settings


def problem(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment)
    return str(caught.value)


def test_there_are_defaults_for_everything() -> None:
    assert load_settings({}).path == "/graphql"


def test_lists_are_separated_by_commas() -> None:
    settings = load_settings({"GATEWAY_ALLOWED_ORIGINS": "https://a.example, https://b.example,"})
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_the_environment_wins_over_the_file_and_arguments_over_both(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("max_depth: 7\nmax_aliases: 8\nmax_tokens: 9\nallowed_origins: [https://a.b]\n")
    environment = {
        "GATEWAY_SETTINGS_FILE": str(file),
        "GATEWAY_MAX_ALIASES": "18",
        "GATEWAY_MAX_TOKENS": "19",
    }
    settings = load_settings(environment, {"max_tokens": 29})
    found = (settings.max_depth, settings.max_aliases, settings.max_tokens)
    assert found == (7, 18, 29)
    assert settings.allowed_origins == ("https://a.b",)


def test_the_log_format_is_shared_with_other_processes() -> None:
    assert load_settings({"LOG_FORMAT": "json"}).log_format is LogFormat.JSON
    both = {"LOG_FORMAT": "json", "GATEWAY_LOG_FORMAT": "text"}
    assert load_settings(both).log_format is LogFormat.TEXT


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("GATEWAY_MAX_DEPTH", "deep", "valid integer"),
        ("GATEWAY_MAX_DEPTH", "0", "greater than or equal to 1"),
        ("GATEWAY_REQUEST_TIMEOUT_SECONDS", "-1", "greater than 0"),
        ("GATEWAY_STATUS_CODES", "mine", "'audit' or 'draft'"),
        ("GATEWAY_STATIC_DIR", "/nowhere/at/all", "a folder that exists"),
        ("GATEWAY_SESSION_EXCHANGE_URL", "users", "valid URL"),
        ("GATEWAY_PATH", "graphql", "match pattern"),
        ("GATEWAY_ACCESS_LOG", "perhaps", "valid boolean"),
    ],
)
def test_a_wrong_setting_is_told_with_name_value_and_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    line = problem({name: value})
    assert line.startswith(f"{name}='{value}'")
    assert allowed in line


def test_every_wrong_setting_has_its_line() -> None:
    lines = problem({"GATEWAY_MAX_DEPTH": "x", "GATEWAY_MAX_TOKENS": "y"}).splitlines()
    assert len(lines) == 2


def test_a_setting_that_does_not_exist_is_wrong_and_the_nearest_offered() -> None:
    assert "is it GATEWAY_MAX_DEPTH" in problem({"GATEWAY_MAX_DEPHT": "7"})


def test_what_kubernetes_sets_for_a_service_named_gateway_is_no_setting() -> None:
    load_settings(
        {
            "GATEWAY_PORT": "tcp://10.0.0.1:80",
            "GATEWAY_PORT_80_TCP_ADDR": "10.0.0.1",
            "GATEWAY_SERVICE_HOST": "10.0.0.1",
            "GATEWAY_SERVICE_PORT_HTTP": "80",
        }
    )


def test_options_of_one_subgraph_are_json_in_the_environment() -> None:
    given = {"GATEWAY_SUBGRAPHS": '{"users": {"timeout_seconds": 2}}'}
    assert load_settings(given).subgraphs["users"].timeout_seconds == 2
    assert "JSON object" in problem({"GATEWAY_SUBGRAPHS": "users"})
    wrong = problem({"GATEWAY_SUBGRAPHS": '{"users": {"timeout_seconds": 0}}'})
    assert wrong.startswith("GATEWAY_SUBGRAPHS.USERS.TIMEOUT_SECONDS=0")


@pytest.mark.parametrize("text", ["- a list", "a: [", "7: x", "unknown: 1"])
def test_a_file_that_cannot_be_settings_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(text)
    assert "GATEWAY_" in problem({"GATEWAY_SETTINGS_FILE": str(file)})


def test_a_file_that_is_missing_is_told() -> None:
    assert "/nope.yaml" in problem({"GATEWAY_SETTINGS_FILE": "/nope.yaml"})
