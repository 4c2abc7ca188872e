"""What a project has to learn from, as the desk shows it: put into SQL when it has changed, since the API reads no project's files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bot.nlu.measure import language_of, spaced_language
from bot.project import Project
from bot.project.story import Either, Intended, Step
from models.database import NO_SQL
from models.examples import fingerprint
from models.project_data import Line, Part, ProjectData, publish

logger = logging.getLogger("bellhop.bot")


def tell(engine: Engine, data: ProjectData) -> None:
    """The bot answers without it: where SQL does not take it, the next start tells it again."""
    try:
        publish(engine, data)
    except (*NO_SQL, ProgrammingError, IntegrityError):
        logger.warning("SQL does not take the project's examples: the desk shows those that it had")


def project_data(project: Project) -> ProjectData:
    spaced = spaced_language(project.nlu_config.language)
    lines = [
        Line(each.intent, each.text, each.entities, language_of(each.text, spaced))
        for each in project.training.examples
    ]
    held_out = () if project.heldout is None else project.heldout.examples
    named = {
        Part.INTENT: _intents(project),
        Part.ENTITY: _entities(project),
        Part.HELD_OUT: {fingerprint(each.text): [each.text, each.intent] for each in held_out},
        Part.SLOT: {name: str(slot.type) for name, slot in project.domain.slots.items()},
        Part.SYNONYM: synonyms(project.training.synonyms),
        Part.REGEX: {name: list(lines) for name, lines in project.training.regexes.items()},
        Part.LOOKUP: {name: list(lines) for name, lines in project.training.lookups.items()},
        # As the files have them, with what only other channels know.
        Part.RESPONSE: dict(project.domain.plain.get("responses", {})),
    }
    return ProjectData(project.name, lines, named)


def synonyms(by_text: Mapping[str, str]) -> dict[str, list[str]]:
    """canonical value → the texts that stand for it."""
    found: dict[str, list[str]] = {}
    for text, value in by_text.items():
        found.setdefault(value, []).append(text)
    return found


def _intents(project: Project) -> Mapping[str, Any]:
    """Those that something follows from are `ruled`; `titles` are the project's own."""
    told = [
        *(step for each in project.rules for step in each.steps),
        *(step for each in project.stories for step in each.steps),
    ]
    ruled = {name.partition("/")[0] for name in _meant(told)}
    named = {*project.domain.intents, *(each.intent for each in project.training.examples)}
    return {
        name: {"ruled": name.partition("/")[0] in ruled, "titles": project.training.titles.get(name)}
        for name in sorted(named)
    }


def _meant(steps: Iterable[Step]) -> Iterable[str]:
    for step in steps:
        if isinstance(step, Either):
            yield from _meant(step.steps)
        elif isinstance(step, Intended) and step.intent:
            yield step.intent


def _entities(project: Project) -> Mapping[str, Any]:
    """With the roles and groups that examples give them."""
    found: dict[str, dict[str, set[str]]] = {
        name: {"roles": set(), "groups": set()} for name in project.domain.entities
    }
    for span in (span for each in project.training.examples for span in each.entities):
        known = found.setdefault(span.entity, {"roles": set(), "groups": set()})
        known["roles"] |= {span.role} if span.role else set()
        known["groups"] |= {span.group} if span.group else set()
    return {name: {key: sorted(each) for key, each in known.items()} for name, known in sorted(found.items())}
