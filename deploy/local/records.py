"""Small JSON files of the data folder: credentials made once, stamps of what was done.

Every write goes to a new file that then takes the old one's place.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_privately(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only this user can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    fresh.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The file's object; empty when there is none or it cannot be understood."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def credentials(path: Path, names: Iterable[str]) -> dict[str, str]:
    """A random secret per name, made at the first call and the same ever after."""
    known = read(path)
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        write_privately(path, known)
    return {name: str(known[name]) for name in names}


class Stamps:
    """Which work was done for which inputs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_current(self, work: str, inputs: str) -> bool:
        """Whether `work` was last done for exactly these inputs."""
        return read(self._path).get(work) == inputs

    def put(self, work: str, inputs: str) -> None:
        """Remember that `work` was done."""
        write_privately(self._path, read(self._path) | {work: inputs})


def digest(paths: Iterable[Path]) -> str:
    """A fingerprint of the names and contents of files; folders count with all they hold."""
    result = hashlib.sha256()
    for path in sorted(_files(paths)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        result.update(f"{path} {content}\n".encode())
    return result.hexdigest()


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            for folder, _, names in os.walk(path):
                if Path(folder).name != "__pycache__":
                    yield from (Path(folder, name) for name in names)
        elif path.exists():
            yield path
