"""Debian packages as a private folder, from the machine's own sources."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.debian import PackagesUnavailable, unpack


def test_packages_are_unpacked_once_and_mended(tmp_path: Path) -> None:
    mended: list[Path] = []
    first = unpack(["libsctp1"], tmp_path / "sctp", mend=mended.append)
    again = unpack(["libsctp1"], tmp_path / "sctp", mend=mended.append)
    assert first == again == tmp_path / "sctp"
    assert list(first.glob("usr/lib/*/libsctp.so.1*"))
    assert len(mended) == 1


def test_several_processes_may_ask_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        trees = [pool.submit(unpack, ["libsctp1"], tmp_path / "sctp") for _ in range(4)]
        assert {tree.result() for tree in trees} == {tmp_path / "sctp"}
    assert {path.name for path in tmp_path.iterdir()} == {"sctp", "sctp.lock"}


def test_an_unknown_package_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PackagesUnavailable, match="foyer-no-such-package"):
        unpack(["foyer-no-such-package"], tmp_path / "none")
    assert not (tmp_path / "none").exists()
