"""How long each report takes over 100,000 conversations.

    python -m bench.reports [--conversations 100000] [--url mysql+pymysql://root@127.0.0.1:3306/empty]

The database of --url has to be empty; without it a SQLite file is made and forgotten. Prints the quickest and the slowest of five.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from models.database import open_engine, upgrade
from stream.reports import NAMES, Reports, Span
from tests.test_reports import DAY_MS, filled

FIRST = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
APART_MS = 25_000
TRIES = 5


def rows(n: int) -> list[dict[str, object]]:
    """A third of all come to one of twenty agents."""
    made: list[dict[str, object]] = []
    for k in range(n):
        began, asked = FIRST + k * APART_MS, k % 3 == 0
        person = {"asked": began, "answered": began + k % 900 * 100, "reason": "asked", "agent": f"a_{k % 20}"}
        made.append({"began": began, "closed": began + 60_000, "stars": k % 6, **(person if asked else {})})
    return made


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'b.db'}"
        upgrade(url)
        engine = open_engine(url)
        filled(engine, rows(given.conversations))
        span = Span(FIRST, FIRST + 366 * DAY_MS, ZoneInfo("Asia/Shanghai"))
        for name, make in NAMES.items():
            took = []
            for _ in range(TRIES):
                begun = time.perf_counter()
                make(Reports(engine), span)
                took.append(time.perf_counter() - begun)
            print(f"{name:12} {min(took) * 1000:6.0f} to {max(took) * 1000:6.0f} ms")
        engine.dispose()


if __name__ == "__main__":
    main()
