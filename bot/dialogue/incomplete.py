"""Rules that leave open what an action does: another rule says after it what becomes of a slot or of the form, and this one is silent.

Where it runs, the action does the same for both, so the silent rule would not be followed any further. Rasa refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.dialogue.replay import fills
from bot.dialogue.rulebook import expanded
from bot.dialogue.slot_features import feature
from bot.project.domain import LISTEN, Domain, SlotType
from bot.project.story import Anything, Done, Intended, LoopIs, Plain, Rule, Said, SlotsWere
from models.rasa.problems import Problem


@dataclass(slots=True)
class _Ran:
    """An action of a rule. `slots` and `loops` (None: no form is on) are what the rule says right after it, `known` and `loop` what
    stands by then. `open`: the rule does not say what comes next, so it need not say what the action has done."""

    action: str
    slots: set[str] = field(default_factory=set)
    loops: set[str | None] = field(default_factory=set)
    known: frozenset[str] = frozenset()
    loop: LoopIs | None = None
    open: bool = False


@dataclass(slots=True)
class _Does:
    """What rules say that an action does, each with the first rule that says so."""

    slots: dict[str, Rule] = field(default_factory=dict)
    loops: dict[str | None, Rule] = field(default_factory=dict)


def incomplete(domain: Domain, rules: Sequence[Rule]) -> list[Problem]:
    """One for each rule and action; it names both rules."""
    ran = [(rule, each) for rule in rules for steps in expanded(rule) for each in _Walk(domain, rule).through(steps)]
    does: dict[str, _Does] = {}
    for rule, each in ran:
        told = does.setdefault(each.action, _Does())
        told.slots.update({slot: told.slots.get(slot, rule) for slot in each.slots})
        told.loops.update({loop: told.loops.get(loop, rule) for loop in each.loops})
    return sorted(
        {problem for rule, each in ran if not each.open for problem in _missing(rule, each, does[each.action])}
    )


def _missing(rule: Rule, ran: _Ran, does: _Does) -> Iterator[Problem]:
    for slot in sorted(does.slots.keys() - ran.known):
        expected = f"`slot_was_set` with '{slot}' after it (null where it is not set)"
        yield _problem(rule, ran, does.slots[slot], f"what slot '{slot}' is", expected)
    if does.loops and (ran.loop is None or ran.loop.name not in does.loops):
        named = sorted(does.loops, key=lambda name: (name is None, name))
        expected = " or ".join(f"`active_loop: {name or 'null'}`" for name in named)
        yield _problem(rule, ran, does.loops[named[0]], "which form is on", f"{expected} after it")


def _problem(rule: Rule, ran: _Ran, other: Rule, what: str, expected: str) -> Problem:
    said = f"rule '{rule.name}' leaves open {what} after '{ran.action}', where rule '{other.name}' ({other.file}:{other.line})"
    last = "`wait_for_user_input: false` where it is the last action"
    return Problem(rule.file, rule.line, f"{said} says it; expected {expected}, or {last}")


class _Walk:
    """Through one rule, alternatives chosen."""

    def __init__(self, domain: Domain, rule: Rule) -> None:
        self._domain = domain
        self._rule = rule
        # A slot that has a first value stands in the state of every rule.
        self._known = {name for name, slot in domain.slots.items() if feature(slot, slot.initial_value) is not None}
        self._loop: LoopIs | None = None
        self._now: _Ran | None = None

    def through(self, steps: Sequence[Plain]) -> Iterator[_Ran]:
        """Its actions, in order."""
        for step in (*self._rule.condition, *steps):
            match step:
                case SlotsWere():
                    self._say({need.name for need in step.slots})
                case LoopIs():
                    self._loop = step
                    if self._now is not None:
                        self._now.loops.add(step.name)
                case Intended() | Done() | Said() | Anything():
                    yield from self._ended(left_open=isinstance(step, Anything))
                    self._begin(step)
                case _:
                    pass
        yield from self._ended(left_open=not self._rule.waits)

    def _say(self, names: set[str]) -> None:
        seen = {name for name in names if self._is_seen(name)}
        self._known |= seen
        if self._now is not None:
            self._now.slots |= seen

    def _is_seen(self, name: str) -> bool:
        """Whether rules see anything of it."""
        slot = self._domain.slots.get(name)
        return slot is not None and slot.influence_conversation and slot.type is not SlotType.ANY

    def _begin(self, step: Plain) -> None:
        match step:
            case Done() if step.action != LISTEN:
                self._now = _Ran(step.action)
            case Said():
                self._now = _Ran(step.text)
            case Intended():
                self._known |= {
                    name for name in self._domain.slots if self._is_seen(name) and self._is_filled(name, step)
                }
            case _:
                pass

    def _is_filled(self, name: str, step: Intended) -> bool:
        found = ({"entity": each.entity, "role": each.role, "group": each.group} for each in step.entities)
        return any(fills(self._domain.slots[name], each) for each in found)

    def _ended(self, *, left_open: bool) -> Iterator[_Ran]:
        if self._now is not None:
            self._now.known, self._now.loop, self._now.open = frozenset(self._known), self._loop, left_open
            yield self._now
        self._now = None
