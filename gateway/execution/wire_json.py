"""JSON as subgraphs and clients exchange it: bytes in, plain values out, and back.

msgspec reads as fast as orjson and keeps integers of any size, where orjson makes floats of those
beyond 64 bits; orjson writes faster and refuses such integers, so they take the second way.
"""

from collections.abc import Mapping

import msgspec
import orjson

loads = msgspec.json.Decoder().decode
"""Parse one JSON text; raises `InvalidJson`."""

InvalidJson = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def dumps(value: object) -> bytes:
    """The JSON text of a plain value; what JSON does not know becomes null."""
    try:
        return orjson.dumps(value, default=_null)
    except TypeError:  # an integer beyond 64 bits, or nesting deeper than orjson allows
        return msgspec.json.encode(value, enc_hook=_null)


def _null(value: object) -> None:
    """A failure marker where no completion looks: inside a custom scalar's own value."""


def request_text(query: str, operation_name: str | None) -> bytes:
    """The beginning of a GraphQL request's JSON, without variables and the closing brace."""
    parts: Mapping[str, object] = {"query": query}
    if operation_name is not None:
        parts = {"query": query, "operationName": operation_name}
    return orjson.dumps(parts)[:-1]
