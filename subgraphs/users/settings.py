"""The environment of the users service's processes."""

from pydantic import Field

from shared.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """Beyond what every service is told: how often signing keys change."""

    signing_key_days: int = Field(default=30, ge=1, le=365)

    @property
    def secure(self) -> bool:
        """Whether people reach the product by https, so cookies must not travel without."""
        return self.public_url.startswith("https://")
