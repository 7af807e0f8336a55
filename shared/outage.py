"""Repeated failures in, two log lines out: something is away, and it is back."""

import logging
import time


class Outage:
    """Watches one thing that is needed; each failed attempt is told, few are logged."""

    def __init__(self, what: str, logger: logging.Logger) -> None:
        self._what = what
        self._logger = logger
        self._since: float | None = None

    def noticed(self, error: BaseException) -> None:
        """An attempt failed. The first one is logged as a warning, the others for debugging."""
        level = logging.WARNING if self._since is None else logging.DEBUG
        self._logger.log(level, "%s is away: %s: %s", self._what, type(error).__name__, error)
        if self._since is None:
            self._since = time.monotonic()

    def over(self) -> None:
        """It works. Logged when it did not before."""
        if self._since is not None:
            lasted = time.monotonic() - self._since
            self._logger.info("%s is back after %.1f s", self._what, lasted)
            self._since = None
