"""Amounts in minor units: no floats, no negatives, no mixing of currencies."""

import pytest

from shared.money import (
    MAX_AMOUNT_MINOR,
    AmountOutOfRange,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
)


@pytest.mark.parametrize("amount", [-1, MAX_AMOUNT_MINOR + 1, 2**63])
def test_an_amount_out_of_range_is_refused(amount: int) -> None:
    with pytest.raises(AmountOutOfRange):
        Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "€"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrency, match=repr(currency)):
        Money(1, currency)


def test_free_is_an_amount() -> None:
    assert Money(0, "EUR").times(3) == Money(0, "EUR")


def test_a_price_times_a_quantity() -> None:
    assert Money(1250, "EUR").times(4) == Money(5000, "EUR")
    with pytest.raises(AmountOutOfRange):
        Money(MAX_AMOUNT_MINOR, "EUR").times(2)


def test_sums_and_differences() -> None:
    assert Money(5, "EUR").plus(Money(7, "EUR")) == Money(12, "EUR")
    assert Money(7, "EUR").minus(Money(5, "EUR")) == Money(2, "EUR")
    with pytest.raises(AmountOutOfRange):
        Money(5, "EUR").minus(Money(7, "EUR"))


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(5, "EUR").plus(Money(7, "USD"))


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1250, "EUR"), "12.50 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(1250, "JPY"), "1250 JPY"),
        (Money(1250, "KWD"), "1.250 KWD"),
    ],
)
def test_it_reads_as_its_currency_is_written(money: Money, text: str) -> None:
    assert str(money) == text
