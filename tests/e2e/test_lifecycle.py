"""Starting, stopping and being killed: what the supervisor leaves behind is its data alone."""

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.testkit.product import Product, processes_of, running, start

GONE_SECONDS = 15.0

COUNT_TICKETS = {"query": "query CountTickets { tickets(first: 1) { totalCount } }"}


def count_tickets(product: Product) -> int:
    answer = httpx.post(f"{product.url}/graphql", json=COUNT_TICKETS, timeout=10).json()
    count: int = answer["data"]["tickets"]["totalCount"]
    return count


def assert_all_gone(product: Product) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while left := processes_of(product.home):
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module, so that only its first start has to make it."""
    return tmp_path_factory.mktemp("lifecycle") / "home"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_leaves_no_process_and_the_data_survives(home: Path, sign: signal.Signals) -> None:
    with running(home) as product:
        before = count_tickets(product)
        assert before > 0, "the demo catalogue is seeded"
        assert processes_of(home), "the processes can be found while they run"
        product.end(sign)
        assert_all_gone(product)
    with running(home) as again:
        assert count_tickets(again) == before, "nothing lost, nothing seeded twice"


def test_a_taken_port_is_named_in_one_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        product = start(home, port=port)
        assert product.supervisor.wait(60) == 1
    said = product.log.read_text().strip().splitlines()
    assert str(port) in said[-1]
    assert "PORT" in said[-1]
    assert "Traceback" not in product.log.read_text()


def test_a_second_start_in_the_same_folder_names_the_first(home: Path) -> None:
    with running(home) as first:
        second = start(home)
        assert second.supervisor.wait(60) == 1
        assert str(first.supervisor.pid) in second.log.read_text().strip().splitlines()[-1]
        assert first.is_ready()


def test_a_stale_lock_does_not_stop_a_start(home: Path) -> None:
    with running(home) as product:
        product.end(signal.SIGKILL)
        assert_all_gone(product)
    with running(home) as again:
        assert again.is_ready()


def test_everything_listens_on_loopback_only(home: Path) -> None:
    with running(home):
        inodes = set()
        for pid in processes_of(home):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    target = os.readlink(descriptor)
                except FileNotFoundError:
                    continue  # closed meanwhile
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        listening = [
            columns[1]
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if (columns := line.split())[3] == "0A" and columns[9] in inodes
        ]
        assert listening
        ours = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
        assert {address.partition(":")[0] for address in listening} <= ours
