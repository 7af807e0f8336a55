"""A supergraph config file in; the subgraphs to compose, out.

The form is that of Apollo's rover: `subgraphs: {name: {routing_url, schema: {file | sdl |
subgraph_url}}}`. Files are relative to the config; `${env.NAME}` and `${env.NAME:-default}` stand
for environment variables in every text. `subgraph_url` is asked for its `_service { sdl }`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import yaml

from gateway.composition import CompositionError, SubgraphInput, compose
from gateway.errors import CompositionFailed, ConfigError

SUBGRAPH_TIMEOUT_SECONDS = 10.0
IGNORED_KEYS = frozenset({"federation_version"})
"""What rover's files may have and this composition decides by itself."""

_VARIABLE = re.compile(r"\$\{env\.([A-Za-z_]\w*)(?::-([^}]*))?\}")
_SDL_QUERY = {"query": "query SubgraphSdl { _service { sdl } }"}


def compose_config(path: Path, environment: Mapping[str, str]) -> str:
    """The supergraph SDL of the config's subgraphs. Raises ConfigError, CompositionFailed."""
    composition = compose(read_config(path, environment))
    if composition.supergraph_sdl is None:
        raise CompositionFailed("\n".join(map(error_line, composition.errors)))
    return composition.supergraph_sdl


def error_line(error: CompositionError) -> str:
    """`CODE: message` in one line, for those who read line by line."""
    return " ".join(str(error).split())


def read_config(path: Path, environment: Mapping[str, str]) -> tuple[SubgraphInput, ...]:
    """The subgraphs that `path` names, with their SDL. Raises ConfigError, naming file and key."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not YAML: {error}") from None
    root = _mapping(content, str(path), {"subgraphs"} | IGNORED_KEYS)
    subgraphs = _mapping(root.get("subgraphs"), f"{path}: subgraphs", None)
    if not subgraphs:
        raise ConfigError(f"{path}: subgraphs: must name at least one subgraph")
    return tuple(
        _subgraph(_Place(path, name, environment), value) for name, value in subgraphs.items()
    )


def files_of_config(path: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that `read_config` reads: the config, then its schemas.

    Never raises: what is wrong in the config names no file.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return (path,)
    files = [path]
    for subgraph in _members(_members(content).get("subgraphs")).values():
        file = _members(_members(subgraph).get("schema")).get("file")
        if isinstance(file, str):
            filled = _VARIABLE.sub(lambda m: environment.get(m[1]) or m[2] or "", file)
            files.append(path.parent / filled)
    return tuple(files)


def _members(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


class _Place:
    """Where in which file a value stands, for messages."""

    def __init__(self, path: Path, name: str, environment: Mapping[str, str]) -> None:
        self.path = path
        self.name = name
        self._environment = environment

    def error(self, key: str, problem: str) -> ConfigError:
        return ConfigError(f"{self.path}: subgraphs.{self.name}.{key}: {problem}")

    def text(self, key: str, value: object) -> str:
        """A text with its variables filled in."""
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"must be a text, not {value!r}")
        return _VARIABLE.sub(lambda match: self._variable(key, match), value)

    def _variable(self, key: str, match: re.Match[str]) -> str:
        name, default = match.groups()
        value = self._environment.get(name)
        if value is None and default is None:
            raise self.error(key, f"the environment has no {name}; set it, or write a default")
        return value or default or ""


def _subgraph(place: _Place, value: object) -> SubgraphInput:
    where = f"{place.path}: subgraphs.{place.name}"
    members = _mapping(value, where, {"routing_url", "schema"})
    schema = _mapping(members.get("schema"), f"{where}.schema", {"file", "sdl", "subgraph_url"})
    if len(schema) != 1:
        raise place.error("schema", "must have exactly one of file, sdl, subgraph_url")
    (kind, source), *_ = schema.items()
    routing_url = members.get("routing_url")
    if routing_url is None and kind == "subgraph_url":
        routing_url = source
    url = place.text("routing_url", routing_url)
    if not url.startswith(("http://", "https://")):
        raise place.error("routing_url", f"must be an http:// or https:// URL, not {url!r}")
    return SubgraphInput(place.name, url, _sdl(place, kind, source))


def _sdl(place: _Place, kind: str, source: object) -> str:
    if kind == "sdl":
        if not isinstance(source, str):
            raise place.error("schema.sdl", "must be a text")
        return source
    text = place.text(f"schema.{kind}", source)
    if kind == "subgraph_url":
        return _fetch_sdl(place, text)
    file = place.path.parent / text
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise place.error("schema.file", f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise place.error("schema.file", f"{file} is not UTF-8") from None


def _fetch_sdl(place: _Place, url: str) -> str:
    try:
        answer = httpx.post(url, json=_SDL_QUERY, timeout=SUBGRAPH_TIMEOUT_SECONDS)
        answer.raise_for_status()
        sdl = answer.json()["data"]["_service"]["sdl"]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise place.error("schema.subgraph_url", f"{url} does not answer: {error}") from None
    except (ValueError, LookupError, TypeError):
        raise place.error("schema.subgraph_url", f"{url} gives no _service {{ sdl }}") from None
    if not isinstance(sdl, str):
        raise place.error("schema.subgraph_url", f"{url} gives no _service {{ sdl }}")
    return sdl


def _mapping(value: object, where: str, keys: set[str] | None) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: must be a mapping, not {value!r}")
    for key in value:
        if not isinstance(key, str) or (keys is not None and key not in keys):
            allowed = f"; there are {', '.join(sorted(keys))}" if keys else ""
            raise ConfigError(f"{where}: unknown key {key!r}{allowed}")
    return value
