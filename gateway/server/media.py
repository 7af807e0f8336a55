"""An Accept header in; the response media types that the client takes, best first, out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Media(StrEnum):
    """What a response may be; in our order of preference, for clients that have none."""

    JSON = "application/json"
    GRAPHQL_RESPONSE = "application/graphql-response+json"
    EVENT_STREAM = "text/event-stream"
    MULTIPART_SUBSCRIPTION = 'multipart/mixed;subscriptionSpec="1.0"'


SINGLE = (Media.JSON, Media.GRAPHQL_RESPONSE)
"""For one answer."""
STREAMS = (Media.EVENT_STREAM, Media.MULTIPART_SUBSCRIPTION)

_ITEM = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;\s"]*)')


@dataclass(frozen=True, slots=True)
class _Range:
    """One item of an Accept header."""

    type: str
    quality: float
    subscription_spec: str | None


@lru_cache(maxsize=256)
def acceptable(accept: bytes | None) -> tuple[Media, ...]:
    """The media types that `accept` lets through, best first; no header accepts everything.

    A type is as good as its most specific range says (RFC 9110, 12.5.1); equals stand in the
    client's order, then in ours. Parameters other than `q` and `subscriptionSpec` are ignored.
    """
    if accept is None or not accept.strip():
        return (*SINGLE, *STREAMS)
    ranges = [_range(item) for item in _ITEM.findall(accept.decode("latin-1"))]
    ranked: list[tuple[float, int, int, Media]] = []
    for order, media in enumerate(Media):
        best = _most_specific(media, ranges)
        if best is not None and ranges[best].quality > 0:
            ranked.append((-ranges[best].quality, best, order, media))
    return tuple(media for *_, media in sorted(ranked))


def choose(accept: bytes | None, offered: Sequence[Media]) -> Media | None:
    """The best of `offered` that the client takes; None is a 406."""
    return next((media for media in acceptable(accept) if media in offered), None)


def _range(item: str) -> _Range:
    name, _, rest = item.partition(";")
    quality, spec = 1.0, None
    for key, value in _PARAMETER.findall(";" + rest):
        if key.lower() == "q":
            quality = _quality(value)
        elif key.lower() == "subscriptionspec":
            spec = value.strip('"')
    return _Range(name.strip().lower(), quality, spec)


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _most_specific(media: Media, ranges: Sequence[_Range]) -> int | None:
    """Index of the range that speaks for `media`."""
    name = media.partition(";")[0]
    family = name.partition("/")[0] + "/*"
    found: tuple[int, int] | None = None
    for index, candidate in enumerate(ranges):
        if candidate.type == name:
            if media is Media.MULTIPART_SUBSCRIPTION and candidate.subscription_spec is None:
                continue  # plain multipart/mixed speaks of incremental delivery
            specificity = 2
        else:
            specificity = {family: 1, "*/*": 0}.get(candidate.type, -1)
        if specificity >= 0 and (found is None or specificity > found[0]):
            found = (specificity, index)
    return None if found is None else found[1]
