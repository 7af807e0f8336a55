"""Identifiers that sort by the time they were made."""

from uuid import UUID, uuid4

import pytest

from shared.ids import parse_id, uuid7, uuid7_at

MOMENT = 1_700_000_000_123


def test_it_has_the_version_and_variant_of_rfc_9562() -> None:
    made = uuid7()
    assert made.version == 7
    assert made.variant == uuid4().variant


def test_its_first_48_bits_are_the_milliseconds() -> None:
    assert uuid7_at(MOMENT, bytes(10)).int >> 80 == MOMENT


def test_the_rest_is_the_randomness_it_was_given() -> None:
    assert uuid7_at(MOMENT, bytes(10)) == uuid7_at(MOMENT, bytes(10))
    assert uuid7_at(MOMENT, b"\xff" * 10) != uuid7_at(MOMENT, bytes(10))
    assert uuid7_at(MOMENT, b"\xff" * 10).version == 7


def test_later_ids_sort_after_earlier_ones() -> None:
    ids = [uuid7_at(MOMENT + n, b"\xff" * 10 if n % 2 else bytes(10)) for n in range(50)]
    assert sorted(ids) == ids


def test_ids_of_one_moment_differ() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_a_clients_id_is_read() -> None:
    made = uuid7()
    assert parse_id(str(made)) == made == UUID(str(made))


@pytest.mark.parametrize("text", ["", "1", "x" * 36, "ü" * 32, "0" * 31, "'; DROP TABLE"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert parse_id(text) is None
