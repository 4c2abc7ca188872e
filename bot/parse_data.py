"""A reading as Rasa's `parse_data` has it: what actions find in `tracker.latest_message` (rasa-formats 1.2 and 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.nlu.data import ANY_INTENT
from bot.nlu.reading import Guess, Reading, Zone
from bot.project.domain import Domain


def parse_data(reading: Reading, domain: Domain, selectors: Sequence[str] = ()) -> dict[str, Any]:
    """`selectors` are the retrieval intents of the pipeline's ResponseSelectors. `zone` is ours, and stands there where there is doubt."""
    intent = msgspec.to_builtins(reading.intent)
    if reading.intent.name in reading.retrieval:
        intent["full_retrieval_intent_name"] = reading.full(reading.intent.name)
    data: dict[str, Any] = {
        "intent": intent,
        "entities": [msgspec.to_builtins(each) for each in reading.entities],
        "intent_ranking": [msgspec.to_builtins(each) for each in reading.ranking],
    }
    if reading.retrieval:
        data["response_selector"] = _selected(reading, domain, selectors or (ANY_INTENT,))
    if reading.zone is not Zone.ANSWER:
        data["zone"] = reading.zone.value
    return data


def _selected(reading: Reading, domain: Domain, selectors: Sequence[str]) -> dict[str, Any]:
    """A selector is asked whatever the intent is, as in Rasa."""
    chosen: dict[str, Any] = {"all_retrieval_intents": list(reading.retrieval)}
    for name in selectors:
        keys = _of_all(reading) if name == ANY_INTENT else reading.retrieval.get(name, ())
        if keys:
            chosen[name] = {"response": _response(keys[0], domain), "ranking": [_ranked(each) for each in keys]}
    return chosen


def _of_all(reading: Reading) -> tuple[Guess, ...]:
    """The keys of all retrieval intents, by how likely each intent is."""
    likely = {each.name: each.confidence for each in reading.ranking}
    found = [
        Guess(key.name, key.confidence * likely.get(intent, 0.0))
        for intent, keys in reading.retrieval.items()
        for key in keys
    ]
    total = sum(each.confidence for each in found)
    shares = (Guess(each.name, round(each.confidence / total, 4) if total else 0.0) for each in found)
    return tuple(sorted(shares, key=lambda each: -each.confidence))


def _response(key: Guess, domain: Domain) -> dict[str, Any]:
    action = f"utter_{key.name}"
    return {
        "responses": domain.plain.get("responses", {}).get(action, [{"text": key.name}]),
        "confidence": key.confidence,
        "intent_response_key": key.name,
        "utter_action": action,
    }


def _ranked(key: Guess) -> dict[str, Any]:
    return {"confidence": key.confidence, "intent_response_key": key.name}


def selected(message: Mapping[str, Any], intent: str) -> Mapping[str, Any] | None:
    """What was chosen for this retrieval intent: by its own selector, else by that of all intents."""
    chosen = message.get("response_selector") or {}
    found: Mapping[str, Any] | None = chosen.get(intent) or chosen.get(ANY_INTENT)
    return found


def full_intent(message: Mapping[str, Any]) -> str | None:
    """What was meant, of a retrieval intent with its key."""
    intent = message.get("intent") or {}
    name: str | None = intent.get("full_retrieval_intent_name") or intent.get("name")
    return name


def likely(message: Mapping[str, Any], passed_over: Iterable[str]) -> list[tuple[str, float]]:
    """What it may have been, best first, with its confidence; of retrieval intents each key by itself."""
    silent = frozenset(passed_over)
    found: list[tuple[str, float]] = []
    for guess in message.get("intent_ranking", ()):
        name, confidence = guess.get("name"), guess.get("confidence", 0.0)
        if not name or name in silent:
            continue
        keys = [
            (key["intent_response_key"], key["confidence"])
            for key in (selected(message, name) or {}).get("ranking", ())
            if key["intent_response_key"].startswith(f"{name}/")
        ]
        total = sum(share for _, share in keys)
        found += [(key, confidence * share / total) for key, share in keys if total] or [(name, confidence)]
    return sorted(found, key=lambda each: -each[1])
