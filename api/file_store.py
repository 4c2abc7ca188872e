"""Where the bytes of files are: a folder of this machine. They are sealed before they come here, and bound to their id."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

_ID = re.compile(r"f_[0-9a-f]{32}")
# So many folders that none of them grows too long to list.
_FOLDER_LETTERS = 2


class Folder:
    """Synchronous: call it in a thread. Ids are our own, random, and no paths."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, id: str, box: bytes) -> None:
        """Whole or not at all. Raises OSError."""
        path = self._path(id)
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
        """None where it is not here. Raises OSError."""
        try:
            return self._path(id).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, id: str) -> Path:
        if not _ID.fullmatch(id):
            raise ValueError("no id of a file")
        name = id.removeprefix("f_")
        return self._root / name[:_FOLDER_LETTERS] / name
