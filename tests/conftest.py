"""What every test may use. Fixtures live beside what they start: store, SQL, API."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures_store", "tests.fixtures_sql", "tests.fixtures_product", "tests.fixtures_api"]
