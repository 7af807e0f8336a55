"""The environment decides; what is wrong with it is named."""

import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings


class OrdersSettings(ServiceSettings):
    """A service's own settings."""

    hold_seconds: int = 900


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/orders")


def test_a_service_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLD_SECONDS", "60")
    monkeypatch.setenv("PORT", "8103")
    settings = OrdersSettings()
    assert (settings.hold_seconds, settings.port, settings.host) == (60, 8103, "127.0.0.1")


def test_a_missing_database_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(ValidationError, match="database_url"):
        OrdersSettings()


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLD_SECONDS", "")
    assert OrdersSettings().hold_seconds == 900


def test_a_process_that_needs_the_bus_is_told_when_it_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BUS_URL", raising=False)
    with pytest.raises(ValueError, match="BUS_URL"):
        _ = OrdersSettings().required_bus_url
