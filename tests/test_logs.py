"""bellhop/logs.py."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bellhop import logs
from models.settings import Settings

PHONE = "13812345678"


@pytest.fixture
def console() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(tmp_path: Path, console: io.StringIO) -> Iterator[logging.Logger]:
    """A logger of its own that writes as a process does; pytest's logging is left alone."""
    logger = logging.Logger("x", logging.INFO)
    logger.handlers = logs.handlers(replace(Settings(), home=tmp_path / "home"), "api", console)
    yield logger
    for handler in logger.handlers:
        handler.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "logs" / "api.log"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_json_and_says_who_and_when(log: logging.Logger, file: Path) -> None:
    log.info("hello %s", "you", extra={"partition": 3})
    (line,) = lines(file)
    assert (line["message"], line["process"], line["level"], line["logger"], line["partition"]) == (
        "hello you",
        "api",
        "info",
        "x",
        3,
    )
    assert str(line["at"]).endswith("+00:00")


def test_a_line_cannot_be_forged(log: logging.Logger, file: Path, console: io.StringIO) -> None:
    log.warning("a\r\nINFO fake\x1b[2J\u2028\u202eb")
    assert len(file.read_bytes().splitlines()) == 1
    assert file.read_bytes().isascii()
    shown = console.getvalue()
    assert shown == "api: a\\r\\nINFO fake\\x1b[2J\\u2028\\u202eb\n"


def test_what_looks_private_is_masked_everywhere(log: logging.Logger, file: Path, console: io.StringIO) -> None:
    try:
        raise ValueError(f"call {PHONE}")
    except ValueError:
        log.exception("it was %s", PHONE, extra={"hint": PHONE})
    assert PHONE not in file.read_text()
    assert "138****5678" in file.read_text()
    assert PHONE not in console.getvalue()


def test_only_warnings_reach_the_console(log: logging.Logger, file: Path, console: io.StringIO) -> None:
    log.info("quiet")
    log.warning("loud")
    assert console.getvalue() == "api: loud\n"
    assert [line["message"] for line in lines(file)] == ["quiet", "loud"]


def test_tracebacks_are_in_the_file_and_not_on_the_console(
    log: logging.Logger, file: Path, console: io.StringIO
) -> None:
    try:
        raise KeyError("k")
    except KeyError:
        log.error("failed", exc_info=sys.exc_info())
    assert "Traceback" in str(lines(file)[0]["error"])
    assert console.getvalue() == "api: failed\n"


def test_files_are_for_their_owner(log: logging.Logger, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert file.parent.parent.stat().st_mode & 0o777 == 0o700


def test_a_full_file_makes_room(log: logging.Logger, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log.handlers[0], "maxBytes", 200)
    for number in range(20):
        log.info("line %d", number)
    files = sorted(file.parent.iterdir())
    assert len(files) == logs.OLD_FILES + 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


@pytest.mark.parametrize("text", ["中文，标点。", "👨‍👩‍👧‍👦 ok", "a\u3000b", "é"])
def test_letters_of_every_language_stay(text: str) -> None:
    assert logs.escaped(text) == text
