"""The course of one turn: what is decided is done, one action after the other, until the bot listens again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.actions import ActionFailed, ActionRejected, Actions, Ran
from bot.default_actions import run_default
from bot.dialogue import extraction
from bot.dialogue.decide import By, Decision, Moment, decide, in_doubt
from bot.dialogue.events import REWIND, UNDO
from bot.dialogue.exchange import Heard, Outcome, Reply
from bot.dialogue.extraction import Filled, Sealing
from bot.dialogue.language import HANDING_OFF, TROUBLE, language_of, sentence
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Event, SealedSlot, Tracker
from bot.project.domain import (
    DEFAULT_FALLBACK,
    HANDOFF_ACTIONS,
    HANDOFF_INTENT,
    LANGUAGE_SLOT,
    LISTEN,
    REQUESTED_SLOT,
    SESSION_START,
    TWO_STAGE_FALLBACK,
    VALIDATE_SLOT_MAPPINGS,
    Domain,
)  # fmt: skip
from bot.speaking import Speaker, masked
from models.sealed import KeyRing
from models.sensitive import open_text, seal_text

# Rasa's own circuit breaker.
ACTIONS_MOST = 10
MISSES_MOST = 2
FAILURES_MOST = 2
ASKED, NOT_UNDERSTOOD, BOT_FAILED, BY_ACTION = "asked", "not_understood", "bot_failed", "action"

logger = logging.getLogger("bellhop.bot")


class Course:
    """One turn. `tracker` changes while it runs; nothing clear is ever in it."""

    def __init__(
        self,
        domain: Domain,
        rules: Rulebook,
        stories: Stories,
        speaker: Speaker,
        actions: Actions,
        ring: KeyRing | None,
        tracker: Tracker,
        heard: Heard,
        titles: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.domain = domain
        self.tracker = tracker
        self.heard = heard
        self.sealing = Sealing(heard.sealed, heard.row)
        self.filled: list[str] = []
        self._rules = rules
        self._stories = stories
        self._speaker = speaker
        self._actions = actions
        self._ring = ring
        self._replies: list[Reply] = []
        self._ran: list[str] = []
        self._handoff: str | None = None
        self._failed = False
        self._ruled = False
        self._titles = titles or {}
        # A form that was done as soon as it began: to the rules it was on.
        self.passed: str | None = None
        self._back = self._again = False

    async def run(self) -> Outcome:
        """The message is in the tracker already."""
        await self._extract()
        await self._act()
        tracker = self.tracker
        tracker.failures = tracker.failures + 1 if self._failed else 0
        if tracker.failures >= FAILURES_MOST and self._handoff is None:
            self.say_own(HANDING_OFF)
            self._handoff = BOT_FAILED
        tracker.spoken_before = [name for name in self._ran if name != LISTEN]
        if self._handoff:
            tracker.misses = tracker.failures = 0
        tracker.language = self.language or ""
        return Outcome(tuple(self._replies), tracker.to_bytes(), self._handoff, tuple(self._ran), self.language)

    @property
    def language(self) -> str | None:
        known = self.tracker.slots.get(LANGUAGE_SLOT)
        if known:
            return str(known)
        # The text of a pressed button may be its payload: that is in no language.
        spoken = None if self.heard.text.startswith("/") else language_of(self.heard.text)
        return spoken or self.tracker.language or None

    async def _extract(self) -> None:
        """action_extract_slots: mappings, then the actions of custom mappings, then the project's own validation."""
        for filled in extraction.extract(self.domain, self.tracker, self.sealing):
            self.fill(filled)
        for name in extraction.custom_actions(self.domain, self.tracker):
            if name in self._actions:
                await self.custom(name)
        if VALIDATE_SLOT_MAPPINGS in self.domain.actions and VALIDATE_SLOT_MAPPINGS in self._actions:
            await self.custom(VALIDATE_SLOT_MAPPINGS, self.trailing(self.filled))

    async def start_session(self, carried: Mapping[str, Any]) -> None:
        """A project may begin a session in its own way."""
        self.apply({"event": "action", "name": SESSION_START})
        if SESSION_START in self._actions:
            try:
                await self.custom(SESSION_START)
                return
            except (ActionRejected, ActionFailed):
                logger.warning("a session began without the project's own action")
        self.apply({"event": "session_started"})
        for name, value in carried.items():
            self.apply({"event": "slot", "name": name, "value": value})

    async def _act(self) -> None:
        moments = [self._moment(LISTEN)]
        rejected: set[str] = set()
        for _ in range(ACTIONS_MOST):
            decision = decide(self.domain, self._rules, self.tracker, moments, rejected, self._stories)
            if len(moments) == 1 and not rejected and self._missed(decision):
                return
            self._remember(moments[-1].previous, decision)
            if decision.action == LISTEN:
                self._acted(LISTEN)
                return
            if not await self._perform(decision):
                rejected.add(decision.action)
                continue
            if self._again:
                self._again = self._back = False
                moments = [self._moment(LISTEN)]
                await self._extract()
                continue
            if self.passed is not None:
                moments[-1] = replace(moments[-1], loop=self.passed)
                self.passed = None
            moments.append(self._moment(decision.action))
            if self._handoff is not None or (self._back and self.tracker.followup_action is None):
                self._acted(LISTEN)
                return
        logger.warning("a turn was ended after %d actions", ACTIONS_MOST)
        self._acted(LISTEN)

    def _remember(self, previous: str, decision: Decision) -> None:
        """In the history of stories, unless only rules have it."""
        if decision.by in (By.MEMORY, By.LEARNED):
            self._ruled = False
        elif previous == LISTEN or not self._ruled:
            self._ruled = self._stories.only_ruled(self.domain, self.tracker, previous, decision.action)
        if not self._ruled:
            self._stories.record(self.domain, self.tracker, previous, decision.action)

    def _missed(self, decision: Decision) -> bool:
        """The second time in a row that the bot does not know what to do, a person does. What is in doubt is asked back, once."""
        staged = TWO_STAGE_FALLBACK in (decision.action, self.tracker.loop_name)
        asks = in_doubt(self.tracker) and self.tracker.misses == 0
        asks = asks or (decision.miss and decision.rule is None and decision.action == DEFAULT_FALLBACK)
        self.tracker.misses = self.tracker.misses + 1 if decision.miss else 0
        if staged:
            return False
        if self.tracker.misses >= MISSES_MOST:
            self.not_understood()
        elif asks and self._asks_back():
            self.tracker.misses = 1
        else:
            return False
        self._acted(LISTEN)
        return True

    def _asks_back(self) -> bool:
        """A project with a fallback of its own asks in its own way."""
        from bot.two_stage import ask_back

        return self.tracker.loop is None and DEFAULT_FALLBACK not in self._actions and ask_back(self)

    def not_understood(self) -> None:
        """A person takes over, and the customer is told."""
        if self._handoff is None and not self.say("utter_handoff"):
            self.say_own(HANDING_OFF)
        self._handoff = self._handoff or NOT_UNDERSTOOD

    def titled(self, intent: str) -> bool:
        return bool(self._titles.get(intent))

    def title(self, intent: str) -> str:
        """How a customer may be asked whether this was meant: in their language, else in any, else the bare name."""
        titles = self._titles.get(intent) or {intent: intent.replace("_", " ")}
        return titles.get((self.language or "")[:2]) or next(iter(titles.values()))

    def hear_again(self, event: Event) -> None:
        """An earlier message is answered now, as if nothing had been between."""
        self.apply(event)
        self._again = True

    async def own(self, name: str) -> bool:
        """Whether the project has this action of its own; it has run then."""
        if name not in self._actions:
            return False
        await self.custom(name)
        return True

    def _moment(self, previous: str) -> Moment:
        return Moment(previous, self.tracker.loop_name, dict(self.tracker.slots))

    async def _perform(self, decision: Decision) -> bool:
        """False where the action does not want to run."""
        name = decision.action
        try:
            await self._do(name)
        except ActionRejected:
            self.apply({"event": "action_execution_rejected", "name": name})
            return False
        except ActionFailed:
            self._acted(name)
            self._failed = True
            self.say_own(TROUBLE)
        return True

    async def _do(self, name: str) -> None:
        """What the project has of its own goes before what we have built in."""
        if name in self.domain.forms:
            from bot.forms import FormRun

            await FormRun(self, self.domain.forms[name]).run()
        elif name in self._actions:
            await self.custom(name, acts=True)
        elif name in HANDOFF_ACTIONS:
            self._acted(name)
            self._handoff = ASKED if self.tracker.intent == HANDOFF_INTENT else BY_ACTION
        elif self._speaker.knows(name):
            self._acted(name)
            self.say(name)
        elif name == TWO_STAGE_FALLBACK:
            from bot.two_stage import TwoStage

            await TwoStage(self).run()
        else:
            run_default(self, name)

    def leave_loop(self) -> None:
        self.apply({"event": "active_loop", "name": None})
        self.apply({"event": "slot", "name": REQUESTED_SLOT, "value": None})

    async def ask(self, candidates: Iterable[str]) -> None:
        """The first of these names that the project knows is said or run."""
        for name in candidates:
            if name in self._actions:
                await self.custom(name)
                return
            if self._speaker.knows(name):
                self.say(name)
                return

    def implements(self, name: str) -> bool:
        return name in self.domain.actions and name in self._actions

    async def custom(self, name: str, trailing: Iterable[Event] = (), acts: bool = False) -> list[Event]:
        """Runs an action of the project: messages first, then events. Raises ActionFailed, ActionRejected."""
        tracker = self.tracker.as_dict(self._opened(), trailing)
        ran = await self._actions.run(name, tracker, self.domain.plain)
        if acts:
            self._acted(name)
        self._deliver(ran)
        for event in ran.events:
            self._take(event)
        return ran.events

    def _deliver(self, ran: Ran) -> None:
        for response in ran.responses:
            reply = self._speaker.answered(response, self.tracker)
            if reply is not None:
                self.speak(reply)

    def _take(self, event: Event) -> None:
        match event.get("event"):
            case "slot":
                self.set_slot(str(event.get("name")), event.get("value"))
            case "pause":
                self.apply(event)
                self._handoff = self._handoff or BY_ACTION
            case "followup" if event.get("name") == LISTEN:
                return
            case _:
                self.apply(masked(event))

    def fill(self, filled: Filled) -> None:
        """A slot from what the customer said."""
        self.filled.append(filled.slot)
        self._slot(filled.slot, filled.value, filled.sealed)

    def set_slot(self, name: str, value: Any) -> None:
        """A slot from a project's code, which saw it opened: what it gives back unchanged keeps its seal."""
        known = self.tracker.sealed.get(name)
        if known is not None and value == self._open(name, known):
            self._slot(name, self.tracker.slots[name], known)
            return
        row = f"slot:{self.heard.conversation}:{self.heard.seq}:{name}"
        if isinstance(value, str) and self._ring is not None:
            text, spans = seal_text(value, self._ring, row)
            self._slot(name, text, SealedSlot(spans, row) if spans else None)
        else:
            self._slot(name, masked(value), None)

    def _slot(self, name: str, value: Any, sealed: SealedSlot | None) -> None:
        self.tracker.sealed.pop(name, None)
        if sealed is not None:
            self.tracker.sealed[name] = sealed
        self.apply({"event": "slot", "name": name, "value": value})

    def trailing(self, names: Iterable[str]) -> list[Event]:
        """What a validation looks at: these slots as the last events, opened."""
        opened = {**self.tracker.slots, **self._opened()}
        return [
            {"event": "slot", "name": name, "value": opened.get(name), "timestamp": self.heard.at} for name in names
        ]

    def _opened(self) -> dict[str, Any]:
        return {name: self._open(name, sealed) for name, sealed in self.tracker.sealed.items()}

    def _open(self, name: str, sealed: SealedSlot) -> Any:
        value = self.tracker.slots.get(name)
        if self._ring is None or not isinstance(value, str):
            return value
        return open_text(value, sealed.spans, self._ring, sealed.row)

    def apply(self, event: Mapping[str, Any]) -> None:
        self._back = self._back or event.get("event") in (REWIND, UNDO)
        self.tracker.apply({**event, "timestamp": self.heard.at}, self.domain)

    def _acted(self, name: str) -> None:
        self._ran.append(name)
        self.apply({"event": "action", "name": name})

    acted = _acted

    def say(self, name: str) -> bool:
        reply = self._speaker.say(name, self.tracker) if self._speaker.knows(name) else None
        if reply is not None:
            self.speak(reply)
        return reply is not None

    def say_own(self, sentences: dict[str, str]) -> None:
        self.speak(Reply(text=sentence(sentences, self.language)))

    def speak(self, reply: Reply) -> None:
        self._replies.append(reply)
        self.tracker.offer(button.payload for button in (*reply.buttons, *reply.quick_replies))
        self.apply(
            {"event": "bot", "text": reply.text, "data": {"buttons": [button.title for button in reply.buttons]}}
        )
        custom = reply.custom or {}
        if custom.get("handoff_host") or custom.get("handoff") is True:
            self._handoff = self._handoff or BY_ACTION
