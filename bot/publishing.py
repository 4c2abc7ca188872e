"""Models between SQL and this machine's folder: what was trained here goes there, what is released comes from there.

The folder is a cache. What comes is loaded only when every byte is what was trained.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from bot.nlu.errors import ModelRefused
from bot.registry import (
    FILES,
    Manifest,
    Model,
    check_files,
    current_version,
    digest,
    keep_files,
    load_model,
    load_version,
    make_current,
    read_manifest,
)
from models.database import NO_SQL
from models.releases import Releases
from models.sensitive import redact
from models.tables import NAME_CHARACTERS, REASON_CHARACTERS
from models.versions import ModelVersion, Versions

__all__ = ["fetch", "load", "publish", "start"]

logger = logging.getLogger("bellhop.bot")

_GONE = "The model is not in the database; run `bellhop models list`."


def publish(versions: Versions, home: Path, id: str, person: str, reason: str = "", refused: str = "") -> bool:
    """Whether it was not there yet. `refused`: why it is worse. Raises ModelRefused, IncompleteUpload."""
    folder = home / "models" / id
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    version = ModelVersion(
        id=manifest.version,
        project=manifest.project[:NAME_CHARACTERS],
        created=time.time_ns() // 1_000_000,
        person=person,
        reason=_kept(reason),
        data_hash=manifest.data_hash[:64],
        code_version=manifest.code_version[:64],
        bytes=sum(mark.bytes for mark in manifest.files.values()),
        lived=0,
        refused=_kept(refused),
        manifest=msgspec.json.encode(manifest).decode(),
    )
    return versions.add(version, {name: folder / name for name in sorted(manifest.files)})


def usable(versions: Versions) -> list[Manifest]:
    """Of the versions that nobody has refused, newest first."""
    found = []
    for version in versions.all():
        with suppress(msgspec.DecodeError, ValueError):
            if not version.refused:
                found.append(msgspec.json.decode(version.manifest, type=Manifest))
    return found


def load(versions: Versions, home: Path, id: str) -> Model:
    """From the folder, else from SQL; what is damaged in the folder is fetched anew. Takes a second. Raises ModelRefused."""
    if (home / "models" / id).is_dir():
        try:
            return load_version(home, id)
        except ModelRefused:
            pass
    fetch(versions, home, id)
    return load_version(home, id)


def start(engine: Engine, home: Path) -> Model:
    """What a bot begins to answer with: the live model, or the one that this machine had last where SQL does not answer or the live
    one cannot be used. Raises ModelRefused."""
    releases, versions = Releases(engine), Versions(engine)
    try:
        live = releases.now().live
        if live:
            return _released(versions, home, live)
    except (*NO_SQL, ProgrammingError):
        logger.warning("SQL does not answer: the bot begins with the model that this machine had last")
    return load_model(home)


def _released(versions: Versions, home: Path, live: str) -> Model:
    try:
        model = load(versions, home, live)
    except ModelRefused as refused:
        logger.error("the live model cannot be used: %s", refused)
        versions.refuse(live, str(refused))
        if current_version(home) in (None, live):
            raise
        return load_model(home)
    make_current(home, live)
    return model


def fetch(versions: Versions, home: Path, id: str) -> None:
    """Into the folder, over what is there. Raises ModelRefused where it is not what was trained."""
    row = versions.get(id)
    if row is None:
        raise ModelRefused(_GONE)
    try:
        manifest = msgspec.json.decode(row.manifest, type=Manifest)
    except (msgspec.DecodeError, ValueError):
        raise ModelRefused("The model's manifest cannot be read.") from None
    if not id == manifest.version == digest(manifest.files):
        raise ModelRefused("The model says that it is another one.")
    keep_files(home, lambda fresh: _fill(fresh, versions, manifest))


def _fill(fresh: Path, versions: Versions, manifest: Manifest) -> Manifest:
    for name, chunk in versions.chunks(manifest.version):
        # A name from elsewhere could lead out of the folder.
        if name not in FILES:
            raise ModelRefused("The model holds a file that Bellhop did not write.")
        with (fresh / name).open("ab") as file:
            file.write(chunk)
    check_files(fresh, manifest)
    return manifest


def _kept(text: str) -> str:
    return redact(text[:REASON_CHARACTERS])[:REASON_CHARACTERS]
