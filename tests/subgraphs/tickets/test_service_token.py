"""Who may ask at all: only bearers of a token signed for the subgraphs."""

import time
from uuid import uuid4

import pytest

from tests.subgraphs.kit import GraphQLClient, Signer

QUERY = "{ tickets { totalCount } }"


async def test_a_valid_token_for_nobody_is_enough_to_browse(
    service: GraphQLClient, signer: Signer
) -> None:
    answer = await service.send(QUERY, signer.token())
    assert answer.data == {"tickets": {"totalCount": 0}}


async def test_without_a_token_nothing_is_answered(service: GraphQLClient) -> None:
    answer = await service.send(QUERY, None)
    assert (answer.status, answer.error_codes) == (401, ["UNAUTHENTICATED_SERVICE_CALL"])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": None},
        {"iss": "somebody-else"},
        {"iss": None},
        {"exp": int(time.time()) - 10},
        {"exp": None},
        {"sub": "no-uuid"},
    ],
)
async def test_a_token_for_others_or_expired_is_refused(
    service: GraphQLClient, signer: Signer, claims: dict[str, str | int | None]
) -> None:
    answer = await service.send(QUERY, signer.token(uuid4(), **claims))
    assert (answer.status, answer.error_codes) == (401, ["UNAUTHENTICATED_SERVICE_CALL"])


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_malformed_token_is_refused(service: GraphQLClient, token: str) -> None:
    assert (await service.send(QUERY, token)).status == 401


async def test_a_token_of_another_signer_is_refused(service: GraphQLClient) -> None:
    assert (await service.send(QUERY, Signer().token(uuid4()))).status == 401
