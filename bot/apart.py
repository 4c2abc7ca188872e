"""Where a project's own test conversations are held: in its folder, and with a BELLHOP_HOME that is gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.settings import variable


@contextmanager
def apart(folder: Path) -> Iterator[None]:
    """Of the whole process: what actions write below BELLHOP_HOME, as the demo's do, is not for the shop that runs here. What was relative
    before it is not within."""
    name, before = variable("home"), Path.cwd()
    home = os.environ.get(name)
    with tempfile.TemporaryDirectory(prefix="bellhop-test-") as other:
        os.environ[name] = other
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
            if home is None:
                del os.environ[name]
            else:
                os.environ[name] = home
