"""Rules made ready for matching: for every action that a rule can predict, the states of the conversation that must lie before it.

A state is the conversation just before an action runs. The first action of a rule without an intent is not predicted:
it is the condition (as in Rasa, where such a rule begins with `...`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.dialogue.slot_features import wanted
from bot.project.domain import LISTEN, Domain
from bot.project.story import Anything, Done, Either, Intended, LoopIs, Plain, Rule, SlotsWere

# A rule with `or` in many steps stands for their product.
EXPANSIONS_MOST = 256


@dataclass(frozen=True, slots=True)
class Need:
    """What one state must be. None as `previous`: whatever ran before. `loop` counts only with `loop_known`; None is: no form is on.

    `slots` are names with what policies see of them; None is: not set.
    """

    previous: str | None
    loop_known: bool = False
    loop: str | None = None
    slots: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """`needs` lie on the last states, oldest first. `after`: the actions at the end of the turn before."""

    rule: str
    action: str
    needs: tuple[Need, ...]
    intended: Intended | None = None
    after: tuple[str, ...] = ()
    conversation_start: bool = False

    @property
    def weight(self) -> tuple[int, int]:
        """The longer and the stricter rule wins."""
        strict = sum(len(need.slots) + need.loop_known for need in self.needs)
        asked = 0 if self.intended is None else 1 + len(self.intended.entities)
        return len(self.needs) + len(self.after), strict + asked + self.conversation_start


@dataclass(slots=True)
class _Walk:
    """Where the walk through one rule stands."""

    rule: Rule
    domain: Domain
    previous: str | None = None
    intended: Intended | None = None
    loop_known: bool = False
    loop: str | None = None
    slots: dict[str, str | None] = field(default_factory=dict)
    needs: list[Need] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def need(self) -> Need:
        return Need(self.previous, self.loop_known, self.loop, tuple(self.slots.items()))

    def pattern(self, action: str) -> Pattern:
        start = self.rule.conversation_start
        return Pattern(self.rule.name, action, tuple(self.needs), self.intended, tuple(self.after), start)

    def take(self, step: Plain) -> Iterator[Pattern]:
        match step:
            case LoopIs():
                self.loop_known, self.loop = True, step.name
            case SlotsWere():
                self.slots.update(seen for need in step.slots if (seen := wanted(self.domain, need)) is not None)
            case Anything():
                self.needs.clear()
                self.previous = None
            case Intended():
                self._hear(step)
            case Done() if step.action != LISTEN:
                yield from self._act(step.action)
            case _:
                pass

    def _hear(self, step: Intended) -> None:
        """What ran before this message belongs to the turn before; of it only the actions are still known."""
        self.after = [need.previous for need in self.needs[1:] if need.previous is not None]
        if self.previous is not None:
            self.after.append(self.previous)
        self.needs.clear()
        self.intended = step
        self.previous = LISTEN

    def _act(self, action: str) -> Iterator[Pattern]:
        self.needs.append(self.need())
        if self.previous is not None:
            yield self.pattern(action)
        self.previous = action


class Rulebook:
    """Patterns by the action that must have run last, and by what was meant."""

    __slots__ = ("_by_state",)

    def __init__(self, rules: Iterable[Rule], domain: Domain) -> None:
        self._by_state: dict[tuple[str, str | None], list[Pattern]] = {}
        for rule in rules:
            for pattern in patterns(rule, domain):
                meant = None if pattern.intended is None else pattern.intended.intent
                previous = pattern.needs[-1].previous
                assert previous is not None  # a first action without an intent is not predicted
                self._by_state.setdefault((previous, meant), []).append(pattern)
        for found in self._by_state.values():
            found.sort(key=lambda pattern: pattern.weight, reverse=True)

    def candidates(self, previous: str, intents: Iterable[str]) -> Iterator[Pattern]:
        """Best first, as far as the rules alone can say."""
        found = [self._by_state.get((previous, meant), ()) for meant in (*intents, None)]
        return iter(sorted(itertools.chain(*found), key=lambda pattern: pattern.weight, reverse=True))


def patterns(rule: Rule, domain: Domain) -> Iterator[Pattern]:
    """All that one rule predicts."""
    for steps in expanded(rule):
        walk = _Walk(rule, domain)
        for step in (*rule.condition, *steps):
            yield from walk.take(step)
        if rule.waits and walk.previous is not None:
            walk.needs.append(walk.need())
            yield walk.pattern(LISTEN)


def expanded(rule: Rule) -> Iterable[tuple[Plain, ...]]:
    choices = [step.steps if isinstance(step, Either) else (step,) for step in rule.steps]
    return itertools.islice(itertools.product(*choices), EXPANSIONS_MOST)
