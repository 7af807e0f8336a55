"""What every file of the repository owes to a stranger's clone."""

import re
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return [CHECKOUT / name for name in listed.stdout.split("\0") if name]


def text_of(path: Path) -> str:
    return path.read_text(errors="ignore") if path.is_file() else ""


def test_no_lock_names_a_registry() -> None:
    locks = [path for path in tracked() if "lock" in path.name]
    assert len(locks) >= 3
    for lock in locks:
        assert not re.search(
            r"resolved\"|index-url|https?://[^\s\"]*(pypi|npmjs)", text_of(lock)
        ), lock


def test_no_file_names_this_checkout() -> None:
    assert [path for path in tracked() if f"{CHECKOUT}/" in text_of(path)] == []


def test_every_make_target_in_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(CHECKOUT / "Makefile"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"make ([a-z][a-z-]+)", text_of(CHECKOUT / page)))
        assert named <= targets, page


def test_pages_link_to_files_that_exist() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", text_of(CHECKOUT / page)):
            assert target.startswith("http") or (CHECKOUT / target).exists(), f"{page}: {target}"
