"""What the policies would do in a conversation that goes as it is written down: nothing is run, what it says of slots and forms holds.

So Rasa tests a project's conversations. A form that is expected to have had no use for what was said is taken to have refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.dialogue.decide import By, decide
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.situation import Moment
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Tracker
from bot.nlu.data import Span
from bot.project.domain import LISTEN, Domain, SlotType
from bot.project.story import EntityNeed, Intended, LoopIs, SlotNeed, SlotsWere

GIVEN = "filled"


class Prediction:
    """One conversation. Its steps are told one after the other; `next` says what would be done."""

    def __init__(self, domain: Domain, rules: Rulebook, stories: Stories) -> None:
        self._domain = domain
        self._rules = rules
        self._stories = stories
        self._tracker = Tracker(sender_id="test", slots=domain.first_slots())
        self._moments: list[Moment] = []
        self._done: list[str] = []
        self._ruled = False

    def hear(self, step: Intended) -> None:
        """The customer means what is written."""
        tracker = self._tracker
        tracker.spoken_before = [name for name in self._done if name != LISTEN]
        message = {"text": step.text or "", "intent": {"name": step.intent}, "entities": list(_entities(step))}
        tracker.apply({"event": "user", "text": step.text, "parse_data": message}, self._domain)
        self._done, self._moments = [], []

    def take(self, step: SlotsWere | LoopIs) -> None:
        tracker = self._tracker
        if isinstance(step, SlotsWere):
            for need in step.slots:
                tracker.apply({"event": "slot", "name": need.name, "value": self._value(need)}, self._domain)
            return
        if step.name is None and self._moments and self._done and self._done[-1] == tracker.loop_name:
            # A form that was done as soon as it began: to the rules it was on.
            self._moments[-1] = replace(self._moments[-1], loop=tracker.loop_name)
        tracker.apply({"event": "active_loop", "name": step.name}, self._domain)

    def next(self, expected: str) -> str:
        """What would be done where `expected` is; whatever it is, the conversation goes on as it is written."""
        tracker, domain = self._tracker, self._domain
        previous = self._done[-1] if self._done else LISTEN
        self._moments.append(Moment(previous, tracker.loop_name, dict(tracker.slots)))
        decision = decide(domain, self._rules, tracker, self._moments, frozenset(), self._stories)
        if decision.action != expected and decision.action == tracker.loop_name:
            tracker.apply({"event": "action_execution_rejected", "name": decision.action}, domain)
            refused = frozenset({decision.action})
            decision = decide(domain, self._rules, tracker, self._moments, refused, self._stories)
        if decision.by in (By.MEMORY, By.LEARNED):
            self._ruled = False
        elif previous == LISTEN or not self._ruled:
            self._ruled = self._stories.only_ruled(domain, tracker, previous, expected)
        if not self._ruled:
            self._stories.record(domain, tracker, previous, expected)
        tracker.apply({"event": "action", "name": expected}, domain)
        self._done.append(expected)
        return decision.action

    def _value(self, need: SlotNeed) -> Any:
        """A slot that is only named is filled with something."""
        if not need.any_value:
            return need.value
        slot = self._domain.slots.get(need.name)
        return [GIVEN] if slot is not None and slot.type is SlotType.LIST else GIVEN


def _entities(step: Intended) -> Iterable[dict[str, Any]]:
    found: list[EntityNeed | Span] = [*step.entities, *step.spans]
    return ({"entity": each.entity, "value": each.value, "role": each.role, "group": each.group} for each in found)
