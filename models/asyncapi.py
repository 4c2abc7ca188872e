"""The socket's description, AsyncAPI 3.0, made from the frames' types: it cannot say anything else than the code does."""

from __future__ import annotations

from functools import cache
from io import StringIO
from typing import Any, get_args

import msgspec
from ruamel.yaml import YAML

from models.frames import PROTOCOL, FromClient, FromServer

_REF = "#/components/schemas/{name}"


@cache
def document() -> dict[str, Any]:
    sent, received = _tags(FromClient), _tags(FromServer)
    _, schemas = msgspec.json.schema_components([FromClient, FromServer], ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Bellhop /chat",
            "version": "1.0.0",
            "description": "One JSON object a text frame, tagged by `type`, at most 64 KiB. Unknown fields are refused. "
            f"The token travels as `Authorization: Bearer …` or as the sub-protocols `{PROTOCOL}, bearer.<jwt>`. "
            "The bare text `ping` is answered `pong`.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "chat": {
                "address": "/chat",
                "messages": {
                    _name(each): {"$ref": f"#/components/messages/{_name(each)}"} for each in (*sent, *received)
                },
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            **{_operation("receive", each): _direction("receive", each) for each in sent},
            **{_operation("send", each): _direction("send", each) for each in received},
        },
        "components": {"messages": {_name(each): _message(each) for each in (*sent, *received)}, "schemas": schemas},
    }


def as_yaml() -> str:
    out = StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.dump(document(), out)
    return out.getvalue()


def _tags(union: Any) -> tuple[type[msgspec.Struct], ...]:
    return get_args(union)


def _name(frame: type[msgspec.Struct]) -> str:
    return frame.__name__


def _operation(verb: str, frame: type[msgspec.Struct]) -> str:
    return f"{verb}{_name(frame)}"


def _direction(action: str, frame: type[msgspec.Struct]) -> dict[str, Any]:
    """Seen from the server, as AsyncAPI asks."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/chat"},
        "messages": [{"$ref": f"#/channels/chat/messages/{_name(frame)}"}],
    }


def _message(frame: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": frame.__struct_config__.tag,
        "summary": " ".join((frame.__doc__ or "").split()),
        "payload": {"$ref": _REF.format(name=_name(frame))},
    }
