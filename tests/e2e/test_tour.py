"""The tour against the whole product, as a newcomer runs it, on both brokers."""

import subprocess
import sys

from tests.testkit.product import CHECKOUT, Product


def tour(product: Product, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.e2e.tour", "--url", product.url, *flags],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_story_holds_and_is_told_step_by_step(product: Product) -> None:
    told = tour(product, "--hold-seconds", "3")
    assert told.returncode == 0, told.stdout + told.stderr
    for operation in ("SignUp", "CreateTicket", "PlaceOrder", "StartPayment", "orderUpdated"):
        assert operation in told.stdout
    assert "SoldOut" in told.stdout
    assert "EXPIRED" in told.stdout
    assert "COMPLETED" in told.stdout


def test_a_tour_without_a_product_says_how_to_start_one() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.e2e.tour", "--url", "http://127.0.0.1:9"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert "make run" in told.stderr
