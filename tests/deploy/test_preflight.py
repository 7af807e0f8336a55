"""What stands in the way of a start is named in one line; nothing stale ever does."""

import os
import socket
from pathlib import Path

import pytest

from deploy.local import preflight
from deploy.local.errors import PreflightFailed
from deploy.local.layout import Layout
from deploy.local.preflight import check_machine, make_folders, only_one
from deploy.local.records import Stamps, credentials, digest
from deploy.local.reset import reset
from deploy.local.settings import Broker, LocalSettings


def a_layout(folder: Path) -> Layout:
    layout = Layout(folder / "home", folder / "cache")
    make_folders(layout)
    return layout


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PreflightFailed, match=f"port {port} is taken.*PORT={port + 1}"):
            check_machine(a_layout(tmp_path), port)


def test_a_full_disk_is_named_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "NEEDED_BYTES", 2**60)
    with pytest.raises(PreflightFailed, match=r"the disk of .*home has .* MB free"):
        check_machine(a_layout(tmp_path), 1)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PreflightFailed, match=r"cannot make .*file/home"):
        make_folders(Layout(tmp_path / "file" / "home", tmp_path / "cache"))


def test_a_second_run_in_the_same_folder_is_told_the_first_ones_pid(tmp_path: Path) -> None:
    layout = a_layout(tmp_path)
    with only_one(layout):
        with pytest.raises(PreflightFailed, match=rf"pid {os.getpid()}\)"), only_one(layout):
            pass
        with pytest.raises(PreflightFailed, match=rf"pid {os.getpid()}\)"):
            reset(layout)
    with only_one(layout):
        pass


def test_a_lock_file_that_nobody_holds_is_no_lock(tmp_path: Path) -> None:
    layout = a_layout(tmp_path)
    layout.lock.write_text("1\n")
    with only_one(layout):
        assert layout.lock.read_text() == f"{os.getpid()}\n"


def test_reset_empties_the_data_and_keeps_the_cache(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home", tmp_path / "home" / "cache")
    make_folders(layout)
    (layout.cache / "kept").write_text("")
    layout.postgres.mkdir()
    (layout.postgres / "PG_VERSION").write_text("18")
    layout.sandbox_state.write_text("")
    reset(layout)
    left = {path.name for path in layout.home.iterdir()}
    assert left == {"cache", "lock", "watchdog.lock"}
    assert (layout.cache / "kept").exists()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"PORT": "http"}, "PORT=http is no port number"),
        ({"PORT": "70000"}, "PORT=70000 is no port number"),
        ({"BROKER": "kafka"}, "BROKER=kafka is neither postgres nor rabbitmq"),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "STRIPE_PUBLISHABLE_KEY"),
    ],
)
def test_a_wrong_choice_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(PreflightFailed, match=message):
        LocalSettings.from_environment(environment)


def test_choices_come_from_the_environment(tmp_path: Path) -> None:
    settings = LocalSettings.from_environment(
        {"PORT": "8001", "BROKER": "rabbitmq", "FOYER_HOME": str(tmp_path), "FOYER_CACHE": "/c"}
    )
    assert (settings.port, settings.broker, settings.stripe) == (8001, Broker.RABBITMQ, None)
    assert settings.layout == Layout(tmp_path, Path("/c"))


def test_credentials_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    first = credentials(path, ["a"])
    both = credentials(path, ["a", "b"])
    assert both["a"] == first["a"] != both["b"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_stamp_counts_for_the_same_inputs_only(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps.json")
    source = tmp_path / "source"
    source.write_text("1")
    before = digest([source])
    stamps.put("work", before)
    assert stamps.is_current("work", before)
    source.write_text("2")
    assert not stamps.is_current("work", digest([source]))
