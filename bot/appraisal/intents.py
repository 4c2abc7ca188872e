"""Which intents a project cannot do without, and with which of them a mistake costs more than a wrong answer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from bot.project import Project
from bot.project.domain import DEFAULT_INTENTS, HANDOFF_ACTIONS, HANDOFF_INTENT
from bot.project.story import Done, Either, Intended, LoopIs, Plain, Rule, Step


def needed(project: Project) -> frozenset[str]:
    """Those that rules, stories or forms wait for; of retrieval intents without keys. Not those that nobody has to understand."""
    told = {name for each in _all_steps(project) for name in _meant(each)}
    return frozenset(_understood({*told, *(name for name, _ in _filling(project))}))


def protected(project: Project) -> frozenset[str]:
    """As it is by itself: what asks for a person, what begins or leaves a form, and what is answered in one. Where these are misread a
    customer does not come to a person, or into a form that they have not asked for, or not out of it."""
    entering = {name for each in _all_steps(project) for name in _led(each, _doors(project))}
    within = {name for rule in project.rules if _in_a_form(rule) for name in _meant(rule.steps)}
    filling = {name for name, in_a_form in _filling(project) if in_a_form}
    return frozenset(_understood({*entering, *within, *filling, HANDOFF_INTENT} & set(project.domain.intents)))


def _all_steps(project: Project) -> list[Sequence[Step]]:
    return [*(each.steps for each in project.rules), *(each.steps for each in project.stories)]


def _doors(project: Project) -> frozenset[str]:
    return HANDOFF_ACTIONS | frozenset(project.domain.forms)


def _led(steps: Iterable[Step], doors: Collection[str]) -> Iterator[str]:
    """The intents at which one of these actions is what is done."""
    meant: set[str] = set()
    for step in steps:
        inner = list(_plain([step]))
        if any(isinstance(each, Intended) for each in inner):
            meant = set(_meant([step]))
        elif any(isinstance(each, Done) and each.action in doors for each in inner):
            yield from meant


def _in_a_form(rule: Rule) -> bool:
    return any(isinstance(each, LoopIs) and each.name is not None for each in rule.condition)


def _filling(project: Project) -> Iterator[tuple[str, bool]]:
    """(intent that fills a slot, whether it does so in a form)"""
    for slot in project.domain.slots.values():
        for mapping in slot.mappings:
            in_a_form = any(each.active_loop is not None for each in mapping.conditions)
            yield from ((name, in_a_form) for name in mapping.intents)


def _plain(steps: Iterable[Step]) -> Iterator[Plain]:
    for step in steps:
        yield from step.steps if isinstance(step, Either) else (step,)


def _meant(steps: Iterable[Step]) -> Iterator[str]:
    for step in _plain(steps):
        if isinstance(step, Intended) and step.intent is not None:
            yield step.intent


def _understood(intents: Iterable[str]) -> Iterator[str]:
    for each in intents:
        name = each.partition("/")[0]
        if name and name not in DEFAULT_INTENTS and not name.startswith("EXTERNAL_"):
            yield name
