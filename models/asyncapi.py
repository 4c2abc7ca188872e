"""The socket's description, AsyncAPI 3.0, made from the frames' types: it cannot say anything else than the code does."""

from __future__ import annotations

from functools import cache
from io import StringIO
from typing import Any, get_args

import msgspec
from ruamel.yaml import YAML

from models.frames import PROTOCOL, TOKEN_PREFIX, FromClient, FromServer

_SCHEMA = "#/components/schemas/{name}"
_DESCRIPTION = (
    "One JSON object in each text frame, at most 64 KiB, tagged by `type`. Unknown fields are refused. "
    f"Browsers send the token as the sub-protocols `{PROTOCOL}, {TOKEN_PREFIX}<token>`. The bare text `ping` is answered `pong`."
)

Frame = type[msgspec.Struct]


@cache
def document() -> dict[str, Any]:
    sent, received = get_args(FromClient), get_args(FromServer)
    _, schemas = msgspec.json.schema_components([FromClient, FromServer], ref_template=_SCHEMA)
    made = {
        "asyncapi": "3.0.0",
        "info": {"title": "Bellhop /chat", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "{host}",
                "protocol": "ws",
                "variables": {"host": {"default": "127.0.0.1:8080", "description": "Where Bellhop listens"}},
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {
            "chat": {
                "address": "/chat",
                "messages": {
                    each.__name__: {"$ref": f"#/components/messages/{each.__name__}"} for each in (*sent, *received)
                },
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            **{f"receive{each.__name__}": _operation("receive", each) for each in sent},
            **{f"send{each.__name__}": _operation("send", each) for each in received},
        },
        "components": {
            "messages": {each.__name__: _message(each) for each in (*sent, *received)},
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Of POST /api/visitors or POST /api/login",
                }
            },
        },
    }
    return dict(msgspec.to_builtins(made))


@cache
def as_yaml() -> str:
    out = StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(document(), out)
    return out.getvalue()


def _operation(action: str, frame: Frame) -> dict[str, Any]:
    """Seen from the server, as AsyncAPI 3 asks."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/chat"},
        "messages": [{"$ref": f"#/channels/chat/messages/{frame.__name__}"}],
    }


def _message(frame: Frame) -> dict[str, Any]:
    return {
        "name": frame.__struct_config__.tag,
        "summary": " ".join((frame.__doc__ or "").split()),
        "payload": {"$ref": _SCHEMA.format(name=frame.__name__)},
    }
