"""Memory of stories: what was done in exactly this situation. Rasa's memoization policies are the model.

A story may begin anywhere in a conversation: where the whole history is not remembered, its beginning is left out. What
`max_history` states leave open, longer ones may tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.history import STATES_KEPT, State, Told
from bot.dialogue.replay import Point, points
from bot.project.domain import LISTEN, Domain
from bot.project.story import Story

# Rasa's default.
MAX_HISTORY = 5

_Key = tuple[tuple[Any, ...], ...]


@dataclass(slots=True)
class Memory:
    """`told`: what of a conversation its states hold. `points`: all that the stories decide."""

    told: Told = field(default_factory=Told)
    points: list[Point] = field(default_factory=list)
    _actions: dict[_Key, tuple[str, str]] = field(default_factory=dict)
    _steps: set[tuple[str, str | None, str]] = field(default_factory=set)
    _meant: set[tuple[str | None, str]] = field(default_factory=set)
    _resumed: dict[tuple[str, str, str | None], list[frozenset[tuple[str, str]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, domain: Domain, stories: Sequence[Story], max_history: int = MAX_HISTORY) -> Memory:
        told, found = points(domain, stories)
        memory = cls(told, found)
        ambiguous: set[_Key] = set()
        for point in found:
            for length in (max_history, STATES_KEPT):
                key = _key(point.states[-length:])
                known = memory._actions.setdefault(key, (point.action, point.story.name))
                if known[0] != point.action:
                    ambiguous.add(key)
            state = point.states[-1]
            memory._steps.add((state.previous, state.intent, point.action))
            if state.intent:
                memory._meant.add((state.loop, state.intent))
            if state.loop == point.action and state.previous == LISTEN and len(point.states) > 1:
                key_of_return = state.loop, point.states[-2].previous, state.intent
                memory._resumed.setdefault(key_of_return, []).append(frozenset(state.slots))
        for key in ambiguous:
            del memory._actions[key]
        return memory

    def recall(self, states: Sequence[State]) -> tuple[str, str] | None:
        """The action and the story that has it; `states` are the last ones, the present one at the end."""
        if not self._actions:
            return None
        for length in range(min(len(states), STATES_KEPT), 0, -1):
            found = self._actions.get(_key(states[-length:]))
            if found is not None:
                return found
        return None

    def resumes(self, before: str, state: State) -> bool:
        """Whether some story comes back to the form here, after `before` had interrupted it: it asks again, and validates nothing."""
        wanted = self._resumed.get((state.loop or "", before, state.intent), ())
        return any(slots.issubset(state.slots) for slots in wanted)

    def tells(self, state: State) -> bool:
        """Whether some story has what was meant where this form is on, or none: a no in a form says nothing of a no outside of it."""
        return state.intent is None or (state.loop, state.intent) in self._meant

    def has(self, state: State, action: str) -> bool:
        """Whether some story does this after that: what only rules do does not belong to the history of stories.

        A form that has run listens in every story, though none decides it.
        """
        if action == LISTEN and state.previous == state.loop:
            return True
        return (state.previous, state.intent, action) in self._steps


def _key(states: Sequence[State]) -> _Key:
    return tuple(state.key for state in states)
