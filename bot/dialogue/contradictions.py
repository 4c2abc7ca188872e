"""Rules that contradict each other: in the same situation one wants this action and another that one. Rasa refuses them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.dialogue.rulebook import Pattern, patterns
from bot.project.problems import Problem
from bot.project.story import Rule


def contradictions(rules: Iterable[Rule]) -> list[Problem]:
    """One for each pair, at the later rule; it names both."""
    found: dict[tuple[Any, ...], tuple[Rule, Pattern]] = {}
    return sorted(
        {problem for rule in rules for pattern in patterns(rule) for problem in _against(found, rule, pattern)}
    )


def _against(found: dict[tuple[Any, ...], tuple[Rule, Pattern]], rule: Rule, pattern: Pattern) -> Iterator[Problem]:
    first, known = found.setdefault(_situation(pattern), (rule, pattern))
    if first is not rule and known.action != pattern.action:
        then = f"'{pattern.action}' where rule '{first.name}' ({first.file}:{first.line}) has '{known.action}'"
        yield Problem(rule.file, rule.line, f"rule '{rule.name}' has {then}; expected one of the two, or a condition")


def _situation(pattern: Pattern) -> tuple[Any, ...]:
    """What must hold before the action, whatever the lines are on which it is written."""
    intended = pattern.intended
    meant = None if intended is None else (intended.intent, repr(intended.entities))
    needs = tuple(
        (need.previous, need.loop_known, need.loop, repr(sorted(map(repr, need.slots)))) for need in pattern.needs
    )
    return needs, meant, pattern.after, pattern.conversation_start
