"""What resolvers of payments get besides the common context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from shared.graphql import Context
from subgraphs.payments.desk import Desk


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a browser needs to pay; `element_url` is the sandbox's page, None with Stripe."""

    publishable_key: str
    element_url: str | None


@dataclass
class PaymentsContext(Context):
    """The common context, the desk that calls the provider, and what browsers need."""

    desk: Desk
    checkout: Checkout


Info: TypeAlias = strawberry.Info[PaymentsContext, None]
