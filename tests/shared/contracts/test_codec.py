"""Snapshots survive the wire, older and newer versions of them too."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest

from shared.contracts.codec import ContractError, Snapshot, decode_time, encode_value
from shared.contracts.orders import OrderSnapshot, OrderStatus
from shared.contracts.payments import PaymentSnapshot, PaymentStatus, RefundSnapshot, RefundStatus
from shared.contracts.tickets import TicketSnapshot, TicketStatus
from shared.ids import uuid7
from shared.money import Money

NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)


class Colour(StrEnum):
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Part(Snapshot):
    part_name: str


@dataclass(frozen=True, slots=True)
class Whole(Snapshot):
    id: UUID
    made_at: datetime
    colour: Colour
    parts: tuple[Part, ...]
    price: Money
    is_good: bool
    note: str | None = None


WHOLE = Whole(uuid7(), NOON, Colour.RED, (Part("a"), Part("b")), Money(5, "EUR"), True)


def test_the_data_is_json_with_camel_case_names() -> None:
    assert WHOLE.to_data() == {
        "id": str(WHOLE.id),
        "madeAt": "2026-05-01T12:00:00.123456Z",
        "colour": "RED",
        "parts": [{"partName": "a"}, {"partName": "b"}],
        "price": {"amountMinor": 5, "currency": "EUR"},
        "isGood": True,
        "note": None,
    }


def test_reading_gives_back_an_equal_value() -> None:
    assert Whole.from_data(WHOLE.to_data()) == WHOLE


def test_a_newer_versions_extra_fields_are_ignored() -> None:
    assert Whole.from_data({**WHOLE.to_data(), "addedLater": {"x": 1}}) == WHOLE


def test_an_older_versions_missing_field_takes_its_default() -> None:
    data = {name: value for name, value in WHOLE.to_data().items() if name != "note"}
    assert Whole.from_data(data) == WHOLE


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": "x"}, "Whole"),
        ({"id": None}, "Whole.id"),
        ({"madeAt": "2026-05-01T12:00:00"}, "no time zone"),
        ({"madeAt": "yesterday"}, "yesterday"),
        ({"colour": "BLUE"}, "BLUE"),
        ({"parts": [{"partName": 1}]}, r"Whole.parts\[0\].partName"),
        ({"parts": "ab"}, "Whole.parts"),
        ({"price": {"amountMinor": 1.5, "currency": "EUR"}}, "Whole.price.amountMinor"),
        ({"price": {"amountMinor": True, "currency": "EUR"}}, "Whole.price.amountMinor"),
        ({"price": {"amountMinor": -5, "currency": "EUR"}}, "-5"),
        ({"price": {"currency": "EUR"}}, "Whole.price.amountMinor is missing"),
        ({"isGood": "yes"}, "Whole.isGood"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(
    change: dict[str, object], place: str
) -> None:
    with pytest.raises(ContractError, match=place):
        Whole.from_data({**WHOLE.to_data(), **change})  # type: ignore[dict-item]  # wrong by design


def test_a_naive_time_is_not_written() -> None:
    with pytest.raises(ContractError):
        encode_value(NOON.replace(tzinfo=None))


def test_times_are_read_as_utc() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    assert decode_time(elsewhere.isoformat()) == NOON
    assert decode_time(elsewhere.isoformat()).tzinfo is UTC


PAYMENT = PaymentSnapshot(
    id=uuid7(),
    version=3,
    order_id=uuid7(),
    buyer_id=uuid7(),
    status=PaymentStatus.CAPTURED,
    amount=Money(5000, "EUR"),
    captured_amount=Money(5000, "EUR"),
    refunded_amount=Money(0, "EUR"),
    created_at=NOON,
    updated_at=NOON,
)
SNAPSHOTS: list[Snapshot] = [
    TicketSnapshot(
        id=uuid7(),
        version=1,
        seller_id=uuid7(),
        title="Ü",
        venue="V",
        starts_at=NOON,
        time_zone="Europe/Berlin",
        price=Money(0, "EUR"),
        quantity=2,
        status=TicketStatus.ON_SALE,
        created_at=NOON,
        updated_at=NOON,
    ),
    OrderSnapshot(
        id=uuid7(),
        number="A-1",
        version=2,
        status=OrderStatus.RESERVED,
        buyer_id=uuid7(),
        seller_id=uuid7(),
        ticket_id=uuid7(),
        ticket_version=1,
        quantity=2,
        unit_price=Money(2500, "EUR"),
        total=Money(5000, "EUR"),
        created_at=NOON,
        updated_at=NOON,
        expires_at=NOON,
        refused_payment_id=uuid7(),
    ),
    PAYMENT,
    RefundSnapshot(
        id=uuid7(),
        version=1,
        payment_id=PAYMENT.id,
        order_id=PAYMENT.order_id,
        amount=Money(1, "EUR"),
        status=RefundStatus.SUCCEEDED,
        payment=PAYMENT,
        created_at=NOON,
    ),
]


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda snapshot: type(snapshot).__name__)
def test_every_snapshot_survives_the_wire(snapshot: Snapshot) -> None:
    assert type(snapshot).from_data(snapshot.to_data()) == snapshot
