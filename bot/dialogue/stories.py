"""What a project's stories say about the next action: from memory, else as learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.dialogue.history import State, appended, state_of
from bot.dialogue.learned import Learned
from bot.dialogue.memory import Memory
from bot.dialogue.tracker import Tracker
from bot.project.domain import Domain
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

    def state(self, domain: Domain, tracker: Tracker, previous: str) -> State:
        return state_of(domain, self.memory.told, previous, tracker.latest_message, tracker.slots, tracker.loop_name)

    def advise(self, states: Sequence[State]) -> Advice | None:
        """None where no story matches and what was learned is too unsure."""
        remembered = self.memory.recall(states)
        if remembered is not None:
            return Advice(remembered[0], "memory", 1.0, remembered[1])
        likely = self.learned.likely(states)
        if likely is None or likely[1] < self.policies.fallback_threshold:
            return None
        return Advice(likely[0], "learned", likely[1])

    def record(self, domain: Domain, tracker: Tracker, previous: str, action: str) -> None:
        if self.memory.points:
            tracker.states = appended(tracker.states, self.state(domain, tracker, previous), action)

    def only_ruled(self, domain: Domain, tracker: Tracker, previous: str, action: str) -> bool:
        """A step that only rules have does not belong to the history of stories: so rules do not break them."""
        return not self.memory.has(self.state(domain, tracker, previous), action)
