"""A format and a level in, the process's logging set up out: JSON lines or plain text."""

import logging
import re
import sys
from datetime import UTC, datetime

import orjson

_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_DETAILS = re.compile(r"^[\s|]*DETAIL:.*\n?", re.MULTILINE)


def without_details(text: str) -> str:
    """`text` without the lines in which PostgreSQL quotes whole rows: they may hold secrets."""
    return _DETAILS.sub("", text)


class JSONLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, all `extra`, traceback."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": without_details(record.getMessage()),
        }
        extra = vars(record).items()
        line |= {name: value for name, value in extra if name not in _STANDARD_ATTRIBUTES}
        if record.exc_info:
            line["traceback"] = without_details(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()


class TextLines(logging.Formatter):
    """For people: time, level, service, logger, message, then the traceback."""

    def __init__(self, service: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)-7s {service} %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return without_details(super().format(record))


def configure(service: str, log_format: str = "text", level: str = "INFO") -> None:
    """Log to standard error. `log_format` is "json" or "text". A repeated call replaces it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines(service) if log_format == "json" else TextLines(service))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("httpx", "httpcore", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for reported_by_us in ("aiormq", "aio_pika"):
        logging.getLogger(reported_by_us).setLevel(logging.CRITICAL)
