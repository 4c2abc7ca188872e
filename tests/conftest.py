"""What every test may use. Fixtures live beside what they start: store, SQL, API."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Tests have no time limits: what is slow on a busy machine is not wrong.
settings.register_profile("bellhop", deadline=None)
settings.load_profile("bellhop")

pytest_plugins = [
    "tests.fixtures_store",
    "tests.fixtures_sql",
    "tests.fixtures_product",
    "tests.fixtures_api",
    "tests.fixtures_browser",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys take half a minute each: begun last, they would leave one of two workers idle at the end."""
    items.sort(key=lambda item: "journeys" not in item.nodeid)
