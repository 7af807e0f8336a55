"""Where the product keeps what on this machine: folders and files, nothing is made here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Layout:
    """`home` holds one product's data; `cache` what was fetched, shared by all of them."""

    home: Path
    cache: Path
    checkout: Path = CHECKOUT

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> "Layout":
        """FOYER_HOME (default `.foyer` of the checkout) and FOYER_CACHE (default its `cache`)."""
        default = CHECKOUT / ".foyer"
        home = Path(environ.get("FOYER_HOME") or default).absolute()
        return Layout(home, Path(environ.get("FOYER_CACHE") or default / "cache").absolute())

    @property
    def lock(self) -> Path:
        """Held by the supervisor; names its pid."""
        return self.home / "lock"

    @property
    def run_file(self) -> Path:
        """What runs now: pids, ports, URLs. Mode 0600."""
        return self.home / "run.json"

    @property
    def credentials(self) -> Path:
        """Generated passwords and secrets. Mode 0600."""
        return self.home / "credentials.json"

    @property
    def stamps(self) -> Path:
        """What was done once and need not be done again while its inputs are the same."""
        return self.home / "stamps.json"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def rabbitmq(self) -> Path:
        """The private broker's folder."""
        return self.home / "rabbitmq"

    @property
    def sandbox_state(self) -> Path:
        """The payment sandbox's objects."""
        return self.home / "sandbox.jsonl"

    @property
    def frontend(self) -> Path:
        """The front end's sources."""
        return self.checkout / "frontend"

    @property
    def site(self) -> Path:
        """The built single-page app."""
        return self.frontend / "dist" / "app"

    @property
    def playground(self) -> Path:
        """The built playground."""
        return self.frontend / "dist" / "playground"
