"""The process table: who is told what, and what of the person's environment is kept from them."""

from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.layout import Layout
from deploy.local.processes import DATABASES, PORTS, SERVICES, World
from deploy.local.settings import Broker, LocalSettings, StripeKeys

SANDBOX_KEYS = StripeKeys("sk_test_sandbox", "pk_test_sandbox", "whsec_sandbox")
OWN_KEYS = StripeKeys("sk_test_own", "pk_test_own", "whsec_own")


def a_world(stripe: StripeKeys | None = None) -> World:
    layout = Layout(Path("/home-of-test"), Path("/cache"))
    return World(
        LocalSettings(8000, Broker.POSTGRES, layout, stripe),
        {name: 9000 + place for place, name in enumerate(PORTS)},
        {name: f"postgresql://{name}" for name in DATABASES},
        "postgresql://bus",
        stripe or SANDBOX_KEYS,
    )


def test_each_service_has_a_web_and_a_worker_on_ports_of_their_own() -> None:
    specs = {spec.name: spec for spec in processes.services(a_world())}
    assert set(specs) == {*SERVICES, *(f"{service}-worker" for service in SERVICES)}
    assert len({spec.command.environment["PORT"] for spec in specs.values()}) == len(specs)


def test_a_service_knows_its_own_database_alone() -> None:
    for spec in processes.services(a_world()):
        service = spec.name.removesuffix("-worker")
        assert spec.command.environment["DATABASE_URL"] == f"postgresql://{service}"
        others = {f"postgresql://{name}" for name in SERVICES if name != service}
        assert not others & set(spec.command.environment.values())


def test_stripes_keys_are_told_to_payments_and_the_sandbox_alone() -> None:
    world = a_world()
    specs = [*processes.services(world), processes.gateway(world), processes.sandbox(world)]
    knowing = {
        spec.name for spec in specs if world.stripe.secret_key in spec.command.environment.values()
    }
    assert knowing == {"payments", "payments-worker", "sandbox"}


def test_with_stripes_own_keys_nothing_points_at_the_sandbox() -> None:
    specs = {spec.name: spec for spec in processes.services(a_world(OWN_KEYS))}
    environment = specs["payments"].command.environment
    assert environment["STRIPE_SECRET_KEY"] == "sk_test_own"
    assert not {"STRIPE_API_BASE", "PAYMENT_ELEMENT_URL"} & set(environment)


def test_what_would_lead_a_child_astray_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("GATEWAY_INTROSPECTION", "false")
    monkeypatch.setenv("HOLD_SECONDS", "20")
    environment = processes.gateway(a_world()).command.environment
    assert not {"HOST", "GATEWAY_INTROSPECTION"} & set(environment)
    assert environment["HOLD_SECONDS"] == "20"
    assert environment["FOYER_HOME"] == "/home-of-test"


def test_the_gateway_is_told_every_services_address() -> None:
    world = a_world()
    environment = processes.gateway(world).command.environment
    for service in SERVICES:
        assert environment[f"{service.upper()}_URL"] == world.url(service, "/graphql")
