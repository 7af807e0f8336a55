"""The environment of the users service's processes."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.settings import ServiceSettings


class OpenIdProvider(BaseModel):
    """A provider at which people may sign in; `id` is ours and stays, `name` is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern="^[a-z0-9-]{1,40}$")
    name: str
    issuer: str = Field(pattern="^https?://")
    client_id: str
    client_secret: SecretStr
    scope: str = "openid email profile"


class UsersSettings(ServiceSettings):
    """Beyond what every service is told: signing keys, mail, sign-in elsewhere.

    OPENID_PROVIDERS is a JSON list of OpenIdProvider.
    """

    signing_key_days: int = Field(default=30, ge=1, le=365)
    smtp_url: str | None = Field(default=None, pattern=r"^smtps?://.+", repr=False)
    mail_from: str = "tickets@localhost"
    openid_providers: tuple[OpenIdProvider, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether people reach the product by https, so cookies must not travel without."""
        return self.public_url.startswith("https://")

    @property
    def shows_mailbox(self) -> bool:
        """Whether mails are shown at `/mailbox` in place of being sent, as in development."""
        return self.smtp_url is None and not self.secure
