"""Reads `rules:`, `stories:` and test conversations into steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.project.domain import DEACTIVATE_LOOP
from bot.project.story import (
    Anything,
    Checkpoint,
    Done,
    Either,
    EntityNeed,
    Intended,
    LoopIs,
    Plain,
    Rule,
    Said,
    SlotNeed,
    SlotsWere,
    Step,
    Story,
)
from models.markup import Marked, NotMarkup, unmark
from models.rasa.document import Document, List, Map
from models.rasa.fields import items, list_at, name_at, only, text_of, value_at

RULE_KEYS = frozenset({"rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata"})
STORY_KEYS = frozenset({"story", "steps", "metadata"})
# In Rasa's order: a checkpoint may have slots beside it.
STEP_KINDS = ("intent", "user", "or", "action", "bot", "checkpoint", "slot_was_set", "active_loop")
# What may stand beside the word that gives a step its kind.
BESIDE = {"intent": {"user", "entities"}, "user": {"intent", "entities"}, "checkpoint": {"slot_was_set"}}


def read_rules(document: Document) -> list[Rule]:
    found = []
    for given, line in _named(document, "rules", "rule"):
        only(document, given, RULE_KEYS, "a rule")
        found.append(
            Rule(
                str(given["rule"]),
                _steps(document, given),
                document.file,
                line,
                _condition(document, given),
                value_at(document, given, "conversation_start", bool, False, "true or false"),
                value_at(document, given, "wait_for_user_input", bool, True, "true or false"),
            )
        )
    return found


def read_stories(document: Document) -> list[Story]:
    found = []
    for given, line in _named(document, "stories", "story"):
        only(document, given, STORY_KEYS, "a story")
        found.append(Story(str(given["story"]), _steps(document, given), document.file, line))
    return found


def _named(document: Document, part: str, kind: str) -> Iterator[tuple[Map, int]]:
    """Those with a name and steps: the others are passed over, as in Rasa."""
    for given, line in items(list_at(document, document.top, part)):
        if not isinstance(given, Map) or name_at(document, given, kind) is None:
            document.warn(line, f"skipped; expected a map with `{kind}:`, its name, and `steps`")
        elif not isinstance(given.get("steps"), List) or not given["steps"]:
            document.warn(line, f"{kind} '{given[kind]}' is skipped; expected `steps`, a list with at least one step")
        else:
            yield given, line


def _steps(document: Document, given: Map) -> tuple[Step, ...]:
    steps = items(list_at(document, given, "steps"))
    return tuple(step for item, line in steps if (step := _step(document, item, line)) is not None)


def _condition(document: Document, given: Map) -> tuple[SlotsWere | LoopIs, ...]:
    found = []
    for item, line in items(list_at(document, given, "condition")):
        step = _step(document, item, line)
        if isinstance(step, SlotsWere | LoopIs):
            found.append(step)
        elif step is not None:
            document.warn(line, "skipped; expected only `active_loop` and `slot_was_set` in a condition")
    return tuple(found)


def _step(document: Document, item: Any, line: int) -> Step | None:
    if item == "...":
        return Anything(line)
    kind = next((kind for kind in STEP_KINDS if isinstance(item, Map) and kind in item), None)
    if kind is None:
        if not isinstance(item, Map) or "metadata" not in item:
            document.warn(line, f"step skipped; expected a step out of {', '.join(STEP_KINDS)}")
        return None
    only(document, item, {kind, "metadata", *BESIDE.get(kind, ())}, f"a step ({kind})")
    if kind == "or":
        return _either(document, item, line)
    return _KINDS[kind](document, item, line)


def _either(document: Document, item: Map, line: int) -> Either | None:
    steps: list[Plain] = []
    for one, at in items(list_at(document, item, "or")):
        step = _step(document, one, at)
        if isinstance(step, Either | Anything):
            document.warn(at, "skipped; expected intents or slots under `or`")
        elif step is not None:
            steps.append(step)
    if not steps:
        document.warn(line, "step skipped; expected a list of steps under `or`")
    return Either(tuple(steps), line) if steps else None


def _intended(document: Document, item: Map, line: int) -> Intended | None:
    text = item.get("user")
    marked = Marked()
    if isinstance(text, str):
        try:
            marked = unmark(text.strip())
        except NotMarkup as error:
            document.error(item.line_of("user"), str(error))
    elif text is not None:
        document.warn(item.line_of("user"), "step skipped; expected a text after `user:`")
        return None
    if item.get("intent") is None and text is None:
        document.warn(line, "step skipped; expected a name after `intent:`")
        return None
    listed = items(list_at(document, item, "entities"))
    needs = tuple(need for one, at in listed if (need := _entity(document, one, at)) is not None)
    return Intended(name_at(document, item, "intent"), needs, None if text is None else marked.text, marked.spans, line)


def _entity(document: Document, given: Any, line: int) -> EntityNeed | None:
    if not isinstance(given, Map):
        return EntityNeed(text_of(given))
    role, group = name_at(document, given, "role"), name_at(document, given, "group")
    named = [(key, value) for key, value in given.items() if key not in ("role", "group")]
    if len(named) != 1:
        document.warn(line, "skipped; expected one entity, as `name` or `name: value`")
        return None
    return EntityNeed(named[0][0], named[0][1], role, group)


# As Rasa 2.0 called it.
_OLD_ACTIONS = {"action_deactivate_form": DEACTIVATE_LOOP}


def _done(document: Document, item: Map, line: int) -> Done | Anything | None:
    action = name_at(document, item, "action")
    if action is None:
        document.warn(line, "step skipped; expected a name after `action:`")
        return None
    return Anything(line) if action == "..." else Done(_OLD_ACTIONS.get(action, action), line)


def _slots(document: Document, item: Map, line: int) -> SlotsWere:
    return SlotsWere(tuple(_slot_needs(document, item.get("slot_was_set"), line)), line)


def _slot_needs(document: Document, given: Any, line: int) -> Iterator[SlotNeed]:
    if isinstance(given, Map):
        yield from (SlotNeed(name, value) for name, value in given.items())
    elif isinstance(given, List):
        for one, _ in items(given):
            if isinstance(one, Map):
                yield from (SlotNeed(name, value) for name, value in one.items())
            else:
                yield SlotNeed(text_of(one), any_value=True)
    elif given is not None:
        document.warn(line, "skipped; expected a list of slots under `slot_was_set`")


def _loop(document: Document, item: Map, line: int) -> LoopIs:
    return LoopIs(name_at(document, item, "active_loop"), line)


def _said(document: Document, item: Map, line: int) -> Said:
    return Said(name_at(document, item, "bot") or "", line)


def _checkpoint(document: Document, item: Map, line: int) -> Checkpoint:
    slots = tuple(_slot_needs(document, item.get("slot_was_set"), line))
    return Checkpoint(name_at(document, item, "checkpoint") or "", slots, line)


_KINDS: dict[str, Callable[[Document, Map, int], Plain | None]] = {
    "intent": _intended,
    "user": _intended,
    "action": _done,
    "slot_was_set": _slots,
    "active_loop": _loop,
    "checkpoint": _checkpoint,
    "bot": _said,
}
