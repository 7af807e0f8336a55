"""Files that the command line names: their text, or one clear line about why not."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import ConfigError


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text") from None


def read_object(path: Path | None) -> Mapping[str, object]:
    """The JSON object in the file; empty without one. Raises ConfigError."""
    if path is None:
        return {}
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}: is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: must hold a JSON object")
    return value


def write_text(path: Path | None, text: str) -> None:
    """Write to the file, or to standard output without one. Raises ConfigError."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def complain(line: object) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{line}\n")
