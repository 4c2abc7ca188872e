"""TypeScript of every frame and REST body, for web/src/generated: made from the descriptions that the server itself gives, so a page
cannot be built against what the server does not say. `make types` writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from api.app import create_app
from models.asyncapi import document
from models.settings import Settings

FOLDER = Path(__file__).resolve().parent.parent / "web" / "src" / "generated"
_HEAD = "// Made by `make types`; edits are lost.\n"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Schema = dict[str, Any]


def files() -> dict[str, str]:
    """File name → text."""
    app = create_app(Settings())
    return {"frames.ts": frames(document()), "rest.ts": rest(app.openapi())}


def frames(asyncapi: Schema) -> str:
    """Frames leave out what is not there, and never say null for it."""
    plain = msgspec.json.decode(msgspec.json.encode(asyncapi))
    schemas = plain["components"]["schemas"]
    made = [_declared(name, each, nulls=False) for name, each in sorted(schemas.items())]
    for name, action in (("FromClient", "receive"), ("FromServer", "send")):
        sent = sorted(
            operation["messages"][0]["$ref"].rsplit("/", 1)[1]
            for operation in plain["operations"].values()
            if operation["action"] == action
        )
        made.append(f"export type {name} =\n" + "\n".join(f"  | {each}" for each in sent) + ";\n")
    return _HEAD + "\n" + "\n".join(made)


def rest(openapi: Schema) -> str:
    """Bodies by their names, and which one answers which request."""
    plain = json.loads(json.dumps(openapi))
    made = [_declared(name, each, nulls=True) for name, each in sorted(plain["components"]["schemas"].items())]
    lines = [
        f"  {json.dumps(f'{verb.upper()} {path}')}: {_answer(each)};"
        for path, verbs in sorted(plain["paths"].items())
        for verb, each in sorted(verbs.items())
    ]
    return _HEAD + "\n" + "\n".join(made) + "\nexport interface Answers {\n" + "\n".join(lines) + "\n}\n"


def _answer(operation: Schema) -> str:
    """Of the first 2xx: its JSON, `void` where there is no body, `unknown` where the body is no JSON."""
    code, good = next((code, each) for code, each in sorted(operation["responses"].items()) if code.startswith("2"))
    content = good.get("content", {})
    if "application/json" in content:
        return _type(content["application/json"]["schema"], nulls=True, indent="  ")
    return "void" if code == "204" else "unknown"


def _declared(name: str, schema: Schema, nulls: bool) -> str:
    told = _comment(schema.get("description"), "")
    typed = _type(schema, nulls, "")
    if typed.startswith("{\n"):
        return f"{told}export interface {_identifier(name)} {typed}\n"
    return f"{told}export type {_identifier(name)} = {typed};\n"


def _type(schema: Schema, nulls: bool, indent: str) -> str:
    if "$ref" in schema:
        return _identifier(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        return " | ".join(json.dumps(each, ensure_ascii=False) for each in values)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            parts = [each for each in schema[several] if nulls or each.get("type") != "null"]
            return " | ".join(dict.fromkeys(_type(each, nulls, indent) for each in parts))
    match schema.get("type"):
        case "array":
            return _array(schema, nulls, indent)
        case "object":
            return _object(schema, nulls, indent)
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _array(schema: Schema, nulls: bool, indent: str) -> str:
    if "prefixItems" in schema:
        return "[" + ", ".join(_type(each, nulls, indent) for each in schema["prefixItems"]) + "]"
    inner = _type(schema["items"], nulls, indent) if isinstance(schema.get("items"), dict) else "unknown"
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


def _object(schema: Schema, nulls: bool, indent: str) -> str:
    properties = schema.get("properties")
    if not properties:
        more = schema.get("additionalProperties")
        if more is False:
            return "Record<string, never>"
        return f"Record<string, {_type(more, nulls, indent) if isinstance(more, dict) else 'unknown'}>"
    required, inner = schema.get("required", ()), indent + "  "
    lines = [
        _comment(each.get("description"), inner)
        + f"{inner}{name if _NAME.fullmatch(name) else json.dumps(name)}{'' if name in required else '?'}: {_type(each, nulls, inner)};"
        for name, each in properties.items()
    ]
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def _comment(text: str | None, indent: str) -> str:
    return f"{indent}/** {' '.join(text.split()).replace('*/', '* /')} */\n" if text else ""


def _identifier(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
