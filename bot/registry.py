"""Trained models on disk: <home>/models/<version>/, and the file `current` that names the one to answer with. A version is the digest
of its files, so the same name is always the same bytes.

A model becomes current only when all of it is on the disk, and is loaded only when every byte is what was written. Where there is a
database, this folder is only a cache of it (bot/publishing.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    "keep_files",
    "load_current",
    "load_model",
    "load_version",
    "make_current",
    "save_model",
]

Version = str

KEPT = 5
_MANIFEST, _CURRENT, _LOCK, _UNFINISHED = "manifest.json", "current", ".lock", ".new-"
_VERSION = re.compile(r"[0-9a-f]{16}")
_MANIFEST_BYTES = 2_097_152
_TRAIN = "run `bellhop train`"


FILES = model_files.FILES | policy_files.FILES


class FileMark(msgspec.Struct, frozen=True):
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the manifest says besides the files. `data_hash` is of examples and pipeline, `heldout_hash` of the measured texts;
    `stories` names those that the policy was learned from; `learned` the texts (bot/appraisal/learned.py)."""

    project: str
    data_hash: str
    code_version: str
    heldout_hash: str = ""
    parameters: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] | None = None
    stories: str = ""
    learned: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What a bot answers with, whichever project it is of."""

    interpreter: Interpreter
    policy: Learned
    manifest: Manifest

    @property
    def version(self) -> Version:
        return self.manifest.version


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
    learned: str = ""
    files: dict[str, FileMark]


def save_model(
    home: Path, interpreter: Interpreter, info: ModelInfo, policy: Learned | None = None, *, current: bool = True
) -> Version:
    """Writes the model, makes it current unless it is only a candidate, and removes all but five."""

    def write(fresh: Path) -> Manifest:
        interpreter.save(fresh)
        policy_files.write(fresh, policy or Learned())
        return _manifest(fresh, info)

    version = keep_files(home, write)
    if current:
        make_current(home, version)
    return version


def keep_files(home: Path, write: Callable[[Path], Manifest]) -> Version:
    """`write` fills an empty folder and answers its manifest; all of it appears at once, or not at all. Raises what `write` raises."""
    models = home / "models"
    models.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(models):
        for left_over in models.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left_over)
        fresh = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=models))
        try:
            manifest = write(fresh)
            (fresh / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            _move(fresh, models / manifest.version)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        _remove_old(models, manifest.version)
    return manifest.version


def make_current(home: Path, version: Version) -> None:
    """The one to answer with from now on, also where no database answers."""
    models = home / "models"
    with _locked(models):
        _name_current(models, version)


def load_current(home: Path) -> tuple[Interpreter, Manifest]:
    """What understands. Raises ModelRefused, with what to do."""
    model = load_model(home)
    return model.interpreter, model.manifest


def load_model(home: Path) -> Model:
    """The current one. Raises ModelRefused, with what to do."""
    version = current_version(home)
    if version is None:
        raise ModelRefused(f"There is no trained model; {_TRAIN}.")
    return load_version(home, version)


def load_version(home: Path, version: Version) -> Model:
    """Raises ModelRefused, with what to do."""
    folder = home / "models" / version
    try:
        manifest = read_manifest(folder)
        check_files(folder, manifest)
        if not version == manifest.version == digest(manifest.files):
            raise ModelRefused("It says that it is another one")
        return Model(Interpreter.load(folder), policy_files.read(folder), manifest)
    except ModelRefused as refused:
        raise ModelRefused(f"{str(refused).rstrip('.')} (model {version}); {_TRAIN}.") from None


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
        check_files(home / "models" / version, manifest)
    except ModelRefused:
        return None
    return manifest


def read_manifest(folder: Path) -> Manifest:
    try:
        with (folder / _MANIFEST).open("rb") as file:
            return msgspec.json.decode(file.read(_MANIFEST_BYTES), type=Manifest)
    except (OSError, msgspec.DecodeError, ValueError):
        raise ModelRefused("The model's manifest is missing or cannot be read.") from None


def digest(files: Mapping[str, FileMark]) -> Version:
    """The name of a model that consists of these files."""
    written = "".join(f"{name} {mark.sha256}\n" for name, mark in sorted(files.items()))
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def check_files(folder: Path, manifest: Manifest) -> None:
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


def _manifest(folder: Path, info: ModelInfo) -> Manifest:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    files = {name: _mark(folder / name) for name in sorted(FILES)}
    return Manifest(
        version=digest(files),
        project=info.project,
        created=now,
        data_hash=info.data_hash,
        code_version=info.code_version,
        heldout_hash=info.heldout_hash,
        parameters=dict(info.parameters or {}),
        metrics=dict(info.metrics or {}),
        stories=info.stories,
        learned=info.learned,
        files=files,
    )


def _move(fresh: Path, place: Path) -> None:
    """The same files have the same name: what lies there, damaged perhaps, makes room."""
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


def _remove_old(models: Path, fresh: Version) -> None:
    """Those that came last stay, and the current one."""
    with suppress(ModelRefused):
        current = current_version(models.parent)
        folders = [path for path in models.iterdir() if _VERSION.fullmatch(path.name) and path.name != fresh]
        for folder in sorted(folders, key=_came, reverse=True)[KEPT - 1 :]:
            if folder.name != current:
                shutil.rmtree(folder)


def _came(folder: Path) -> int:
    return folder.stat().st_mtime_ns


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
