"""The socket's description says every frame, and every reference in it leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from models.asyncapi import as_yaml, document
from models.entry import Author, AuthorKind
from models.frames import (
    Ack,
    ErrorFrame,
    FromClient,
    FromServer,
    HolderFrame,
    Ping,
    Pong,
    QueueFrame,
    Resume,
    Say,
    Waiting,
)

SENT, RECEIVED = get_args(FromClient), get_args(FromServer)


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """As a client reads it."""
    return dict(YAML(typ="safe", pure=True).load(as_yaml()))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def at(whole: dict[str, Any], reference: str) -> Any:
    node: Any = whole
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_what_is_written_is_the_document(written: dict[str, Any]) -> None:
    assert written == msgspec.json.decode(msgspec.json.encode(document()))


def test_it_has_the_parts_of_asyncapi_3(written: dict[str, Any]) -> None:
    assert written["asyncapi"] == "3.0.0"
    assert written["info"].keys() >= {"title", "version", "description"}
    assert written["channels"]["chat"]["address"] == "/chat"
    for operation in written["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"] == {"$ref": "#/channels/chat"}
        assert len(operation["messages"]) == 1


def test_every_reference_leads_somewhere(written: dict[str, Any]) -> None:
    found = set(references(written))
    assert len(found) > 40
    for reference in found:
        assert at(written, reference), reference


@pytest.mark.parametrize(("frames", "action"), [(SENT, "receive"), (RECEIVED, "send")])
def test_every_frame_is_a_message_of_its_direction(
    written: dict[str, Any], frames: tuple[Any, ...], action: str
) -> None:
    told = [
        at(written, at(written, operation["messages"][0]["$ref"])["$ref"])
        for operation in written["operations"].values()
        if operation["action"] == action
    ]
    assert sorted(each["name"] for each in told) == sorted(str(each.__struct_config__.tag) for each in frames)
    for message in told:
        assert message["summary"]
        schema = at(written, message["payload"]["$ref"])
        assert schema["properties"]["type"] == {"enum": [message["name"]]}
        assert "type" in schema["required"]


def test_what_clients_send_has_no_unknown_fields(written: dict[str, Any]) -> None:
    for each in SENT:
        assert written["components"]["schemas"][each.__name__]["additionalProperties"] is False


FRAMES = [
    Say("1", text="hello"),
    Resume("c_1", 0),
    Ping(),
    Ack("1", "c_1", 1, "2026-11-23T08:00:00.000Z"),
    HolderFrame("c_1", 1, "agent", agent=Author(AuthorKind.AGENT, "a_1", "Wen")),
    QueueFrame((Waiting("c_1", 1, "2026-11-23T08:00:00.000Z", "ABCD"),), 1),
    Pong({"c_1": 1}, {"c_1": 0}),
    ErrorFrame("empty", "There is nothing to send.", id="1"),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_real_frames_are_valid_and_changed_ones_are_not(written: dict[str, Any], frame: msgspec.Struct) -> None:
    schema = {"$ref": f"#/components/schemas/{type(frame).__name__}", "components": written["components"]}
    validator = Draft202012Validator(schema)
    raw = msgspec.json.decode(msgspec.json.encode(frame))
    validator.validate(raw)
    assert not validator.is_valid(raw | {"type": "another"})
