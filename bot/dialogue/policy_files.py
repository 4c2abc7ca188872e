"""The learned policy on disk, beside the model: JSON for words, npz for numbers. Nothing in them can run when they are read.

Whatever is not exactly what we write is refused.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import numpy as np

from bot.dialogue.learned import Learned
from bot.nlu.errors import ModelRefused

FORMAT = 1
WORDS, NUMBERS = "policy.json", "policy.npz"
FILES = frozenset({WORDS, NUMBERS})


class PolicyWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int = FORMAT
    learned_from: str
    actions: tuple[str, ...]
    words: tuple[str, ...]


def write(folder: Path, learned: Learned) -> None:
    words = PolicyWords(learned_from=learned.learned_from, actions=learned.actions, words=learned.words)
    (folder / WORDS).write_bytes(msgspec.json.encode(words))
    with (folder / NUMBERS).open("wb") as file:
        np.savez(file, allow_pickle=False, weights=learned.weights, intercepts=learned.intercepts)


def read(folder: Path) -> Learned:
    """Raises ModelRefused."""
    try:
        words = msgspec.json.decode((folder / WORDS).read_bytes(), type=PolicyWords)
        with (folder / NUMBERS).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile) or set(archive.files) != {"weights", "intercepts"}:
                raise ValueError
            weights, intercepts = archive["weights"], archive["intercepts"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.DecodeError):
        raise ModelRefused("The learned policy's files are damaged or not ours.") from None
    if words.format != FORMAT:
        raise ModelRefused("The policy was learned by another version of Bellhop.")
    fits = weights.shape == (len(words.words), len(words.actions)) and intercepts.shape == (len(words.actions),)
    if not fits or any(each.dtype != np.float32 or not np.isfinite(each).all() for each in (weights, intercepts)):
        raise ModelRefused("The parts of the learned policy do not fit together.")
    return Learned(words.actions, words.words, weights, intercepts, words.learned_from)
