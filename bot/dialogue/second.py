"""A message that means two things: what is answered first, and what becomes of the second. Pure.

Both are answered as if they had been said in two messages, a form last, so that what it asks is the last thing said. What a
form that is on, or doubt, does not let us answer now is offered as a button.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.rulebook import Pattern, Rulebook
from bot.nlu.reading import Clause, Reading, Zone
from bot.project.domain import HANDOFF_INTENT, LISTEN, Domain


@dataclass(frozen=True, slots=True)
class Two:
    """`second` None: the first is all there is to do. `sure`: the second may be answered, not only offered."""

    first: Clause
    second: Clause | None = None
    sure: bool = False


def two(reading: Reading, loop: str | None, rules: Rulebook, domain: Domain) -> Two | None:
    """None: the message is taken as a whole. To a form that is on, all of it may be the answer."""
    if loop is not None or not reading.clauses:
        return None
    for clause in reading.clauses:
        if clause.reading.intent.name == HANDOFF_INTENT and _clear(clause):
            return Two(clause)
    first, second = reading.clauses
    if not _clear(first):
        first, second = second, first
    if not _clear(first):
        return None
    sure = _clear(second) and any(_patterns(second, rules))
    if sure and _starts_form(first, rules, domain) and not _starts_form(second, rules, domain):
        first, second = second, first
    return Two(first, second, sure)


def _clear(clause: Clause) -> bool:
    return clause.reading.zone is Zone.ANSWER


def _starts_form(clause: Clause, rules: Rulebook, domain: Domain) -> bool:
    return any(pattern.action in domain.forms for pattern in _patterns(clause, rules))


def _patterns(clause: Clause, rules: Rulebook) -> Iterator[Pattern]:
    """What rules do first where this is meant."""
    intent = clause.reading.intent.name
    found = rules.candidates(LISTEN, (clause.reading.full(intent), intent))
    return (pattern for pattern in found if pattern.intended is not None)
