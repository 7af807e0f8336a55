"""The parts of an HTTP request in; a `GraphQLRequest`, or an `HttpRefused`, out. No I/O.

(GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

from gateway.errors import GatewayError
from gateway.execution.exchange import GraphQLRequest, Header
from gateway.server.documents import Documents

_DECODE = msgspec.json.Decoder().decode
"""Not orjson: integers beyond 64 bits stay integers (they may be a custom scalar's)."""
JSON_CONTENT = b"application/json"
LEAST_BATCH = 2
MAX_PARAMETERS = 32
"""Query-string parameters that are looked at."""


class HttpRefused(GatewayError):
    """The request is answered by its HTTP status; `message` says what to change."""

    def __init__(
        self, status: int, code: str, message: str, headers: tuple[Header, ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def bad_request(message: str) -> HttpRefused:
    """400: the request is not a well-formed GraphQL request."""
    return HttpRefused(400, "BAD_REQUEST", message)


@dataclass(frozen=True, slots=True)
class RequestRules:
    """What decoding needs to know."""

    max_json_depth: int
    documents: Documents
    batch_size: int = 1
    """Operations in one request; 1 accepts no batches."""


def decode_get(query_string: bytes, rules: RequestRules) -> GraphQLRequest:
    """The request in a URL's query string; `variables` and `extensions` are JSON there."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MAX_PARAMETERS,
            errors="strict",
        )
    except ValueError:
        raise bad_request("The URL's query string cannot be decoded; send it as UTF-8.") from None
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise bad_request(f'The parameter "{name}" is in the URL twice; send it once.')
        members[name] = value
    for name in ("variables", "extensions"):
        text = members.get(name)
        if isinstance(text, str):
            members[name] = _json(text.encode(), f'The parameter "{name}"', rules.max_json_depth)
    return request_of(members, rules.documents)


def decode_post(
    content_type: bytes | None, body: bytes, rules: RequestRules
) -> GraphQLRequest | Sequence[GraphQLRequest]:
    """The request in the JSON body of a POST; a batch of them where `rules` allow that."""
    if content_type != JSON_CONTENT:
        _check_content_type(content_type)
    members = _json(body, "The request body", rules.max_json_depth)
    if isinstance(members, list):
        return _batch(members, rules)
    if not isinstance(members, dict):
        raise bad_request('The request body must be a JSON object with a "query".')
    return request_of(members, rules.documents)


def _batch(members: Sequence[object], rules: RequestRules) -> Sequence[GraphQLRequest]:
    if rules.batch_size < LEAST_BATCH:
        raise bad_request("Batches are not accepted; send each operation as its own request.")
    if not 0 < len(members) <= rules.batch_size:
        raise bad_request(
            f"The batch has {len(members)} operations; this server allows 1 to {rules.batch_size}."
        )
    requests = []
    for member in members:
        if not isinstance(member, dict):
            raise bad_request('Each operation of a batch must be an object with a "query".')
        requests.append(request_of(member, rules.documents))
    return requests


def request_of(members: Mapping[str, object], documents: Documents) -> GraphQLRequest:
    """The request in a decoded object, from HTTP or from a socket's `subscribe` message.

    Raises HttpRefused for wrong types, RequestRefused for a document that is not known.
    """
    operation_name = members.get("operationName")
    variables = members.get("variables")
    extensions = members.get("extensions")
    if operation_name is not None and not isinstance(operation_name, str):
        raise bad_request('"operationName" must be a string or null.')
    if variables is not None and not isinstance(variables, dict):
        raise bad_request('"variables" must be an object or null.')
    if extensions is not None and not isinstance(extensions, dict):
        raise bad_request('"extensions" must be an object or null.')
    query = documents.query_of(members)
    if not isinstance(query, str) or not query:
        raise bad_request('"query" must be a string that holds a GraphQL document.')
    return GraphQLRequest(query, operation_name, variables or {}, extensions or {})


@lru_cache(maxsize=64)
def _is_json(content_type: bytes) -> bool:
    name, _, parameters = content_type.decode("latin-1").lower().partition(";")
    charset = "utf-8"
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip() == "charset":
            charset = value.strip().strip('"')
    return name.strip() == "application/json" and charset in ("utf-8", "utf8")


def _check_content_type(content_type: bytes | None) -> None:
    if content_type is None or not _is_json(content_type):
        sent = "none" if content_type is None else f'"{content_type.decode("latin-1")}"'
        raise HttpRefused(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f'The Content-Type must be "application/json" in UTF-8; {sent} was sent.',
        )


def parse_json(text: bytes | str, max_depth: int) -> object:
    """The decoded JSON; ValueError when it is not JSON or nests deeper than `max_depth`."""
    try:
        value = _DECODE(text)
    except RecursionError:
        raise ValueError(f"it nests more than {max_depth} levels") from None
    if _brackets(text) > max_depth and _nests_deeper(value, max_depth):
        raise ValueError(f"it nests more than {max_depth} levels")
    return value


def _json(text: bytes, what: str, max_depth: int) -> object:
    try:
        return parse_json(text, max_depth)
    except ValueError as error:
        raise bad_request(f"{what} is not acceptable JSON: {error}.") from None


def _brackets(text: bytes | str) -> int:
    """At least the depth of the JSON text, and quickly counted."""
    if isinstance(text, str):
        return text.count("{") + text.count("[")
    return text.count(b"{") + text.count(b"[")


def _nests_deeper(value: object, max_depth: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return bool(level)
