"""Holds the parts of a project against each other: what is named should exist.

As in Rasa, a rule that could never run and a form that could not ask are mistakes; what else is missing is worth a warning,
for the project runs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from bot.project.domain import (
    DEFAULT_INTENTS,
    HANDOFF_INTENT,
    REQUESTED_SLOT,
    SEALED_ENTITIES,
    SESSION_METADATA_SLOT,
    TWO_STAGE_FALLBACK,
    Domain,
    SlotMapping,
)
from bot.project.story import Checkpoint, Done, Either, Intended, LoopIs, Rule, SlotNeed, SlotsWere, Step, Story
from models.rasa.document import Document
from models.rasa.problems import Problems

Tell = Callable[[str, int, str], None]
Places = dict[tuple[str, str], tuple[Document, int]]
AUTOMATIC_SLOTS = frozenset({REQUESTED_SLOT, SESSION_METADATA_SLOT})


class Checker:
    """Names every use of what the domain does not have. `examples` are the intents that have some."""

    def __init__(self, domain: Domain, places: Places, problems: Problems, examples: Container[str] = ()) -> None:
        self._domain = domain
        self._places = places
        self._problems = problems
        self._examples = examples

    def check_domain(self) -> None:
        for name, slot in self._domain.slots.items():
            document, line = self._places["slot", name]
            for mapping in slot.mappings:
                self._mapping(document.file, line, name, mapping)
        for name, form in self._domain.forms.items():
            document, line = self._places["form", name]
            for slot_name in form.required_slots:
                self._slot(document.file, line, slot_name, self._problems.error)
            self._intents(document.file, line, form.ignored_intents)
        for action in sorted(self._domain.actions):
            document, line = self._places["action", action]
            if action.startswith("utter_") and not self._has_response(action):
                document.warn(line, f"unknown response '{action}'; expected it under `responses`, so nothing is said")

    def check_responses(self) -> None:
        for (kind, name), (document, line) in self._places.items():
            variations = self._domain.responses[name] if kind == "response" else ()
            for variation in variations:
                for slot, _ in variation.conditions:
                    self._slot(document.file, line, slot)

    def check_examples(
        self, intents: dict[str, tuple[Document, int]], entities: dict[str, tuple[Document, int]]
    ) -> None:
        for name, (document, line) in intents.items():
            self._intent(document.file, line, name)
        for name, (document, line) in entities.items():
            self._entity(document.file, line, name)

    def check_rule(self, rule: Rule) -> None:
        for step in (*rule.condition, *rule.steps):
            self._step(rule.file, step, self._problems.error)
        if messages(rule) > 1:
            self._problems.error(
                rule.file, rule.line, f"rule '{rule.name}'; expected one intent at most, more make a story"
            )
        if not any(isinstance(step, Done) for step in rule.steps):
            self._problems.warn(rule.file, rule.line, f"rule '{rule.name}' does nothing; expected at least one action")

    def check_story(self, story: Story) -> None:
        for step in story.steps:
            self._step(story.file, step, self._problems.warn)

    def _step(self, file: str, step: Step, tell: Tell) -> None:
        """`tell` is how bad it is where an intent, an action or a form is missing."""
        match step:
            case Intended():
                if step.intent is not None:
                    known = step.intent.partition("/")[0] in self._examples
                    self._intent(file, step.line, step.intent, self._problems.warn if known else tell)
                for need in step.entities:
                    self._entity(file, step.line, need.entity)
                for span in step.spans:
                    self._entity(file, step.line, span.entity)
            case Done():
                if not self._domain.knows_action(step.action) and not self._domain.retrieval(step.action):
                    expected = "expected a response, form or action of the domain"
                    tell(file, step.line, f"unknown action '{step.action}'; {expected}")
            case SlotsWere() | Checkpoint():
                self._slot_needs(file, step.line, step.slots)
            case LoopIs():
                if step.name not in (None, TWO_STAGE_FALLBACK) and step.name not in self._domain.forms:
                    tell(file, step.line, f"unknown form '{step.name}'; expected a form of the domain")
            case Either():
                for one in step.steps:
                    self._step(file, one, tell)
            case _:
                pass

    def _mapping(self, file: str, line: int, slot: str, mapping: SlotMapping) -> None:
        if mapping.entity is not None:
            self._entity(file, line, mapping.entity)
        self._intents(file, line, mapping.intents | mapping.not_intents)
        if mapping.action is not None and mapping.action not in self._domain.actions:
            self._problems.warn(
                file, line, f"unknown action '{mapping.action}' in slot '{slot}'; expected it under `actions`"
            )
        for condition in mapping.conditions:
            if condition.active_loop is not None and condition.active_loop not in self._domain.forms:
                expected = f"unknown form '{condition.active_loop}' in slot '{slot}'; expected a form of the domain"
                self._problems.warn(file, line, expected)
            if condition.requested_slot is not None:
                self._slot(file, line, condition.requested_slot)

    def _slot_needs(self, file: str, line: int, needs: Iterable[SlotNeed]) -> None:
        for need in needs:
            self._slot(file, line, need.name)

    def _intents(self, file: str, line: int, names: Iterable[str]) -> None:
        for name in sorted(names):
            self._intent(file, line, name)

    def _intent(self, file: str, line: int, name: str, tell: Tell | None = None) -> None:
        """A retrieval intent `faq/price` belongs to the intent `faq`."""
        if name.partition("/")[0] not in self._domain.intents and name not in DEFAULT_INTENTS | {HANDOFF_INTENT}:
            (tell or self._problems.warn)(file, line, f"unknown intent '{name}'; expected an intent of the domain")

    def _entity(self, file: str, line: int, name: str) -> None:
        if name not in self._domain.entities and name not in SEALED_ENTITIES:
            self._problems.warn(file, line, f"unknown entity '{name}'; expected an entity of the domain")

    def _slot(self, file: str, line: int, name: str, tell: Tell | None = None) -> None:
        if name not in self._domain.slots and name not in AUTOMATIC_SLOTS:
            (tell or self._problems.warn)(file, line, f"unknown slot '{name}'; expected a slot of the domain")

    def _has_response(self, action: str) -> bool:
        return action in self._domain.responses or self._domain.retrieval(action)


def messages(rule: Rule) -> int:
    """How many messages of the customer it is about."""
    return sum(_is_said(step) for step in rule.steps)


def _is_said(step: Step) -> bool:
    return isinstance(step, Intended) or (
        isinstance(step, Either) and any(isinstance(one, Intended) for one in step.steps)
    )
