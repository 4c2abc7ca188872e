"""From responses to replies: variation, gaps, buttons, and a mask over everything that is sensitive."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogue.exchange import Button, Reply
from bot.dialogue.responses import choose, fill
from bot.dialogue.tracker import Tracker
from bot.parse_data import full_intent, selected
from bot.project.domain import Domain, Variation
from models.sensitive import redact

# What an action's answer may carry besides its variables (rasa-formats 1.3).
_PARTS = ("text", "buttons", "quick_replies", "elements", "custom", "image", "attachment")
_NAMES = frozenset({*_PARTS, "template", "response"})


class Speaker:
    """The responses of one project."""

    def __init__(self, domain: Domain, rng: random.Random) -> None:
        self._domain = domain
        self._responses = domain.responses
        self._rng = rng

    def learn(self, said: Mapping[str, tuple[Variation, ...]]) -> None:
        """What admins have said goes before the files'; what they say no more is the files' again."""
        self._responses = {**self._domain.responses, **said}

    def knows(self, name: str) -> bool:
        return name in self._responses or any(each.startswith(f"{name}/") for each in self._responses)

    def say(self, name: str, tracker: Tracker, variables: Mapping[str, Any] | None = None) -> Reply | None:
        """None where the response has nothing to say here."""
        return _reply(self._filled(name, tracker, variables or {}))

    def answered(self, response: Mapping[str, Any], tracker: Tracker) -> Reply | None:
        """One item of an action's responses: the named response, buttons appended, what is not empty written over it."""
        name = response.get("response") or response.get("template")
        parts: dict[str, Any] = {}
        if name:
            variables = {key: value for key, value in response.items() if key not in _NAMES and value is not None}
            parts = self._filled(str(name), tracker, variables)
            if not parts:
                return None
        buttons = [*parts.get("buttons", ()), *(response.get("buttons") or ())]
        given = {part: response[part] for part in _PARTS if part != "buttons" and response.get(part)}
        return _reply({**parts, **given, **({"buttons": buttons} if buttons else {})})

    def _filled(self, name: str, tracker: Tracker, variables: Mapping[str, Any]) -> dict[str, Any]:
        variations = self._responses.get(self._full(name, tracker), ())
        chosen = choose(variations, tracker.slots, tracker.channel, self._rng)
        return {} if chosen is None else dict(fill(chosen.parts, {**tracker.slots, **variables}))

    def _full(self, name: str, tracker: Tracker) -> str:
        """`utter_faq` stands for one of `utter_faq/…`: what was meant, else what the selector chose whatever was meant."""
        if name in self._responses:
            return name
        meant = f"utter_{full_intent(tracker.latest_message)}"
        if meant.startswith(f"{name}/"):
            return meant
        chosen = selected(tracker.latest_message, name.removeprefix("utter_"))
        action = str(chosen["response"]["utter_action"]) if chosen else ""
        return action if action.startswith(f"{name}/") else name


def masked(value: Any) -> Any:
    """The same with every sensitive span masked, however deep."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return value


def _reply(parts: Mapping[str, Any]) -> Reply | None:
    if not parts:
        return None
    clean = masked(parts)
    text = clean.get("text")
    return Reply(
        text=None if text is None else str(text),
        buttons=_buttons(clean.get("buttons")),
        quick_replies=_buttons(clean.get("quick_replies")),
        image=clean.get("image"),
        custom=clean.get("custom") or None,
        attachment=clean.get("attachment"),
        elements=tuple(dict(each) for each in clean.get("elements") or () if isinstance(each, Mapping)),
    )


def _buttons(buttons: Sequence[Any] | None) -> tuple[Button, ...]:
    return tuple(
        Button(str(each.get("title", "")), str(each.get("payload") or each.get("title", "")))
        for each in buttons or ()
        if isinstance(each, Mapping)
    )
