"""The environment of the tickets service's processes."""

from shared.settings import ServiceSettings


class TicketsSettings(ServiceSettings):
    """What every service is told; tickets needs no more."""
