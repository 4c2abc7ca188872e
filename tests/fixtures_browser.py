"""A real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Only what never comes is wrong: a busy machine is slow.
expect.set_options(timeout=60_000)

# As on a busy page: what was seen a while ago is told together with what is seen now, and before it.
LATE_OBSERVERS = """
const Real = IntersectionObserver;
window.IntersectionObserver = class extends Real {
  constructor(told, options) {
    super((now) => told([...now.map((each) => ({ target: each.target, isIntersecting: !each.isIntersecting })), ...now]), options);
  }
};
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for all tests of a module, none of which may be async: its loop runs until the last is through."""
    if shutil.which(CHROMIUM) is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Without what the test before left open: each context has its own storage and cache."""
    yield chromium
    for context in chromium.contexts:
        context.close()
