"""Trained models on disk: <home>/models/<version>/, and the file `current` that names the live one.

A model becomes current only when all of it is on the disk, and is loaded only when every byte is what was written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bot.dialogue import policy_files
from bot.dialogue.learned import Learned
from bot.nlu import model_files
from bot.nlu.errors import ModelRefused
from bot.nlu.interpreter import Interpreter

__all__ = [
    "FileMark",
    "Manifest",
    "Model",
    "ModelInfo",
    "ModelRefused",
    "Version",
    "current_version",
    "load_current",
    "load_model",
    "save_model",
]

Version = str

KEPT = 5
_MANIFEST, _CURRENT, _LOCK, _UNFINISHED = "manifest.json", "current", ".lock", ".new-"
_VERSION = re.compile(r"[0-9a-f]{16}")
_MANIFEST_BYTES = 1_048_576
_TRAIN = "run `bellhop train`"


FILES = model_files.FILES | policy_files.FILES


class FileMark(msgspec.Struct, frozen=True):
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the manifest says besides the files. `data_hash` is of examples and pipeline, `heldout_hash` of the measured texts;
    `stories` names those that the policy was learned from."""

    project: str
    data_hash: str
    code_version: str
    heldout_hash: str = ""
    parameters: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] | None = None
    stories: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What a bot answers with."""

    interpreter: Interpreter
    policy: Learned
    manifest: Manifest


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`created` is RFC 3339, UTC, with milliseconds."""

    version: str
    project: str
    created: str
    data_hash: str
    code_version: str
    heldout_hash: str = ""
    parameters: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    stories: str = ""
    files: dict[str, FileMark]


def save_model(home: Path, interpreter: Interpreter, info: ModelInfo, policy: Learned | None = None) -> Version:
    """Writes the model, makes it current, and removes all but the newest five."""
    models = home / "models"
    models.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(models):
        for left_over in models.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left_over)
        fresh = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=models))
        try:
            interpreter.save(fresh)
            policy_files.write(fresh, policy or Learned())
            _write_manifest(fresh, interpreter.version, info)
            _move(fresh, models / interpreter.version)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        _name_current(models, interpreter.version)
        _remove_old(models, interpreter.version)
    return interpreter.version


def load_current(home: Path) -> tuple[Interpreter, Manifest]:
    """What understands. Raises ModelRefused, with what to do."""
    model = load_model(home)
    return model.interpreter, model.manifest


def load_model(home: Path) -> Model:
    """Raises ModelRefused, with what to do."""
    version = current_version(home)
    if version is None:
        raise ModelRefused(f"There is no trained model; {_TRAIN}.")
    folder = home / "models" / version
    try:
        manifest = read_manifest(folder)
        _check_files(folder, manifest)
        interpreter, policy = Interpreter.load(folder), policy_files.read(folder)
    except ModelRefused as refused:
        raise ModelRefused(f"{str(refused).rstrip('.')} (model {version}); {_TRAIN}.") from None
    if manifest.version != version or interpreter.version != version:
        raise ModelRefused(f"The model {version} says that it is another one; {_TRAIN}.")
    return Model(interpreter, policy, manifest)


def current_version(home: Path) -> Version | None:
    """None where nothing was trained yet; raises ModelRefused where the file names no version."""
    try:
        with (home / "models" / _CURRENT).open("rb") as file:
            name = file.read(64).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    if _VERSION.fullmatch(name) is None:
        raise ModelRefused(f"The file models/{_CURRENT} does not name a model; {_TRAIN}.")
    return name


def current_manifest(home: Path) -> Manifest | None:
    """Of the current model if its files are whole; None where there is none or it would be refused."""
    try:
        version = current_version(home)
        if version is None:
            return None
        manifest = read_manifest(home / "models" / version)
        _check_files(home / "models" / version, manifest)
    except ModelRefused:
        return None
    return manifest


def read_manifest(folder: Path) -> Manifest:
    try:
        with (folder / _MANIFEST).open("rb") as file:
            return msgspec.json.decode(file.read(_MANIFEST_BYTES), type=Manifest)
    except (OSError, msgspec.DecodeError, ValueError):
        raise ModelRefused("The model's manifest is missing or cannot be read.") from None


def _check_files(folder: Path, manifest: Manifest) -> None:
    present = {path.name for path in folder.iterdir()} - {_MANIFEST}
    if unknown := sorted((present | set(manifest.files)) - FILES):
        # Only names of our own are known, so a file with pickled code in it is refused whatever the manifest says.
        raise ModelRefused(f"The model holds a file that Bellhop did not write: {unknown[0][:64]!r}.")
    for name in sorted(FILES):
        path, mark = folder / name, manifest.files.get(name)
        if mark is None or path.is_symlink() or not path.is_file():
            raise ModelRefused(f"The model's file {name} is missing.")
        if _mark(path) != mark:
            raise ModelRefused(f"The model's file {name} is not what was trained.")


def _mark(path: Path) -> FileMark:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileMark(digest, path.stat().st_size)


def _write_manifest(folder: Path, version: str, info: ModelInfo) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    manifest = Manifest(
        version=version,
        project=info.project,
        created=now,
        data_hash=info.data_hash,
        code_version=info.code_version,
        heldout_hash=info.heldout_hash,
        parameters=dict(info.parameters or {}),
        metrics=dict(info.metrics or {}),
        stories=info.stories,
        files={name: _mark(folder / name) for name in sorted(FILES)},
    )
    (folder / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))


def _move(fresh: Path, place: Path) -> None:
    """The same data gives the same version: an older one of the same name makes room."""
    for path in fresh.iterdir():
        _sync(path)
    _sync(fresh)
    if place.exists():
        old = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=place.parent)) / "old"
        place.rename(old)
        fresh.rename(place)
        shutil.rmtree(old.parent)
    else:
        fresh.rename(place)
    _sync(place.parent)


def _name_current(models: Path, version: str) -> None:
    written = models / f".{_CURRENT}"
    written.write_text(f"{version}\n", encoding="ascii")
    _sync(written)
    written.replace(models / _CURRENT)
    _sync(models)


def _remove_old(models: Path, current: str) -> None:
    folders = [path for path in models.iterdir() if _VERSION.fullmatch(path.name) and path.name != current]
    for folder in sorted(folders, key=_created, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(folder)


def _created(folder: Path) -> str:
    try:
        return read_manifest(folder).created
    except ModelRefused:
        return ""


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def _locked(models: Path) -> Iterator[None]:
    """Two trainings at once do not tear down each other's unfinished model."""
    with (models / _LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
