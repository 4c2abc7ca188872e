"""Payloads of buttons: `/intent@0.8{"entity": "value"}` says what was meant, without any understanding (rasa-formats 4.2)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_PAYLOAD = re.compile(r"^[/]?([^{@]+)(@[0-9.]+)?([{].+)?", re.DOTALL)


# As buttons carry them: no spaces, or a map at the end. `/怎么退款` is a slip of the finger, and words.
_TYPED = re.compile(r"\s*[/／][A-Za-z_][\w/-]*(@[0-9.]+)?\s*(\{.*\})?\s*", re.DOTALL | re.ASCII)


def is_payload(text: str) -> bool:
    """Whether a customer typed what only a button says."""
    return _TYPED.fullmatch(text) is not None


def understood(payload: str) -> dict[str, Any]:
    """intent, entities and ranking as a reading would give them; entities are dropped where the JSON is none."""
    found = _PAYLOAD.match(payload)
    name, confidence, rest = (found[1].strip(), found[2], found[3]) if found else (payload.lstrip("/"), None, None)
    intent = {"name": name, "confidence": _number(confidence)}
    entities = _entities(rest, payload.index("{"), len(payload)) if rest else []
    return {"intent": intent, "intent_ranking": [intent], "entities": entities}


def _number(written: str | None) -> float:
    try:
        return float(written[1:]) if written else 1.0
    except ValueError:
        return 1.0


def _entities(written: str, start: int, end: int) -> list[dict[str, Any]]:
    try:
        named = msgspec.json.decode(written, type=dict[str, Any])
    except msgspec.MsgspecError:
        return []
    return [
        {"entity": name, "value": value, "start": start, "end": end}
        for name, values in named.items()
        for value in (values if isinstance(values, list) else [values])
    ]
