"""What a project's stories say about the next action: from memory, else as learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from bot.dialogue.history import State, appended, plain, state_of
from bot.dialogue.learned import Learned
from bot.dialogue.memory import Memory
from bot.dialogue.tracker import Tracker
from bot.project.domain import LISTEN, Domain
from bot.project.policies import Policies


@dataclass(frozen=True, slots=True)
class Advice:
    """An action, who says so (`memory` or `learned`), how sure, and the story where one was remembered."""

    action: str
    by: str
    confidence: float
    story: str | None = None


@dataclass(frozen=True, slots=True)
class Stories:
    """Nothing in it changes while the bot runs."""

    memory: Memory = field(default_factory=Memory)
    learned: Learned = field(default_factory=Learned)
    policies: Policies = field(default_factory=Policies)

    def state(self, domain: Domain, tracker: Tracker, previous: str, by_text: bool = False) -> State:
        told = self.memory.told
        return state_of(domain, told, previous, tracker.latest_message, tracker.slots, tracker.loop_name, by_text)

    def word_for_word(self, domain: Domain, tracker: Tracker) -> Advice | None:
        """What a story has after exactly this text."""
        if plain(tracker.latest_message.get("text") or "") not in self.memory.told.texts:
            return None
        remembered = self.memory.recall([*tracker.states, self.state(domain, tracker, LISTEN, by_text=True)])
        return None if remembered is None else Advice(remembered[0], "memory", 1.0, remembered[1])

    def advise(self, states: Sequence[State]) -> Advice | None:
        """None where no story matches and what was learned is too unsure."""
        remembered = self.memory.recall(states)
        if remembered is not None:
            return Advice(remembered[0], "memory", 1.0, remembered[1])
        likely = self.learned.likely(states) if self.memory.tells(states[-1]) else None
        if likely is None or likely[1] < self.policies.fallback_threshold:
            return None
        return Advice(likely[0], "learned", likely[1])

    def record(self, domain: Domain, tracker: Tracker, previous: str, action: str, by_text: bool = False) -> None:
        if self.memory.points:
            state = msgspec.structs.replace(self.state(domain, tracker, previous, by_text), turn=tracker.turns)
            tracker.states = appended(tracker.states, state, action)

    def only_ruled(self, domain: Domain, tracker: Tracker, previous: str, action: str) -> bool:
        """A step that only rules have does not belong to the history of stories: so rules do not break them."""
        return not self.memory.has(self.state(domain, tracker, previous), action)
