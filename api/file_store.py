"""Where the bytes of files are: a folder of this machine, or a bucket. They are sealed before they come here, and bound to their id."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from models.sealed import Place
from models.settings import Settings

_ID = re.compile(r"f_[0-9a-f]{32}")
# So many folders that none of them grows too long to list.
_FOLDER_LETTERS = 2


class UnusableBucket(Exception):
    """The bucket of the settings cannot be used by this program; the message says why."""


class FilesUnavailable(Exception):
    """The disk or the bucket does not take, or give, a file now. The message names no file."""


class FileStore(Protocol):
    """Synchronous: call it in a thread. `put` is whole or not at all, `get` is None where it is not there. All raise FilesUnavailable."""

    def put(self, id: str, box: bytes) -> None: ...

    def get(self, id: str) -> bytes | None: ...

    def delete(self, id: str) -> None: ...


def file_store(settings: Settings) -> FileStore:
    """Raises UnusableBucket."""
    if not settings.files_bucket:
        return Folder(settings.files_folder)
    from api.bucket import bucket_of

    return bucket_of(settings)


def place(id: str) -> Place:
    """Where a file is sealed for: another file's bytes open nothing under this id."""
    return Place("files", "content", id)


def checked(id: str) -> str:
    """Raises ValueError for what is no id of a file: an id is also a path."""
    if not _ID.fullmatch(id):
        raise ValueError("no id of a file")
    return id


class Folder:
    """Synchronous: call it in a thread. Ids are our own, random, and no paths."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, id: str, box: bytes) -> None:
        """Whole or not at all. Raises FilesUnavailable."""
        path = self._path(id)
        with _on_disk():
            self._write(path, box)

    def _write(self, path: Path, box: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(box)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def get(self, id: str) -> bytes | None:
        """None where it is not here. Raises FilesUnavailable."""
        with _on_disk():
            try:
                return self._path(id).read_bytes()
            except FileNotFoundError:
                return None

    def delete(self, id: str) -> None:
        """Nothing happens where it is not here. Raises FilesUnavailable."""
        with _on_disk():
            self._path(id).unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        name = checked(id).removeprefix("f_")
        return self._root / name[:_FOLDER_LETTERS] / name


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FilesUnavailable(f"the folder of files: {error.strerror or type(error).__name__}") from None
