"""The embedded store as the product starts it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bellhop import valkey
from models.settings import Settings


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator is installed on Linux only")
async def test_it_runs_with_the_allocator_that_is_installed(tmp_path: Path) -> None:
    settings = replace(Settings(), home=tmp_path)
    process = await valkey.start(settings)
    try:
        await valkey.wait_until_answers(settings)
        assert "libmimalloc" in Path(f"/proc/{process.pid}/maps").read_text()
    finally:
        process.terminate()
        await process.wait()
