"""What the processes of payments are told by their environment."""

from __future__ import annotations

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings
from subgraphs.payments.stripe_gateway import StripeAccount


class PaymentsSettings(ServiceSettings):
    """`ServiceSettings`, and the account at the payment provider.

    `stripe_api_base` names the sandbox; without it Stripe itself is called. The web process
    needs the publishable key and the webhook secret, the worker needs neither.
    """

    stripe_secret_key: SecretStr
    stripe_api_base: str | None = None
    stripe_publishable_key: str = ""
    stripe_webhook_secret: SecretStr = SecretStr("")
    payment_element_url: str | None = None
    reconcile_hours: int = Field(default=24, ge=1, le=24 * 30)

    @property
    def account(self) -> StripeAccount:
        """Which account at which address."""
        return StripeAccount(self.stripe_secret_key.get_secret_value(), self.stripe_api_base)
