"""The environment of the users service's processes."""

from pydantic import Field

from shared.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """Beyond what every service is told: how often signing keys change, who sends mail."""

    signing_key_days: int = Field(default=30, ge=1, le=365)
    smtp_url: str | None = Field(default=None, pattern=r"^smtps?://.+", repr=False)
    mail_from: str = "tickets@localhost"

    @property
    def secure(self) -> bool:
        """Whether people reach the product by https, so cookies must not travel without."""
        return self.public_url.startswith("https://")

    @property
    def shows_mailbox(self) -> bool:
        """Whether mails are shown at `/mailbox` in place of being sent, as in development."""
        return self.smtp_url is None and not self.secure
