"""One YAML 1.2 file as plain values that remember their lines. `yes`, `no`, `on` and `off` are strings; no tag makes an object."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.project.problems import Problems

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
        try:
            node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            document.error(1, f"not UTF-8 (byte {error.start}); expected a UTF-8 file")
        except OSError as error:
            document.error(1, f"cannot be read: {error.strerror}")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            document.error(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
        except YAMLError:
            document.error(1, "not YAML; expected plain text without control characters")
        else:
            document._take(node)
        return document

    def error(self, line: int, expected: str) -> None:
        self.problems.error(self.file, line, expected)

    def warn(self, line: int, expected: str) -> None:
        self.problems.warn(self.file, line, expected)

    def _take(self, node: Node | None) -> None:
        if isinstance(node, MappingNode):
            self.top = self._build(node, 0)
        elif node is not None:
            self.error(_line(node), "expected keys at the top of the file, such as `version:` or `nlu:`")

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
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in made:
                self.error(_line(key_node), f"duplicate key '{key}' (first in line {made.lines[key]})")
                continue
            made[key] = self._build(value_node, depth + 1)
            made.lines[key] = _line(key_node)
        return made

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
        text = _ENVIRONMENT.sub(lambda found: self._environment(found[1], node), node.value)
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
                case "str" | "timestamp":
                    return text
        except ValueError:
            return text
        self.error(_line(node), f"tag '{node.tag}' is not allowed; expected plain text, numbers, lists and maps")
        return None

    def _environment(self, name: str, node: Node) -> str:
        value = os.environ.get(name)
        if value is None:
            self.error(_line(node), f"the environment variable {name} is not set")
            return ""
        return value


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _whole(text: str) -> int:
    plain = text.replace("_", "")
    return int(plain, 0) if plain.lower().lstrip("+-").startswith(("0x", "0o", "0b")) else int(plain)


def _number(text: str) -> float:
    return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
