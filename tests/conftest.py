"""The fixtures that every test may ask for, and which tests share a worker."""

import pytest

pytest_plugins = ["tests.testkit.fixtures"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, and so do all that use the shared running product."""
    for item in items:
        shares_product = "product" in getattr(item, "fixturenames", ()) and "e2e" in item.path.parts
        group = "product" if shares_product else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
