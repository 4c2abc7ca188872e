"""One YAML 1.2 file as plain values that remember their lines. `yes`, `no`, `on` and `off` are strings; no tag makes an object."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from models.rasa.problems import Problems

_ENVIRONMENT = re.compile(r"\$\{(\w+)\}")
_TAG = "tag:yaml.org,2002:"
# An alias of an alias of an alias may stand for more values than memory holds.
DEPTH_MOST = 64


class Map(dict[str, Any]):
    """A mapping; `line` is its own, `lines` those of its keys."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class List(list[Any]):
    """A sequence; `lines` are those of its items."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Document:
    """A file that could be read. `top` is empty where the file is, or where it holds something else than a mapping."""

    __slots__ = ("_built", "file", "problems", "top")

    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self.top = Map(1)
        self._built: dict[int, Any] = {}

    @classmethod
    def read(cls, path: Path, folder: Path, problems: Problems) -> Document:
        document = cls(path.relative_to(folder).as_posix(), problems)
        document._compose(document.text_of(path))
        return document

    @classmethod
    def of(cls, text: str, file: str, problems: Problems) -> Document:
        """The same of what is in no file; `file` is what it is called."""
        document = cls(file, problems)
        document._compose(text)
        return document

    def _compose(self, text: str) -> None:
        try:
            node = YAML(typ="safe", pure=True).compose(_unescaped(text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.error(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
        except YAMLError:
            self.error(1, "not YAML; expected plain text without control characters")
        except RecursionError:
            self.error(1, f"nested deeper than {DEPTH_MOST}; expected a flatter file")
        else:
            self._take(node)

    def text_of(self, path: Path) -> str:
        """Empty where it cannot be read, which is a problem. A byte order mark is none."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            self.error(1, f"not UTF-8 (byte {error.start}); expected a UTF-8 file")
        except OSError as error:
            self.error(1, f"cannot be read: {error.strerror}")
        return ""

    def error(self, line: int, expected: str) -> None:
        self.problems.error(self.file, line, expected)

    def warn(self, line: int, expected: str) -> None:
        self.problems.warn(self.file, line, expected)

    def _take(self, node: Node | None) -> None:
        if isinstance(node, MappingNode):
            self.top = self._build(node, 0)
        elif node is not None:
            self.warn(_line(node), "file passed over; expected keys at its top, such as `version:` or `nlu:`")

    def _build(self, node: Node, depth: int) -> Any:
        if id(node) in self._built:
            return self._built[id(node)]
        if depth > DEPTH_MOST:
            self.error(_line(node), f"nested deeper than {DEPTH_MOST}; expected a flatter file")
            return None
        value = self._value(node, depth)
        self._built[id(node)] = value
        return value

    def _value(self, node: Node, depth: int) -> Any:
        match node:
            case MappingNode():
                return self._map(node, depth)
            case SequenceNode():
                return self._list(node, depth)
            case ScalarNode():
                return self._scalar(node)
            case _:
                return None

    def _map(self, node: MappingNode, depth: int) -> Map:
        made = Map(_line(node))
        merged: list[Any] = []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                value = self._build(value_node, depth + 1)
                merged += value if isinstance(value, List) else [value]
                continue
            key = self._key(key_node)
            if key in made:
                self.warn(_line(key_node), f"duplicate key '{key}' is passed over (first in line {made.lines[key]})")
                continue
            made[key] = self._build(value_node, depth + 1)
            made.lines[key] = _line(key_node)
        for other in merged:
            self._merge(made, other)
        return made

    def _merge(self, made: Map, other: Any) -> None:
        """`<<: *anchor`: what the anchor has besides."""
        if not isinstance(other, Map):
            self.error(made.line, "expected a map after `<<:`")
            return
        for key, value in other.items():
            if key not in made:
                made[key], made.lines[key] = value, other.line_of(key)

    def _list(self, node: SequenceNode, depth: int) -> List:
        made = List(_line(node))
        for item in node.value:
            made.append(self._build(item, depth + 1))
            made.lines.append(_line(item))
        return made

    def _key(self, node: Node) -> str:
        if isinstance(node, ScalarNode):
            return str(node.value)
        self.error(_line(node), "expected a plain name as key")
        return ""

    def _scalar(self, node: ScalarNode) -> Any:
        text = node.value if node.style else _ENVIRONMENT.sub(lambda found: self._environment(found, node), node.value)
        try:
            match (node.tag or "").removeprefix(_TAG):
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return _whole(text)
                case "float":
                    return _number(text)
                case "str" | "timestamp" | "value":
                    return text
        except ValueError:
            return text
        self.error(_line(node), f"tag '{node.tag}' is not allowed; expected plain text, numbers, lists and maps")
        return None

    def _environment(self, found: re.Match[str], node: Node) -> str:
        """Only where nothing is quoted, as in Rasa. A text may say ${…} and mean it."""
        value = os.environ.get(found[1])
        if value is None:
            self.warn(_line(node), f"the environment variable {found[1]} is not set; the text stays as it is")
            return found[0]
        return value


def _unescaped(text: str) -> str:
    r"""Rasa reads `\u4f60` as the character it stands for, quoted or not, in files that are plain ASCII."""
    if "\\u" not in text or not text.isascii():
        return text
    try:
        plain = text.encode().decode("raw_unicode_escape")
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return text


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _whole(text: str) -> int:
    plain = text.replace("_", "")
    return int(plain, 0) if plain.lower().lstrip("+-").startswith(("0x", "0o", "0b")) else int(plain)


def _number(text: str) -> float:
    return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
