"""The bot: reads what customers said, all of a batch in one call, and makes a turn of each. It writes nothing: the worker commits."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from bot.actions import Actions
from bot.course import Course
from bot.dialogue.exchange import Button, Heard, Outcome, Reply
from bot.dialogue.extraction import SENSITIVE
from bot.dialogue.learned import Learned
from bot.dialogue.learning import learn, name_of
from bot.dialogue.memory import Memory
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Tracker
from bot.nlu.quantities import QuantityReader
from bot.nlu.reading import Entity, Reading, Zone
from bot.payload import understood
from bot.project import Project
from bot.project.domain import DEFAULT_INTENTS, HANDOFF_INTENT, TWO_STAGE_FALLBACK
from bot.speaking import Speaker
from models.sealed import KeyRing

__all__ = ["Bot", "Button", "Heard", "Outcome", "Reply"]

SECONDS_A_MINUTE = 60
# The rest of the ranking is near zero, and would be written with every message.
RANKING_KEPT = 5

logger = logging.getLogger("bellhop.bot")


class Reader(Protocol):
    """An interpreter, or another reading of the same kind in tests of the dialogue alone."""

    def read(self, texts: Sequence[str]) -> list[Reading]: ...


class Bot:
    """One project with its model. Shared by all turns; holds nothing of a conversation."""

    def __init__(
        self,
        project: Project,
        interpreter: Reader,
        ring: KeyRing | None,
        action_timeout: float = 8.0,
        rng: random.Random | None = None,
        policy: Learned | None = None,
    ) -> None:
        """Raises ProjectError where the project's actions cannot be imported. `policy` is that of the model."""
        self.project = project
        self._domain = project.domain
        self._rules = Rulebook(project.rules, project.domain)
        memory = Memory.of(project.domain, project.stories, project.policies.max_history)
        self._stories = Stories(memory, _policy(memory, project, policy), project.policies)
        self._speaker = Speaker(project.domain, rng or random.Random())
        self._interpreter = interpreter
        self._quantities = QuantityReader(project.nlu_config, project.domain.entities - project.training.found())
        self._actions = Actions.of(project, action_timeout)
        self._ring = ring
        self._titles: Mapping[str, Mapping[str, str]] = getattr(interpreter, "titles", {})

    def read(self, heard: Sequence[Heard]) -> list[Reading]:
        """One reading for each message, all understood in one vectorised call. What is sealed becomes an entity of its kind."""
        readings = self._interpreter.read([each.text for each in heard])
        return [
            _with_sealed(each, self._quantities.read(reading, each.at))
            for each, reading in zip(heard, readings, strict=True)
        ]

    async def turn(self, heard: Heard, reading: Reading, tracker: bytes | None) -> Outcome:
        """What is said and done about one message. Raises msgspec.MsgspecError where the bytes are no tracker."""
        held = Tracker.from_bytes(tracker)
        course = Course(
            self._domain, self._rules, self._stories, self._speaker, self._actions, self._ring, held, heard, self._titles
        )  # fmt: skip
        await self._begin(course, held, heard)
        self._hear(held, heard, reading)
        return await course.run()

    async def _begin(self, course: Course, tracker: Tracker, heard: Heard) -> None:
        """A session: the first, or a new one after a long silence. Slots that the project has got since are there too."""
        domain = self._domain
        silent = domain.session_minutes > 0 and heard.at - tracker.last_at > domain.session_minutes * SECONDS_A_MINUTE
        if not tracker.sender_id or silent:
            tracker.sender_id = heard.conversation
            first = domain.first_slots()
            kept = tracker.slots if domain.carry_over_slots else {}
            carried = {name: kept[name] for name in kept if name in domain.slots and kept[name] != first[name]}
            sealed = tracker.sealed
            tracker.turns = tracker.misses = tracker.failures = 0
            await course.start_session(carried)
            tracker.sealed = {name: seal for name, seal in sealed.items() if name in carried} | tracker.sealed
        tracker.slots = {**domain.first_slots(), **tracker.slots}
        if tracker.loop is not None and tracker.loop.name not in {*domain.forms, TWO_STAGE_FALLBACK}:
            tracker.loop = None
        if tracker.paused:
            tracker.apply({"event": "resume", "timestamp": heard.at}, domain)

    def _hear(self, tracker: Tracker, heard: Heard, reading: Reading) -> None:
        """Only a payload that one of our buttons carried is more than text: anybody can type a slash."""
        meant = _meant(reading)
        if heard.payload and heard.payload in tracker.offered:
            meant = understood(heard.payload)
        if not self._speakable(meant):
            meant = _meant(reading)
        message: dict[str, Any] = {
            **meant,
            "text": heard.text,
            "message_id": heard.message_id,
            "metadata": {"idempotency_key": f"{heard.conversation}:{heard.seq}"},
        }
        tracker.channel = heard.channel
        tracker.turns += 1
        tracker.last_at = heard.at
        tracker.apply(
            {"event": "user", "text": heard.text, "parse_data": message, "input_channel": heard.channel, "timestamp": heard.at},
            self._domain,
        )  # fmt: skip

    def _speakable(self, meant: dict[str, Any]) -> bool:
        """A payload may be as old as a button: of what the project no longer knows, the text counts."""
        name = str(meant["intent"]["name"] or "").partition("/")[0]
        return name in self._domain.intents or name in DEFAULT_INTENTS or name == HANDOFF_INTENT


def _policy(memory: Memory, project: Project, trained: Learned | None) -> Learned:
    """That of the model, if it was learned from the stories that are there now; without a model it is learned at once."""
    if trained is None:
        return learn(memory.points, project.policies.max_history)
    if trained.learned_from == name_of(memory.points, project.policies.max_history):
        return trained
    logger.warning("the stories have changed since the model was trained; `bellhop train` learns from them")
    return Learned()


def _meant(reading: Reading) -> dict[str, Any]:
    """A reading as Rasa's `latest_message` has it; `zone` is ours, where there is doubt."""
    doubt = {} if reading.zone is Zone.ANSWER else {"zone": reading.zone.value}
    return {
        "intent": msgspec.to_builtins(reading.intent),
        "entities": [msgspec.to_builtins(each) for each in reading.entities],
        "intent_ranking": [msgspec.to_builtins(each) for each in reading.ranking[:RANKING_KEPT]],
        **doubt,
    }


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
