"""A feature's folder as data: subgraph SDLs, their tables of objects, and the cases."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).with_name("cases")
JSONObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a subgraph answers in place of the truth; `down` is a port where nobody listens."""

    status: int = 200
    content_type: str = "application/json"
    text: str | None = None
    answer: Any = None
    delay_seconds: float = 0
    down: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What subgraphs must have been sent; None where the case does not say.

    `requests` counts requests per subgraph, `order` lists the subgraphs as they were asked.
    `representations` lists what each subgraph was sent, in the order it came, and `values` the
    other variables of each of its requests. `texts` are parts of its documents, `not_texts` are
    in none of them.
    """

    requests: dict[str, int] | None = None
    order: list[str] | None = None
    representations: dict[str, list[JSONObject]] = field(default_factory=dict)
    values: dict[str, list[JSONObject]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    not_texts: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One operation and what must come out.

    `data` is compared with the order of its keys, unless `any_data` leaves it open. `errors` lists
    what each error must hold (`path`, `code`, `service`, `message` as a part). `refused` is the
    code of an operation that is not executed. `secrets` are words that the response must not
    have. `labels` are the progressive overrides that are on, `faults` the subgraphs that do not
    answer the truth, `slow` those that answer it late.
    """

    name: str
    operation: str
    variables: JSONObject
    data: JSONObject | None
    any_data: bool
    errors: list[JSONObject]
    refused: str | None
    secrets: list[str]
    labels: frozenset[str]
    faults: dict[str, Fault]
    slow: list[str]
    sent: Sent


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
    cases = tuple(_case(case) for case in written["cases"])
    return Feature(folder.name, sdls, written["data"], cases)


def _case(written: JSONObject) -> Case:
    """A case; a key that nothing reads is a mistake and fails."""
    rest = dict(written)
    return Case(
        name=rest.pop("name"),
        operation=rest.pop("operation"),
        variables=rest.pop("variables", {}),
        data=rest.pop("data", None),
        errors=rest.pop("errors", []),
        refused=rest.pop("refused", None),
        secrets=rest.pop("secrets", []),
        labels=frozenset(rest.pop("labels", ())),
        faults={name: Fault(**fault) for name, fault in rest.pop("faults", {}).items()},
        slow=rest.pop("slow", []),
        any_data=rest.pop("any_data", False),
        sent=Sent(**rest),
    )


def features() -> list[Feature]:
    """Every feature, by name."""
    return [load(folder) for folder in sorted(CASES.iterdir()) if folder.is_dir()]
