"""Content negotiation."""

import pytest

from gateway.server.media import SINGLE, STREAMS, Media, choose

BOTH = (*SINGLE, *STREAMS)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, Media.JSON),
        (b"", Media.JSON),
        (b"*/*", Media.JSON),
        (b"application/*", Media.JSON),
        (b"application/json", Media.JSON),
        (b"application/graphql-response+json", Media.GRAPHQL_RESPONSE),
        (b"application/json, application/graphql-response+json", Media.JSON),
        (b"application/json;q=0.5, application/graphql-response+json", Media.GRAPHQL_RESPONSE),
        (b"application/graphql-response+json;q=0.1,application/json;q=0.9", Media.JSON),
        (b"application/graphql-response+json; charset=utf-8, */*;q=0.1", Media.GRAPHQL_RESPONSE),
        (b"application/json;q=0, */*", Media.GRAPHQL_RESPONSE),
        (b"multipart/mixed;deferSpec=20220824, application/json", Media.JSON),
        (b"text/event-stream", Media.EVENT_STREAM),
        (
            b'multipart/mixed; subscriptionSpec="1.0", application/json;q=0.9',
            Media.MULTIPART_SUBSCRIPTION,
        ),
        (b"multipart/mixed;subscriptionSpec=1.0", Media.MULTIPART_SUBSCRIPTION),
        (b"text/html, image/png", None),
        (b"application/json;q=0", None),
        (b"application/json;q=nonsense", None),
        (b";;;,,", None),
    ],
)
def test_the_best_type_for_both_sides_is_chosen(accept: bytes | None, expected: Media) -> None:
    assert choose(accept, BOTH) is expected


def test_a_browser_gets_json_although_it_asks_for_html() -> None:
    accept = b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    assert choose(accept, SINGLE) is Media.JSON


def test_a_subscription_is_streamed_the_way_the_client_lists_first() -> None:
    accept = b'multipart/mixed;subscriptionSpec="1.0", text/event-stream'
    assert choose(accept, STREAMS) is Media.MULTIPART_SUBSCRIPTION
