"""Logs: JSON lines below home/logs, warnings on the console too. No line holds a line break or a control character, and none what
people typed."""

from __future__ import annotations

import json
import logging
import os
import sys
import unicodedata
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import Any, TextIO

from models.sensitive import redact
from models.settings import Settings

FILE_BYTES = 10 * 1024 * 1024
OLD_FILES = 5
EMOJI_JOINER = "\u200d"
LEVELS = ("debug", "info", "warning", "error")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line. Everything outside ASCII is escaped: a log can neither be forged nor turn a terminal upside down."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        line |= {name: _plain(value) for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line)


class Private(RotatingFileHandler):
    """Each new file can be read by its owner only."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(handle, "ab"), encoding=self.encoding)


class Sentences(logging.Formatter):
    """For people: who says it and what, in one line; a traceback only when debugging."""

    def __init__(self, process: str, tracebacks: bool) -> None:
        super().__init__()
        self._process = process
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self._process}: {escaped(redact(record.getMessage()))}"
        if record.exc_info and self._tracebacks:
            line += "\n" + redact(self.formatException(record.exc_info))
        return line


def start(settings: Settings, process: str) -> None:
    """Sends everything that this process logs to home/logs/<process>.log, and warnings to the console as well."""
    # A failure inside logging would print the arguments of the line, unmasked.
    logging.raiseExceptions = False
    logging.basicConfig(level=level(settings), handlers=handlers(settings, process, sys.stderr), force=True)
    logging.getLogger("alembic").setLevel(max(level(settings), logging.WARNING))


def handlers(settings: Settings, process: str, console: TextIO) -> list[logging.Handler]:
    folder = settings.home / "logs"
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = Private(folder / f"{process}.log", maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="ascii")
    kept.setFormatter(JsonLines(process))
    shown = logging.StreamHandler(console)
    shown.setLevel(logging.WARNING)
    shown.setFormatter(Sentences(process, settings.log_level == "debug"))
    return [kept, shown]


def level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()] if settings.log_level in LEVELS else logging.INFO


def escaped(text: str) -> str:
    """Control and format characters as escapes (they move the cursor, or turn the direction of writing); letters and emoji stay."""
    return "".join(each.encode("unicode_escape").decode() if _moves(each) else each for each in text)


def _moves(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character != EMOJI_JOINER


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, bool)) or value is None else redact(str(value))
