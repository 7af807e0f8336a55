"""What the processes of orders are told by their environment."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings
from subgraphs.orders.models import HoldRules


class OrdersSettings(ServiceSettings):
    """`ServiceSettings`, and how long and how much a buyer may hold."""

    hold_seconds: int = Field(default=900, ge=1, le=86_400)
    limit_per_buyer: int = Field(default=10, ge=1, le=1_000)

    @property
    def hold_rules(self) -> HoldRules:
        """The house's rules of holding."""
        return HoldRules(hold_seconds=self.hold_seconds, limit_per_buyer=self.limit_per_buyer)
