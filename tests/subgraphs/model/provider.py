"""An in-memory payment provider: the second implementation of `PaymentGateway`.

It keeps its word on idempotency keys, and fails when told: before a call took effect, or after.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from uuid import UUID

from shared.money import Money
from subgraphs.payments.gateway import (
    Decline,
    GatewayRefused,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    NewIntent,
    ObjectMissing,
    Transfer,
    TransferStatus,
)

S = IntentStatus
CONFIRMABLE = frozenset({S.REQUIRES_PAYMENT_METHOD, S.REQUIRES_CONFIRMATION})


class Fault(StrEnum):
    """How the next call goes wrong."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"


class Card(StrEnum):
    """What a card does."""

    PAYS = "PAYS"
    DECLINED = "DECLINED"
    ASKS = "ASKS"
    CAPTURE_FAILS = "CAPTURE_FAILS"
    REFUND_FAILS = "REFUND_FAILS"


@dataclass
class Provider:
    """All intents and refunds; `faults` are taken by the next calls, one each."""

    intents: dict[str, Intent] = field(default_factory=dict)
    refunds: dict[str, Transfer] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _answers: dict[str, Intent | Transfer | GatewayRefused] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    async def create_intent(self, new: NewIntent, key: str) -> Intent:
        return self._intent(self._once(key, lambda: self._create(new)))

    async def retrieve_intent(self, intent_id: str) -> Intent:
        self._fail(Fault.BEFORE)
        return self._found(intent_id)

    async def capture_intent(self, intent_id: str, key: str) -> Intent:
        return self._intent(self._once(key, lambda: self._capture(intent_id)))

    async def cancel_intent(self, intent_id: str, key: str) -> Intent:
        return self._intent(self._once(key, lambda: self._cancel(intent_id)))

    async def refund(self, intent_id: str, refund_id: UUID, amount: Money, key: str) -> Transfer:
        answer = self._once(key, lambda: self._refund(intent_id, refund_id, amount))
        assert isinstance(answer, Transfer)
        return answer

    async def retrieve_refund(self, provider_id: str) -> Transfer:
        self._fail(Fault.BEFORE)
        return self.refunds[provider_id]

    async def intents_since(self, since: datetime) -> AsyncIterator[Intent]:
        for intent in list(self.intents.values()):
            yield intent

    async def refunds_of(self, intent_id: str) -> AsyncIterator[Transfer]:
        for transfer in list(self.refunds.values()):
            if transfer.intent_id == intent_id:
                yield transfer

    def confirm(self, intent_id: str, card: Card) -> None:
        """The buyer submits a card; nothing happens when it is too late for that."""
        intent = self.intents[intent_id]
        if intent.status not in CONFIRMABLE:
            return
        self.cards[intent_id] = card
        if card is Card.DECLINED:
            decline = Decline("card_declined", "declined", f"ch_{next(self._numbers)}")
            self.intents[intent_id] = replace(intent, decline=decline)
        else:
            status = S.REQUIRES_ACTION if card is Card.ASKS else S.REQUIRES_CAPTURE
            self.intents[intent_id] = replace(intent, status=status, decline=None)

    def authenticate(self, intent_id: str, succeeds: bool) -> None:
        """The buyer answers the bank."""
        intent = self.intents[intent_id]
        if intent.status is not S.REQUIRES_ACTION:
            return
        if succeeds:
            self.intents[intent_id] = replace(intent, status=S.REQUIRES_CAPTURE)
        else:
            decline = Decline("authentication", "not authenticated", f"no_{next(self._numbers)}")
            self.intents[intent_id] = replace(
                intent, status=S.REQUIRES_PAYMENT_METHOD, decline=decline
            )

    def kept_minor(self, intent_id: str) -> int:
        """What the house has of an intent's money."""
        returned = sum(
            each.amount_minor
            for each in self.refunds.values()
            if each.intent_id == intent_id and each.status is TransferStatus.SUCCEEDED
        )
        return self.intents[intent_id].received_minor - returned

    def _once(self, key: str, act: Callable[[], Intent | Transfer]) -> Intent | Transfer:
        self._fail(Fault.BEFORE)
        if key not in self._answers:
            try:
                self._answers[key] = act()
            except GatewayRefused as refusal:
                self._answers[key] = refusal
        self._fail(Fault.AFTER)
        answer = self._answers[key]
        if isinstance(answer, GatewayRefused):
            raise answer
        return answer

    def _fail(self, kind: Fault) -> None:
        if self.faults and self.faults[0] is kind:
            self.faults.pop(0)
            raise GatewayUnavailable(f"injected {kind} the call")

    def _intent(self, answer: Intent | Transfer) -> Intent:
        assert isinstance(answer, Intent)
        return answer

    def _found(self, intent_id: str) -> Intent:
        if intent_id not in self.intents:
            raise ObjectMissing("resource_missing", intent_id)
        return self.intents[intent_id]

    def _create(self, new: NewIntent) -> Intent:
        intent_id = f"pi_{next(self._numbers)}"
        intent = Intent(
            id=intent_id,
            status=S.REQUIRES_PAYMENT_METHOD,
            client_secret=f"{intent_id}_secret",
            amount_minor=new.amount.amount_minor,
            received_minor=0,
            currency=new.amount.currency,
            payment_id=new.payment_id,
            decline=None,
            created_at=datetime.now(UTC),
        )
        self.intents[intent_id] = intent
        return intent

    def _capture(self, intent_id: str) -> Intent:
        intent = self._found(intent_id)
        if intent.status is not S.REQUIRES_CAPTURE:
            raise GatewayRefused("payment_intent_unexpected_state", intent.status)
        if self.cards[intent_id] is Card.CAPTURE_FAILS:
            raise GatewayRefused("capture_failed", "the bank says no")
        captured = replace(intent, status=S.SUCCEEDED, received_minor=intent.amount_minor)
        self.intents[intent_id] = captured
        return captured

    def _cancel(self, intent_id: str) -> Intent:
        intent = self._found(intent_id)
        if intent.status in (S.SUCCEEDED, S.CANCELED):
            raise GatewayRefused("payment_intent_unexpected_state", intent.status)
        canceled = replace(intent, status=S.CANCELED)
        self.intents[intent_id] = canceled
        return canceled

    def _refund(self, intent_id: str, refund_id: UUID, amount: Money) -> Transfer:
        intent = self._found(intent_id)
        if intent.status is not S.SUCCEEDED or amount.amount_minor > self.kept_minor(intent_id):
            raise GatewayRefused("charge_not_refundable", intent_id)
        if self.cards[intent_id] is Card.REFUND_FAILS:
            raise GatewayRefused("refund_failed", "the bank says no")
        transfer = Transfer(
            id=f"re_{next(self._numbers)}",
            status=TransferStatus.SUCCEEDED,
            amount_minor=amount.amount_minor,
            intent_id=intent_id,
            refund_id=refund_id,
            failure_reason=None,
        )
        self.refunds[transfer.id] = transfer
        return transfer
