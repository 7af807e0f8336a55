"""One line per event, readable by machines when asked for."""

import json
import logging
import sys

import pytest

from shared.logging import JSONLines, TextLines


def a_record(**extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord(
        {"name": "shop", "levelname": "INFO", "msg": "sold %d", "args": (3,)}
    )
    vars(record).update(extra)
    return record


def test_a_line_is_json_with_what_was_said() -> None:
    line = json.loads(JSONLines("orders").format(a_record(request_id="r-1")))
    assert line["message"] == "sold 3"
    assert (line["level"], line["service"], line["logger"]) == ("INFO", "orders", "shop")
    assert line["request_id"] == "r-1"
    assert line["time"].endswith("Z")


def test_line_breaks_and_odd_values_stay_within_one_line() -> None:
    text = JSONLines("orders").format(a_record(msg="a\nb", args=(), thing=object()))
    assert "\n" not in text


def test_a_traceback_is_part_of_the_line() -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        text = JSONLines("orders").format(a_record(exc_info=sys.exc_info()))
    assert "ZeroDivisionError" in json.loads(text)["traceback"]


SECRET_ROW = "null value\nDETAIL:  Failing row contains (1, $argon2id$v=19$abc)."


@pytest.mark.parametrize("formatter", [JSONLines("users"), TextLines("users")])
def test_rows_that_postgresql_quotes_are_left_out(formatter: logging.Formatter) -> None:
    try:
        raise ExceptionGroup("several", [ValueError(SECRET_ROW)])
    except ExceptionGroup:
        record = a_record(msg="failed: %s", args=(SECRET_ROW,), exc_info=sys.exc_info())
    text = formatter.format(record)
    assert "argon2id" not in text
    assert "null value" in text
    assert "Traceback" in text
