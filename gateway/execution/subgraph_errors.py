"""A subgraph's answer in, its data with failures in the places of errors out.

The errors of an answer are put where they belong in its own data, before it is merged: the null
at an error's path becomes a `Failure`. Merging then carries them to every position that the value
has in the client's answer, and completion gives them the client's path. Nothing is looked up
afterwards, and a position that nobody selected reports nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from gateway.execution.failures import (
    GRAPHQL_ERROR,
    Failure,
    JsonObject,
    Reason,
    SubgraphPath,
)
from gateway.execution.wire_json import InvalidJson, loads
from gateway.transport.base import (
    AnswerMalformed,
    AnswerRefused,
    SubgraphResponse,
    TransportError,
)

ENTITIES = "_entities"


def parse_answer(response: SubgraphResponse) -> Mapping[str, object]:
    """The GraphQL answer in an HTTP response. Raises AnswerRefused or AnswerMalformed."""
    try:
        answer = loads(response.body)
    except InvalidJson:
        answer = None
    if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
        return answer
    if response.status >= 300:
        raise AnswerRefused(f"the subgraph answered with status {response.status}")
    raise AnswerMalformed("the subgraph's answer is not a GraphQL response")


def transport_reason(error: TransportError, service: str) -> Reason:
    """Why nothing of a request is there, as the client reads it."""
    return Reason.of(f"The request to subgraph '{service}' failed: {error}.", error.code, service)


def reasons_of(errors: object, service: str) -> list[Reason]:
    """The `errors` of an answer; `rest` of each is its whole path. Tolerates malformed ones."""
    if errors is None:
        return []
    if not isinstance(errors, list):
        errors = [errors]
    return [_reason(error, service) for error in errors]


def _reason(error: object, service: str) -> Reason:
    found: Mapping[str, object] = error if isinstance(error, dict) else {}
    message = found.get("message")
    extensions = found.get("extensions")
    own = dict(extensions) if isinstance(extensions, dict) else {}
    if not isinstance(own.get("code"), str):
        own["code"] = GRAPHQL_ERROR
    own["service"] = service
    text = message if isinstance(message, str) else f"Subgraph '{service}' reported an error."
    return Reason(text, own, _path(found.get("path")))


def _path(value: object) -> SubgraphPath:
    if not isinstance(value, list):
        return ()
    keys: list[str | int] = []
    for segment in value:
        if type(segment) is not int and type(segment) is not str:
            break
        keys.append(segment)
    return tuple(keys)


def place_reasons(
    data: object, reasons: Sequence[Reason], keys: Sequence[str], service: str
) -> JsonObject:
    """The data of an answer with failures in it.

    `keys` are the response keys of the request's root fields. Data that is null or of another
    kind becomes an object whose every key has failed. A reason whose path meets no null has no
    place in the data.
    """
    if not isinstance(data, dict):
        if not reasons:
            text = f"Subgraph '{service}' answered without data."
            reasons = [Reason.of(text, AnswerMalformed.code, service)]
        whole = Failure(tuple(reasons))
        return {key: whole.under(key) for key in keys}
    for reason in reasons:
        _place(data, reason, keys)
    return data


def _place(data: JsonObject, reason: Reason, keys: Sequence[str]) -> bool:
    """Put one reason where its path meets a null; False when there is none."""
    path = reason.rest
    if path and path[0] == ENTITIES and ENTITIES not in data and len(keys) == 1:
        path = (keys[0], *path[1:])  # a subgraph that forgets the alias
    if not path:
        return _place_at_all(data, list(data), reason)
    holder: object = data
    for at, segment in enumerate(path):
        if not _has(holder, segment):
            return False
        if _place_at(holder, segment, reason, path[at + 1 :]):
            return True
        holder = holder[segment]  # type: ignore[index]  # _has has looked
    if isinstance(holder, list):  # the error of a whole list: of its nulls
        return _place_at_all(holder, range(len(holder)), reason)
    return False


def _place_at_all(holder: object, segments: Iterable[str | int], reason: Reason) -> bool:
    placed = [_place_at(holder, segment, reason, ()) for segment in segments]
    return any(placed)


def _has(holder: object, segment: str | int) -> bool:
    if isinstance(holder, dict):
        return segment in holder
    return isinstance(holder, list) and isinstance(segment, int) and 0 <= segment < len(holder)


def _place_at(holder: object, segment: str | int, reason: Reason, rest: SubgraphPath) -> bool:
    assert isinstance(holder, dict | list)
    present = holder[segment]  # type: ignore[index]  # a key of its kind
    placed = Reason(reason.message, reason.extensions, rest)
    if present is None:
        holder[segment] = Failure((placed,))  # type: ignore[index]  # as above
        return True
    if isinstance(present, Failure):
        holder[segment] = Failure((*present.reasons, placed))  # type: ignore[index]  # as above
        return True
    return False
