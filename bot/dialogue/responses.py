"""Responses: which variation is said, and with what in its gaps (rasa-formats 4.1)."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.project.domain import Variation

_GAP = re.compile(r"\{\{|\}\}|\{([^{}\n]+)\}|[{}]")


def choose(
    variations: Sequence[Variation], slots: Mapping[str, Any], channel: str, rng: random.Random
) -> Variation | None:
    """Conditions first, then the channel, then chance. None: there is nothing to say here."""
    holding = [one for one in variations if all(slots.get(name) == value for name, value in one.conditions)]
    fitting = [one for one in holding if one.conditions] or holding
    heard = [one for one in fitting if one.channel == channel] or [one for one in fitting if one.channel is None]
    if not heard:
        return None
    return heard[0] if len(heard) == 1 else rng.choice(heard)


def fill(value: Any, variables: Mapping[str, Any]) -> Any:
    """Every text inside `value` with its gaps filled; lists and maps are made anew."""
    if isinstance(value, str):
        return fill_text(value, variables)
    if isinstance(value, Mapping):
        return {key: fill(one, variables) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [fill(one, variables) for one in value]
    return value


def fill_text(text: str, variables: Mapping[str, Any]) -> str:
    """`{{` and `}}` are literal braces. A name that is unknown, or a brace alone, leaves the whole text as it is."""
    if "{" not in text and "}" not in text:
        return text
    pieces: list[str] = []
    done = 0
    for found in _GAP.finditer(text):
        pieces.append(text[done : found.start()])
        done = found.end()
        name = found[1]
        if name is not None and name in variables:
            pieces.append(str(variables[name]))
        elif name is None and found[0] in ("{{", "}}"):
            pieces.append(found[0][0])
        else:
            return text
    return "".join((*pieces, text[done:]))
