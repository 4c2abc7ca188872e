"""What every test may use. Fixtures live beside what they start: store, SQL, API."""

from __future__ import annotations

from inspect import iscoroutinefunction

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
    no_loop_beside_a_browser(items)


def no_loop_beside_a_browser(items: list[pytest.Item]) -> None:
    """A browser's loop runs in the thread until the last test of its module: one that needs a loop of its own fails, or not, by the
    order of the day."""
    functions = [item for item in items if isinstance(item, pytest.Function)]
    seen = {item.path for item in functions if "chromium" in item.fixturenames}
    mixed = [item.nodeid for item in functions if item.path in seen and iscoroutinefunction(item.function)]
    if mixed:
        raise pytest.UsageError(f"an async test in a module with a browser: {', '.join(mixed)}")
