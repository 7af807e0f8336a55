"""Test cards: what each payment method does, by Stripe's own test names where it has them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """One payment method's behaviour; `decline` is (code, decline code, message)."""

    id: str
    label: str
    number: str
    decline: tuple[str, str | None, str] | None = None
    needs_authentication: bool = False
    capture_fails: bool = False
    refund_fails: bool = False
    brand: str = "visa"

    @property
    def last4(self) -> str:
        """The number's last four digits."""
        return self.number[-4:]


_DECLINED = ("card_declined", "generic_decline", "Your card was declined.")
_FUNDS = ("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = ("expired_card", None, "Your card has expired.")
_CVC = ("incorrect_cvc", None, "Your card's security code is incorrect.")

SHOWN = (
    Card("pm_card_visa", "pays", "4242424242424242"),
    Card("pm_card_visa_chargeDeclined", "is declined", "4000000000000002", _DECLINED),
    Card(
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "has too little money",
        "4000000000009995",
        _FUNDS,
    ),
    Card(
        "pm_card_threeDSecure2Required",
        "asks for 3-D Secure",
        "4000000000003220",
        needs_authentication=True,
    ),
    Card("pm_card_captureFails", "pays, but capture fails", "4000000000005267", capture_fails=True),
    Card("pm_card_refundFail", "pays, but refunds fail", "4000000000005126", refund_fails=True),
)
_OTHERS = (
    Card("pm_card_mastercard", "pays", "5555555555554444", brand="mastercard"),
    Card("pm_card_amex", "pays", "378282246310005", brand="amex"),
    Card("pm_card_chargeDeclined", "is declined", "4000000000000002", _DECLINED),
    Card("pm_card_chargeDeclinedInsufficientFunds", "has too little", "4000000000009995", _FUNDS),
    Card("pm_card_chargeDeclinedExpiredCard", "has expired", "4000000000000069", _EXPIRED),
    Card("pm_card_chargeDeclinedIncorrectCvc", "has a wrong code", "4000000000000127", _CVC),
    Card(
        "pm_card_authenticationRequired",
        "asks for 3-D Secure",
        "4000002760003184",
        needs_authentication=True,
    ),
    Card(
        "pm_card_threeDSecureRequiredChargeDeclined",
        "asks for 3-D Secure, then is declined",
        "4000008400001629",
        _DECLINED,
        needs_authentication=True,
    ),
)
CARDS = {card.id: card for card in (*SHOWN, *_OTHERS)}
