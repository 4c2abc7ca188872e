"""A file of training data from outside, read in a process of its own: YAML in pure Python is slow, and a short file can be made so that it
takes minutes. What it costs is bounded, and nothing of it is run.

The child gets the file on its standard input and answers with what is in it. Nothing of it is in an exception.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from typing import Any

import msgspec

from models.markup import Span
from models.rasa.data import Example
from models.rasa.document import Document, List, Map
from models.rasa.nlu import NluReader
from models.rasa.problems import Problem, Problems
from models.rasa.responses import read_variations

FILE_BYTES = 4 * 1_048_576
SECONDS = 30
MEMORY_BYTES = 1_500_000_000
PROBLEMS_MOST = 100
VALUES_MOST = 500_000
# What a project has besides; it stays the files'.
TAKEN = frozenset({"version", "nlu", "responses"})


class UnreadableFile(Exception):
    """It cannot be read at all; the message says why, never what was sent."""


class Read(msgspec.Struct):
    """`problems` say what of it was passed over, by line; `passed_over` which keys at its top are not for here."""

    examples: list[tuple[str, str, list[tuple[int, int, str, str, str | None, str | None]]]] = []
    synonyms: dict[str, str] = {}
    regexes: dict[str, list[str]] = {}
    lookups: dict[str, list[str]] = {}
    responses: dict[str, Any] = {}
    problems: list[tuple[int, str]] = []
    passed_over: list[str] = []

    def found(self) -> list[Example]:
        return [
            Example(text, intent, tuple(Span(*each) for each in spans)) for intent, text, spans in self.examples
        ]  # fmt: skip

    @property
    def empty(self) -> bool:
        return not (self.examples or self.synonyms or self.regexes or self.lookups or self.responses)


async def read_apart(raw: bytes) -> Read:
    """Raises UnreadableFile."""
    if len(raw) > FILE_BYTES:
        raise UnreadableFile(f"A file of training data has at most {FILE_BYTES // 1_048_576} MB; split it.")
    command = (sys.executable, "-P", "-m", "models.rasa.reading")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS + 10):
            answer, _ = await child.communicate(raw)
    except TimeoutError:
        answer = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not answer:
        raise UnreadableFile(
            "The file takes too much time or memory to read; write examples as blocks (`examples: |`), or split it."
        )
    return msgspec.json.decode(answer, type=Read)


def read(raw: bytes) -> Read:
    """What is in it. A file that is no YAML, or no text, has only problems."""
    problems = Problems()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Read(problems=[(1, "not UTF-8; expected a UTF-8 file")])
    document = Document.of(text, "", problems)
    reader = NluReader()
    reader.take(document)
    data = reader.data()
    responses = document.top.get("responses")
    taken = responses if isinstance(responses, Map) else Map(1)
    if _weight(taken, {}) > VALUES_MOST:
        document.error(
            document.top.line_of("responses"), "aliases that stand for too many values; expected them written out"
        )
        taken = Map(1)
    for name, value in taken.items():
        read_variations(document, name, value, taken.line_of(name))
    told: list[Problem] = sorted({*problems.errors, *problems.warnings})
    return Read(
        [
            (each.intent, each.text, [(s.start, s.end, s.entity, s.value, s.role, s.group) for s in each.entities])
            for each in data.examples
        ],
        dict(data.synonyms),
        {name: list(lines) for name, lines in data.regexes.items()},
        {name: list(lines) for name, lines in data.lookups.items()},
        {name: _variations(value) for name, value in taken.items() if isinstance(value, List)},
        [(each.line, each.expected) for each in told[:PROBLEMS_MOST]],
        sorted(set(document.top) - TAKEN),
    )


def _weight(value: Any, known: dict[int, int]) -> int:
    """How many values it stands for: an alias of an alias of an alias is short to write."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_weight(each, known) for each in inner)
    return known[id(value)]


def _variations(given: List) -> list[Any]:
    return [{"text": each} if isinstance(each, str) else each for each in given]


def main() -> None:
    # A file may name variables, and what is in ours is none of its business.
    os.environ.clear()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout.buffer.write(msgspec.json.encode(read(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
