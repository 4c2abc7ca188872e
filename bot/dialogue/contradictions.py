"""Rules that contradict each other, and stories that contradict rules: in the same situation one wants this action and the other
that one. Rasa refuses them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.dialogue.replay import Point
from bot.dialogue.rulebook import Pattern, Rulebook, patterns
from bot.dialogue.situation import Situation, best
from bot.project.domain import LISTEN, Domain
from bot.project.story import Rule
from models.rasa.problems import Problem


def contradictions(domain: Domain, rules: Sequence[Rule], points: Iterable[Point] = ()) -> list[Problem]:
    """One for each pair, at the later rule or at the story's line; it names both. `points`: what the stories decide."""
    found: dict[tuple[Any, ...], tuple[Rule, Pattern]] = {}
    among = (each for rule in rules for pattern in patterns(rule, domain) for each in _against(found, rule, pattern))
    return sorted({*among, *_of_stories(domain, rules, points)})


def _against(found: dict[tuple[Any, ...], tuple[Rule, Pattern]], rule: Rule, pattern: Pattern) -> Iterator[Problem]:
    first, known = found.setdefault(_situation(pattern), (rule, pattern))
    if first is not rule and known.action != pattern.action:
        then = f"'{pattern.action}' where rule '{first.name}' ({first.file}:{first.line}) has '{known.action}'"
        yield Problem(rule.file, rule.line, f"rule '{rule.name}' has {then}; expected one of the two, or a condition")


def _situation(pattern: Pattern) -> tuple[Any, ...]:
    """What must hold before the action, whatever the lines are on which it is written."""
    intended = pattern.intended
    seen = None if intended is None else sorted((each.entity, each.role, each.group) for each in intended.entities)
    meant = None if intended is None else (intended.intent, repr(seen))
    needs = tuple((need.previous, need.loop_known, need.loop, tuple(sorted(need.slots))) for need in pattern.needs)
    return needs, meant, pattern.after, pattern.conversation_start


def _of_stories(domain: Domain, rules: Sequence[Rule], points: Iterable[Point]) -> Iterator[Problem]:
    """Where a story goes another way than the rule that applies there. A rule goes before a story, so it would never go that way."""
    book = Rulebook(rules, domain)
    by_name = {rule.name: rule for rule in reversed(rules)}
    for point in points:
        if point.action == point.loop:
            continue
        pattern = best(domain, book, Situation(point.moments, point.message, point.before, point.first_turn))
        if pattern is None or pattern.action == point.action or _only_ends(point, pattern):
            continue
        rule = by_name[pattern.rule]
        then = f"'{point.action}' where rule '{rule.name}' ({rule.file}:{rule.line}) has '{pattern.action}'"
        yield Problem(
            point.story.file,
            point.line,
            f"story '{point.story.name}' has {then}; expected the same in both, or a condition",
        )


def _only_ends(point: Point, pattern: Pattern) -> bool:
    """A rule that has nothing more to say, in a form or without an intent, leaves it to the story how to go on."""
    return pattern.action == LISTEN and (point.loop is not None or pattern.intended is None)
