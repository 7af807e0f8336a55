"""The environment in, one frozen settings object out; every process extends `ServiceSettings`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every web and worker process of a service is told by its environment.

    A missing or malformed variable ends the process with its name (pydantic's message).
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: str
    database_pool_size: int = Field(default=10, ge=1, le=200)
    jwks_url: str = "http://127.0.0.1:8101/.well-known/jwks.json"
    jwt_issuer: str = "foyer-users"
    jwt_audience: str = "foyer-subgraphs"
    public_url: str = "http://127.0.0.1:8000"
    bus_url: str | None = None
    log_format: str = Field(default="text", pattern="^(text|json)$")
    log_level: str = "INFO"

    @property
    def required_bus_url(self) -> str:
        """BUS_URL, for processes that cannot do without. Raises ValueError when it is unset."""
        if self.bus_url is None:
            raise ValueError("BUS_URL is not set")
        return self.bus_url
