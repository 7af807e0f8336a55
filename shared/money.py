"""An amount and a currency in, a validated `Money` out: integer minor units, ISO 4217."""

from dataclasses import dataclass

MAX_AMOUNT_MINOR = 99_999_999_999
"""What a payment provider takes as one charge, with room to spare; far below 64 bits."""

_TWO_DIGITS = (
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MXN MYR NOK NZD PHP"
    " PLN RON SAR SEK SGD THB TRY TWD UAH USD ZAR"
)

MINOR_DIGITS = {
    **dict.fromkeys(_TWO_DIGITS.split(), 2),
    **dict.fromkeys(("CLP", "JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "TND"), 3),
}
"""The currencies that are accepted, with the digits of their minor unit."""


class MoneyError(ValueError):
    """The root of what can be wrong with an amount of money."""

    code = "INVALID_MONEY"


class UnknownCurrency(MoneyError):
    """The currency is not an accepted ISO 4217 code (upper case)."""

    code = "UNKNOWN_CURRENCY"

    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency!r} is not a currency that is accepted here")


class AmountOutOfRange(MoneyError):
    """The amount is negative, or more than can be charged at once."""

    code = "AMOUNT_OUT_OF_RANGE"

    def __init__(self, amount_minor: int) -> None:
        super().__init__(f"amount {amount_minor} is not between 0 and {MAX_AMOUNT_MINOR}")


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum."""

    code = "CURRENCY_MISMATCH"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"cannot combine {left} with {right}")


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` of `currency`: 1250 EUR is 12.50 €. Never negative.

    Raises UnknownCurrency or AmountOutOfRange when it is made of anything else.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            raise UnknownCurrency(self.currency)
        if not 0 <= self.amount_minor <= MAX_AMOUNT_MINOR:
            raise AmountOutOfRange(self.amount_minor)

    def times(self, quantity: int) -> "Money":
        """The price of `quantity` pieces. Raises AmountOutOfRange."""
        return Money(self.amount_minor * quantity, self.currency)

    def plus(self, other: "Money") -> "Money":
        """The sum. Raises CurrencyMismatch, AmountOutOfRange."""
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def minus(self, other: "Money") -> "Money":
        """The difference. Raises CurrencyMismatch, and AmountOutOfRange below zero."""
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __str__(self) -> str:
        digits = MINOR_DIGITS[self.currency]
        if not digits:
            return f"{self.amount_minor} {self.currency}"
        whole, fraction = divmod(self.amount_minor, 10**digits)
        return f"{whole}.{fraction:0{digits}d} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
