"""One running product per broker, shared by the tests that only use it."""

from collections.abc import Iterator

import pytest

from tests.testkit import product as testkit_product
from tests.testkit.product import Product


@pytest.fixture(scope="session", params=["postgres", "rabbitmq"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The product on each broker in turn, with its data in a folder of its own."""
    home = tmp_path_factory.mktemp(request.param) / "home"
    with testkit_product.running(home, BROKER=request.param) as running:
        yield running
