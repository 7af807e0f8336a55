"""Log lines of the process: one per request, as text or JSON."""

import logging
import sys
import traceback
from datetime import UTC, datetime

import orjson

from gateway.server.call import Call
from gateway.settings import LogFormat

access = logging.getLogger("gateway.access")

_FIELDS = ("request_id", "method", "path", "status", "duration_ms", "operation", "client")


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, and a request's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON text."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in _FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = value
        if record.exc_info:
            line["exception"] = "".join(traceback.format_exception(*record.exc_info))
        return orjson.dumps(line).decode()


def configure_logging(log_format: LogFormat) -> None:
    """Send all loggers of the process to standard error in `log_format`."""
    handler = logging.StreamHandler(sys.stderr)
    if log_format is LogFormat.JSON:
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log_call(call: Call, seconds: float) -> None:
    """Write a request's line, after its answer has gone."""
    scope = call.scope
    duration_ms = round(seconds * 1_000, 1)
    client = scope.get("client")
    access.info(
        "%s %s %s %sms %s",
        scope["method"],
        scope["path"],
        call.status,
        duration_ms,
        call.operation,
        extra={
            "request_id": call.request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": call.status,
            "duration_ms": duration_ms,
            "operation": call.operation or None,
            "client": client[0] if client else None,
        },
    )
