"""The two files of a model: JSON for words, npz for numbers. Nothing in them can run when they are read.

Whatever is not exactly what we write is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from bot.nlu.calibration import Calibration
from bot.nlu.encoder import SIZE
from bot.nlu.english import JOINT_SIZE
from bot.nlu.entities import PREFIXES, EntityRules
from bot.nlu.errors import ModelRefused
from bot.nlu.format import FORMAT
from bot.nlu.grams import Block
from bot.nlu.hybrid import Fitted, HybridWords
from bot.nlu.tagger import TaggerWords
from bot.nlu.thresholds import Thresholds

WORDS, NUMBERS = "model.json", "model.npz"
FILES = frozenset({WORDS, NUMBERS})
_KINDS = {
    "coefficients": "float32",
    "intercepts": "float32",
    "idf": "float64",
    "unknown_idf": "float64",
    # Empty where there is no second stage.
    **{f"{stage}_{field.name}": "float32" for stage in ("hybrid", "english") for field in fields(Fitted)},
    **{
        f"{prefix}{name}": kind
        for prefix in PREFIXES
        for name, kind in (
            ("starts", "int64"),
            ("columns", "int32"),
            ("weights", "float32"),
            ("transitions", "float32"),
        )
    },
}

Arrays = Mapping[str, npt.NDArray[Any]]


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int = FORMAT
    version: str
    intents: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]
    rules: EntityRules
    calibration: Calibration
    taggers: tuple[TaggerWords, TaggerWords]
    familiar: float = 0.0
    hybrid: HybridWords | None = None
    english: HybridWords | None = None
    titles: Mapping[str, Mapping[str, str]] = {}
    retrieval: tuple[str, ...] = ()
    thresholds: Thresholds


def write(folder: Path, words: Words, arrays: Arrays) -> None:
    (folder / WORDS).write_bytes(msgspec.json.encode(words))
    with (folder / NUMBERS).open("wb") as file:
        np.savez(file, allow_pickle=False, **dict(arrays))


def read(folder: Path) -> tuple[Words, Arrays]:
    """Raises ModelRefused."""
    try:
        words = msgspec.json.decode((folder / WORDS).read_bytes(), type=Words)
        arrays = _arrays(folder / NUMBERS)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.DecodeError):
        raise ModelRefused("The model's files are damaged or not ours.") from None
    if words.format != FORMAT:
        raise ModelRefused("The model was trained by another version of Bellhop.")
    _check_shapes(words, arrays)
    return words, arrays


def _arrays(path: Path) -> Arrays:
    # Opened here: of a file that is no archive numpy leaves its own handle open.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        if not isinstance(archive, np.lib.npyio.NpzFile) or set(archive.files) != set(_KINDS):
            raise ValueError
        arrays = {name: archive[name] for name in _KINDS}
    if any(array.dtype != _KINDS[name] for name, array in arrays.items()):
        raise ValueError
    return arrays


def _check_shapes(words: Words, arrays: Arrays) -> None:
    if len(words.blocks) != len(Block):
        raise ModelRefused("The parts of the model do not fit together.")
    grams, intents, blocks = sum(map(len, words.blocks)), len(words.intents), len(words.blocks)
    if words.hybrid is not None:
        _check_hybrid("hybrid", SIZE, arrays, grams, intents)
    if words.english is not None:
        _check_hybrid("english", JOINT_SIZE, arrays, grams, intents)
    expected = {"coefficients": (grams, intents), "intercepts": (intents,), "idf": (grams,), "unknown_idf": (blocks,)}
    if any(arrays[name].shape != shape or not np.isfinite(arrays[name]).all() for name, shape in expected.items()):
        raise ModelRefused("The parts of the model do not fit together.")


def _check_hybrid(stage: str, size: int, arrays: Arrays, grams: int, intents: int) -> None:
    found = {field.name: arrays[f"{stage}_{field.name}"] for field in fields(Fitted)}
    few = found["few"].size > 0
    expected = {
        "coefficients": (grams, intents),
        "encoded": (size, intents),
        "intercepts": (intents,),
        "prototypes": (len(found["prototypes"]), size),
        "few": (size, intents) if few else (0, 0),
        "few_intercepts": (intents,) if few else (0,),
    }
    if not len(found["prototypes"]) or any(
        found[name].shape != shape or not np.isfinite(found[name]).all() for name, shape in expected.items()
    ):
        raise ModelRefused("The parts of the model do not fit together.")
