"""The bot: reads what customers said, all of a batch in one call, and makes a turn of each. It writes nothing: the worker commits."""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from bot import session
from bot.actions import Actions
from bot.course import Course
from bot.dialogue.exchange import Button, Heard, Outcome, Reply
from bot.dialogue.extraction import SENSITIVE
from bot.dialogue.learned import Learned
from bot.dialogue.learning import learn, name_of
from bot.dialogue.memory import Memory
from bot.dialogue.prediction import Prediction
from bot.dialogue.reminders import IS_EXTERNAL, Reminder
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Tracker
from bot.hearing import Hearing, Second
from bot.nlu.quantities import QuantityReader
from bot.nlu.reading import Entity, Guess, Reading
from bot.project import Project
from bot.project.domain import TWO_STAGE_FALLBACK, Variation
from bot.proposing import Proposing, likely
from bot.speaking import Speaker
from models.sealed import KeyRing
from models.suggestions import Proposal

if TYPE_CHECKING:
    from bot.registry import Model

__all__ = ["Bot", "Button", "Heard", "Outcome", "Reply"]

SECONDS_A_MINUTE = 60

logger = logging.getLogger("bellhop.bot")


class Reader(Protocol):
    """An interpreter, or another reading of the same kind in tests of the dialogue alone."""

    def read(self, texts: Sequence[str]) -> list[Reading]: ...


class Bot:
    """One project with a model. Shared by all turns; holds nothing of a conversation."""

    def __init__(
        self,
        project: Project,
        interpreter: Reader,
        ring: KeyRing | None,
        action_timeout: float = 8.0,
        rng: random.Random | None = None,
        policy: Learned | None = None,
        version: str = "",
    ) -> None:
        """Raises ProjectError where the project's actions cannot be imported. `policy` and `version` are those of the model."""
        self.project = project
        self._domain = project.domain
        self._rules = Rulebook(project.rules, project.domain)
        memory = Memory.of(project.domain, project.stories, project.policies.max_history)
        self._memory = memory
        self._hearing = Hearing(project, self._rules, memory.told.texts)
        self._speaker = Speaker(project.domain, rng or random.Random())
        self._quantities = QuantityReader(project.nlu_config, project.domain.entities - project.training.found())
        self._actions = Actions.of(project, action_timeout)
        self._ring = ring
        self._learn(interpreter, policy, version)

    def taught(self, model: Model) -> Bot:
        """The same project with another model. What is the project's, its actions among it, is shared."""
        other = copy.copy(self)
        other._learn(model.interpreter, model.policy, model.version)
        return other

    def _learn(self, interpreter: Reader, policy: Learned | None, version: str) -> None:
        self.version = version
        self._interpreter = interpreter
        self._titles: Mapping[str, Mapping[str, str]] = getattr(interpreter, "titles", {})
        self._stories = Stories(self._memory, _policy(self._memory, self.project, policy), self.project.policies)

    def answer_with(self, said: Mapping[str, tuple[Variation, ...]]) -> None:
        """Responses that go before the project's, with whichever model."""
        self._speaker.learn(said)

    def settle(self) -> None:
        """For a process that has this bot alone: its actions' code may import inside of functions too."""
        self._actions.settle()

    async def close(self) -> None:
        """Ends what its actions hold open."""
        await self._actions.close()

    def prediction(self) -> Prediction:
        """A conversation in which nothing is run."""
        return Prediction(self._domain, self._rules, self._stories)

    def read(self, heard: Sequence[Heard]) -> list[Reading]:
        """One reading for each message, all understood in one vectorised call. What is sealed becomes an entity of its kind."""
        readings = self._interpreter.read([each.text for each in heard])
        return [
            _with_sealed(each, self._quantities.read(reading, each.at))
            for each, reading in zip(heard, readings, strict=True)
        ]

    def about(self, texts: Sequence[str]) -> list[tuple[Guess, ...]]:
        """What each seems to be about, as this model reads it."""
        return [tuple(likely(each)) for each in self._interpreter.read(texts)]

    def proposals(self, heard: Heard, reading: Reading, tracker: bytes | None) -> list[Proposal]:
        """What it would say to this if it had the conversation. Raises msgspec.MsgspecError where the bytes are no tracker."""
        event = self._hearing.alone
        return Proposing(self._domain, self._rules, self._stories, self._speaker, event).answers(
            heard, reading, tracker
        )

    async def turn(self, heard: Heard, reading: Reading, tracker: bytes | None) -> Outcome:
        """What is said and done about one message. Raises msgspec.MsgspecError where the bytes are no tracker."""
        held = Tracker.from_bytes(tracker)
        course = self._course(held, heard)
        await self._begin(course, held, heard)
        held.reminders = [each for each in held.reminders if not each.killed]
        second = self._hear(held, heard, reading)
        return await (course.receive() if heard.wordless else course.run(second))

    async def remind(self, heard: Heard, reminder: Reminder, tracker: bytes | None) -> Outcome:
        """The turn of a reminder that is due, as if the customer had meant its intent. It is due no more then."""
        held = Tracker.from_bytes(tracker)
        held.reminders = [each for each in held.reminders if each.name != reminder.name]
        course = self._course(held, heard)
        await self._begin(course, held, heard)
        self._remember(held, heard, reminder)
        return await course.run()

    def _course(self, held: Tracker, heard: Heard) -> Course:
        return Course(
            self._domain, self._rules, self._stories, self._speaker, self._actions.calls(), self._ring, held, heard, self._titles
        )  # fmt: skip

    async def _begin(self, course: Course, tracker: Tracker, heard: Heard) -> None:
        """A session: the first, or a new one after a long silence. Slots that the project has got since are there too."""
        domain = self._domain
        silent = domain.session_minutes > 0 and heard.at - tracker.last_at > domain.session_minutes * SECONDS_A_MINUTE
        if not tracker.sender_id or silent:
            tracker.sender_id = heard.conversation
            carry = session.carried(domain, tracker)
            tracker.turns = tracker.misses = tracker.failures = 0
            tracker.later = ""
            await session.start(course, carry)
        tracker.slots = {**domain.first_slots(), **tracker.slots}
        if tracker.loop is not None and tracker.loop.name not in {*domain.forms, TWO_STAGE_FALLBACK}:
            tracker.loop = None
        if heard.meanwhile and not tracker.paused:
            tracker.apply({"event": "pause", "timestamp": heard.meanwhile[0].get("timestamp")}, domain)
        for event in heard.meanwhile:
            tracker.apply(event, domain)
        if tracker.paused:
            tracker.apply({"event": "resume", "timestamp": heard.at}, domain)
        tracker.seq, tracker.token = heard.seq, heard.token

    def _hear(self, tracker: Tracker, heard: Heard, reading: Reading) -> Second | None:
        """What the message means besides is given back."""
        event, second = self._hearing.events(heard, reading, tracker)
        tracker.channel = heard.channel
        tracker.last_at = heard.at
        tracker.apply(event, self._domain)
        return second

    def _remember(self, tracker: Tracker, heard: Heard, reminder: Reminder) -> None:
        """As if the customer had meant it. Calls of actions to the outside carry the key, so that they can tell a repetition."""
        intent = {"name": reminder.intent, "confidence": 1.0}
        message: dict[str, Any] = {
            "intent": intent, "intent_ranking": [intent], "entities": list(reminder.entities),
            "text": heard.text, "message_id": heard.message_id,
            "metadata": {"idempotency_key": f"{heard.conversation}:{heard.seq}:{heard.reminder}", IS_EXTERNAL: True},
        }  # fmt: skip
        tracker.last_at = heard.at
        tracker.apply(
            {"event": "user", "text": heard.text, "parse_data": message, "input_channel": tracker.channel, "timestamp": heard.at},
            self._domain,
        )  # fmt: skip


def _policy(memory: Memory, project: Project, trained: Learned | None) -> Learned:
    """That of the model, if it was learned from the stories that are there now; without a model it is learned at once."""
    if trained is None:
        return learn(memory.points, project.policies.max_history)
    if trained.learned_from == name_of(memory.points, project.policies.max_history):
        return trained
    logger.warning("the stories have changed since the model was trained; `bellhop train` learns from them")
    return Learned()


def _with_sealed(heard: Heard, reading: Reading) -> Reading:
    """Nothing else is found inside a masked span."""
    if not heard.sealed:
        return reading
    sealed = tuple(
        Entity(span.kind, heard.text[span.start : span.end], span.start, span.end, extractor=SENSITIVE)
        for span in heard.sealed
    )
    rest = tuple(
        each
        for each in reading.entities
        if not any(each.start < span.end and span.start < each.end for span in heard.sealed)
    )
    return msgspec.structs.replace(reading, entities=(*rest, *sealed))
