"""An outage is two log lines, however many attempts fail meanwhile."""

import logging

import pytest

from shared.outage import Outage

logger = logging.getLogger("tests.outage")


def test_only_the_beginning_and_the_end_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("the broker", logger)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            outage.noticed(ConnectionRefusedError("refused"))
        outage.over()
        outage.over()
    began, ended = caplog.messages
    assert began == "the broker is away: ConnectionRefusedError: refused"
    assert ended.startswith("the broker is back after")


def test_each_outage_is_logged_anew(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("the broker", logger)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            outage.noticed(OSError("gone"))
            outage.over()
    assert len(caplog.messages) == 2


def test_what_was_never_away_is_not_mentioned(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Outage("the broker", logger).over()
    assert caplog.messages == []
