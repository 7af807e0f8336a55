"""What the tour prints: one line per operation, one per thing that an open stream saw."""

import sys
import time
from collections.abc import Mapping


class Screen:
    """Numbers the steps and stamps every line with seconds since the tour began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._step = 0

    def _line(self, mark: str, name: str, text: str) -> None:
        elapsed = time.monotonic() - self._began
        print(f"{elapsed:7.2f} s  {mark:<4} {name:<20} {text}", flush=True)

    def chapter(self, text: str) -> None:
        """Begin the next step of the story."""
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def answered(self, operation: str, who: str, text: str) -> None:
        """An operation came back."""
        self._line("→", operation, f"{who}: {text}")

    def seen(self, stream: str, who: str, text: str) -> None:
        """An open subscription delivered an event."""
        self._line("live", stream, f"{who} sees {text}")

    def finished(self, streams: Mapping[str, int]) -> None:
        """The story ended as it should."""
        counted = ", ".join(f"{name} {count}" for name, count in streams.items())
        elapsed = time.monotonic() - self._began
        print(f"\nThe story holds, in {elapsed:.1f} s. Events seen: {counted}.", flush=True)

    def failed(self, reason: str) -> None:
        """The story differs: say where."""
        print(f"\nThe story differs in step {self._step}: {reason}", file=sys.stderr, flush=True)
