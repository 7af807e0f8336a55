"""The demo: two accounts and a handful of tickets for an empty catalogue."""

from dataclasses import dataclass

DEMO_PASSWORD = "demo-password"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that the start makes; its password is no secret."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """A listing `days` ahead at `hour` (in UTC); the price is in minor units."""

    key: str
    title: str
    description: str
    venue: str
    time_zone: str
    days: int
    hour: int
    price_minor: int
    currency: str
    quantity: int


SELLER = DemoAccount("Demo seller", "seller@example.com")
BUYER = DemoAccount("Demo buyer", "buyer@example.com")

TICKETS = (
    DemoTicket(
        "symphony",
        "Mahler: Symphony No. 2",
        "Stalls, row 8. Doors open an hour before; no late entry.",
        "Konzerthaus, Great Hall",
        "Europe/Vienna",
        21,
        18,
        6800,
        "EUR",
        4,
    ),
    DemoTicket(
        "derby",
        "City derby, north stand",
        "Standing, behind the goal. Bring a scarf.",
        "Riverside Ground",
        "Europe/London",
        9,
        14,
        4200,
        "GBP",
        2,
    ),
    DemoTicket(
        "jazz",
        "Late jazz quartet",
        "Two sets with an interval. Tables are shared.",
        "The Blue Cellar",
        "Europe/Berlin",
        3,
        20,
        1900,
        "EUR",
        12,
    ),
    DemoTicket(
        "opera",
        "The Magic Flute",
        "One seat with a clear view, first balcony.",
        "State Opera",
        "Europe/Berlin",
        34,
        17,
        9450,
        "EUR",
        1,
    ),
    DemoTicket(
        "comedy",
        "Open-mike comedy night",
        "Ten acts, seven minutes each.",
        "Corner Stage",
        "America/New_York",
        5,
        23,
        1500,
        "USD",
        30,
    ),
    DemoTicket(
        "planetarium",
        "Night sky in the dome",
        "Reclining seats, forty-five minutes, for everybody over six.",
        "City Planetarium",
        "Europe/Zurich",
        12,
        18,
        2400,
        "CHF",
        8,
    ),
    DemoTicket(
        "marathon",
        "Half marathon, starting place",
        "Includes the number, the chip and a warm soup.",
        "Lakeside Park",
        "Europe/Zurich",
        48,
        7,
        5500,
        "CHF",
        3,
    ),
    DemoTicket(
        "readings",
        "Poetry at the old print shop",
        "Free entry, but the chairs are few.",
        "The Old Print Shop",
        "Europe/Dublin",
        6,
        19,
        0,
        "EUR",
        20,
    ),
)
