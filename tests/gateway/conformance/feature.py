"""A feature's folder as data: subgraph SDLs, their tables of objects, and the cases."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).with_name("cases")
JSONObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One operation and what must come out; None where the case does not say.

    `data` is compared with the order of its keys. `errors` lists what each error must hold
    (`path`, `code`, `service`, `message` as a part). `requests` counts requests per subgraph and
    `representations` lists what each subgraph was sent, in the order it came.
    """

    name: str
    operation: str
    variables: JSONObject
    data: JSONObject | None
    errors: list[JSONObject]
    requests: dict[str, int] | None
    representations: dict[str, list[JSONObject]] | None


@dataclass(frozen=True, slots=True)
class Feature:
    """One folder."""

    name: str
    sdls: dict[str, str]
    tables: dict[str, JSONObject]
    cases: tuple[Case, ...]


def load(folder: Path) -> Feature:
    """Read a feature's folder."""
    written = yaml.safe_load((folder / "cases.yaml").read_text())
    sdls = {path.stem: path.read_text() for path in sorted(folder.glob("*.graphql"))}
    cases = tuple(
        Case(
            name=case["name"],
            operation=case["operation"],
            variables=case.get("variables", {}),
            data=case.get("data"),
            errors=case.get("errors", []),
            requests=case.get("requests"),
            representations=case.get("representations"),
        )
        for case in written["cases"]
    )
    return Feature(folder.name, sdls, written["data"], cases)


def features() -> list[Feature]:
    """Every feature, by name."""
    return [load(folder) for folder in sorted(CASES.iterdir()) if folder.is_dir()]
