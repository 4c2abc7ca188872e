"""The course of one turn: what is decided is done, one action after the other, until the bot listens again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot import session
from bot.actions import ActionFailed, ActionRejected, Calls
from bot.default_actions import run_default
from bot.dialogue.decide import By, Decision, decide
from bot.dialogue.events import REJECTED, REWIND, UNDO
from bot.dialogue.exchange import Heard, Outcome, Reply
from bot.dialogue.extraction import Sealing
from bot.dialogue.language import TROUBLE
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.situation import Moment
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Event, Tracker
from bot.ending import ended
from bot.filling import fill
from bot.hearing import Second
from bot.misses import missed
from bot.project.domain import (
    HANDOFF_ACTIONS,
    HANDOFF_INTENT,
    LISTEN,
    REQUESTED_SLOT,
    SESSION_START,
    TWO_STAGE_FALLBACK,
    Domain,
)  # fmt: skip
from bot.received import received
from bot.slots import Slots
from bot.speaking import Speaker, masked
from bot.voice import ASKED, BY_ACTION, Titles, Voice
from models.sealed import KeyRing

# Rasa's own circuit breaker.
ACTIONS_MOST = 10
FAILURES_MOST = 2

logger = logging.getLogger("bellhop.bot")


class Course:
    """One turn. `tracker` changes while it runs; nothing clear is ever in it."""

    def __init__(
        self,
        domain: Domain,
        rules: Rulebook,
        stories: Stories,
        speaker: Speaker,
        actions: Calls,
        ring: KeyRing | None,
        tracker: Tracker,
        heard: Heard,
        titles: Titles | None = None,
    ) -> None:
        self.domain = domain
        self.tracker = tracker
        self.heard = heard
        self.sealing = Sealing(heard.sealed, heard.row)
        self.slots = Slots(tracker, heard, ring, self.apply)
        self.voice = Voice(speaker, tracker, heard, titles or {}, self.apply)
        # A form that was done as soon as it began: to the rules it was on.
        self.passed: str | None = None
        self._rules = rules
        self._stories = stories
        self._actions = actions
        self._ran: list[str] = []
        self._decided: list[Decision] = []
        self._failed = False
        self._ruled = False
        self._back = self._again = False

    async def run(self, second: Second | None = None) -> Outcome:
        """The message is in the tracker already; `second` is what else it means."""
        await self._extract()
        await self._act()
        if second is not None:
            await self._go_on(second)
        return self._ended()

    async def receive(self) -> Outcome:
        """Nothing was said: pictures or files came alone."""
        await received(self)
        self.acted(LISTEN)
        return self._ended()

    def _ended(self) -> Outcome:
        return ended(self, self._ran, self._decided, failed=self._failed)

    async def _go_on(self, second: Second) -> None:
        """As if it had been said in a message of its own. While a form is on, or where there is doubt, it waits."""
        if self.voice.handoff is not None:
            return
        if not second.sure or self.tracker.loop is not None or self._failed:
            self.tracker.later = second.intent
            return
        self.sealing, self._back = second.sealing, False
        self.slots.filled.clear()
        self.apply(second.event)
        await self._extract()
        await self._act()

    async def _extract(self) -> None:
        if not await fill(self):
            self._failed = True
            self.voice.say_own(TROUBLE)

    async def _act(self) -> None:
        moments = [self._moment(LISTEN)]
        rejected: set[str] = set()
        for _ in range(ACTIONS_MOST):
            decision = decide(self.domain, self._rules, self.tracker, moments, rejected, self._stories)
            self._decided.append(decision)
            if len(moments) == 1 and not rejected and missed(self, decision):
                return
            self._remember(moments[-1].previous, decision)
            if decision.action == LISTEN:
                self.acted(LISTEN)
                return
            if decision.resumes:
                self.apply({"event": "loop_interrupted", "is_interrupted": True})
            if not await self._perform(decision.action):
                rejected.add(decision.action)
                continue
            if decision.action == SESSION_START:
                # As in Rasa: a new session begins with the customer.
                self.acted(LISTEN)
                return
            if self._again:
                self._again = self._back = False
                moments = [self._moment(LISTEN)]
                await self._extract()
                continue
            if self.passed is not None:
                moments[-1] = replace(moments[-1], loop=self.passed)
                self.passed = None
            moments.append(self._moment(decision.action))
            if self.voice.handoff is not None or (self._back and self.tracker.followup_action is None):
                self.acted(LISTEN)
                return
        logger.warning("a turn was ended after %d actions, the last was %s", ACTIONS_MOST, moments[-1].previous)
        if not self.voice.replies:
            # Whoever asked would wait for ever.
            self._failed = True
            self.voice.say_own(TROUBLE)
        self.acted(LISTEN)

    def _moment(self, previous: str) -> Moment:
        return Moment(previous, self.tracker.loop_name, dict(self.tracker.slots))

    def _remember(self, previous: str, decision: Decision) -> None:
        """In the history of stories, unless only rules have it."""
        if decision.by in (By.MEMORY, By.LEARNED):
            self._ruled = False
        elif previous == LISTEN or not self._ruled:
            self._ruled = self._stories.only_ruled(self.domain, self.tracker, previous, decision.action)
        if not self._ruled:
            self._stories.record(self.domain, self.tracker, previous, decision.action, decision.by_text)

    async def _perform(self, name: str) -> bool:
        """False where the action does not want to run."""
        try:
            await self._do(name)
        except ActionRejected:
            self.apply({"event": REJECTED, "name": name})
            return False
        except ActionFailed:
            self.acted(name)
            self._failed = True
            self.voice.say_own(TROUBLE)
        return True

    async def _do(self, name: str) -> None:
        """What the project has of its own goes before what we have built in."""
        if name == SESSION_START:
            await session.start(self, session.carried(self.domain, self.tracker))
        elif name in self.domain.forms and not self.runs(name):
            from bot.forms import FormRun

            await FormRun(self, self.domain.forms[name]).run()
        elif name in self._actions:
            await self.custom(name, acts=True)
        elif name in HANDOFF_ACTIONS:
            self.acted(name)
            self.voice.handoff = ASKED if self.tracker.intent == HANDOFF_INTENT else BY_ACTION
        elif self.voice.knows(name):
            self.acted(name)
            self.voice.say(name)
        elif name in self._stories.memory.told.said:
            self.acted(name)
            self.voice.speak(Reply(text=name))
        elif name == TWO_STAGE_FALLBACK:
            from bot.two_stage import TwoStage

            await TwoStage(self).run()
        else:
            run_default(self, name)

    def leave_loop(self) -> None:
        self.apply({"event": "active_loop", "name": None})
        self.apply({"event": "slot", "name": REQUESTED_SLOT, "value": None})

    def hear_again(self, event: Event) -> None:
        """An earlier message is answered now, as if nothing had been between."""
        self.apply(event)
        self._again = True

    async def ask(self, candidates: Iterable[str]) -> None:
        """The first of these names that the project knows is said or run."""
        for name in candidates:
            if await self.own(name):
                return
            if self.voice.knows(name):
                self.voice.say(name)
                return

    def _may_follow(self, name: str, acts: bool) -> bool:
        """Not what the project does not have; and what only validates, extracts or asks does not end the turn."""
        if name == LISTEN:
            return acts
        return name in self._actions or self.domain.knows_action(name) or name in self._stories.memory.told.said

    async def own(self, name: str) -> bool:
        """Whether the project has this action of its own; it has run then."""
        if name not in self._actions:
            return False
        await self.custom(name)
        return True

    def runs(self, name: str) -> bool:
        """Whether the project has this action of its own."""
        return name in self._actions

    def implements(self, name: str) -> bool:
        return name in self.domain.actions and name in self._actions

    async def custom(self, name: str, trailing: Iterable[Event] = (), acts: bool = False) -> list[Event]:
        """Runs an action of the project: messages first, then events. Raises ActionFailed, ActionRejected."""
        tracker = self.tracker.as_dict(self.slots.opened(), trailing)
        ran = await self._actions.run(name, tracker, self.domain.plain)
        rejected = acts and any(event.get("event") == REJECTED for event in ran.events)
        if acts and not rejected:
            self.acted(name)
        for response in ran.responses:
            self.voice.answer(response)
        for event in ran.events:
            self._take(event, acts)
        if rejected:
            raise ActionRejected(name)
        return ran.events

    def _take(self, event: Event, acts: bool) -> None:
        match event.get("event"):
            case "slot" if event.get("name") not in self.tracker.slots:
                # As in Rasa. In a tracker they would pile up.
                logger.warning("slot %s was not set; expected a slot of the domain", event.get("name"))
            case "slot":
                self.slots.set(str(event.get("name")), event.get("value"))
            case "pause":
                self.apply(event)
                self.voice.hand_over(BY_ACTION)
            case "followup" if not self._may_follow(str(event.get("name")), acts):
                return
            case kind if kind == REJECTED:
                # Of what runs now; it is written down where that is given up.
                return
            case _:
                self.apply(masked(event))

    def apply(self, event: Mapping[str, Any]) -> None:
        self._back = self._back or event.get("event") in (REWIND, UNDO)
        self.tracker.apply({**event, "timestamp": self.heard.at}, self.domain)

    def acted(self, name: str) -> None:
        self._ran.append(name)
        self.apply({"event": "action", "name": name})
