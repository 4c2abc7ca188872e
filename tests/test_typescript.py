"""The pages' types are those of the server as it is now."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from api.typescript import FOLDER, files, frames, rest
from models.frames import FromServer


@pytest.mark.parametrize("name", sorted(files()))
def test_the_generated_types_are_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == files()[name], "stale: run make types"


def test_nothing_else_lies_there() -> None:
    assert sorted(each.name for each in FOLDER.iterdir()) == sorted(files())


def test_every_frame_is_one_of_the_union() -> None:
    union = files()["frames.ts"].split("export type FromServer =\n", 1)[1]
    assert union.count("  | ") == len(get_args(FromServer))


def described(schema: dict[str, Any]) -> dict[str, Any]:
    return {"components": {"schemas": {"Given": schema}}, "operations": {}, "paths": {}}


@pytest.mark.parametrize(
    ("schema", "frame", "body"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string", "string | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}, "(string | number)[]", None),
        ({"type": "array", "prefixItems": [{"type": "integer"}] * 2, "items": False}, "[number, number]", None),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>", None),
        ({"enum": ["bot", "agent"]}, '"bot" | "agent"', None),
        ({"$ref": "#/components/schemas/Author"}, "Author", None),
        ({}, "unknown", None),
    ],
)
def test_a_schema_is_written_as_its_type(schema: dict[str, Any], frame: str, body: str | None) -> None:
    assert f"export type Given = {frame};" in frames(described(schema))
    assert f"export type Given = {body or frame};" in rest(described(schema))


def test_what_may_be_left_out_has_a_question_mark_and_a_comment_cannot_end_early() -> None:
    fields = {"a": {"type": "string"}, "b-c": {"type": "boolean", "description": "Yes */ no"}}
    made = rest(described({"type": "object", "properties": fields, "required": ["a"]}))
    assert 'interface Given {\n  a: string;\n  /** Yes * / no */\n  "b-c"?: boolean;\n}' in made
