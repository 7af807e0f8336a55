"""What to run, as a value."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """`ending` is the signal that ends it cleanly; `log` gets all it writes."""

    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ending: signal.Signals = signal.SIGTERM
