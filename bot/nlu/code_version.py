"""Which code a model was made by: the format of its files, and a digest that changes with any file of this folder and with the
libraries that compute."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from bot.nlu import encoder, english
from bot.nlu.format import FORMAT

LIBRARIES = ("numpy", "scipy", "scikit-learn", "python-crfsuite", "opencc", "pypinyin")


def code_version() -> str:
    digest = hashlib.sha256(
        " ".join((*map(version, LIBRARIES), encoder.installed() or "", english.installed() or "")).encode()
    )
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{FORMAT}.{digest.hexdigest()[:12]}"
