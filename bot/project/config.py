"""Reads `config.yml`: the few settings of Rasa's pipeline and policies that mean something here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import Any
from zoneinfo import available_timezones

from bot.nlu.data import ANY_INTENT, DIMENSIONS, NluConfig
from bot.nlu.zones import USUAL, Costs
from models.rasa.document import Document, List, Map
from models.rasa.fields import items, map_at, name_at, names_at, only, value_at

ENTITY_LEARNERS = ("DIETClassifier", "CRFEntityExtractor", "MitieEntityExtractor", "SpacyEntityExtractor")
DUCKLING = ("DucklingEntityExtractor", "DucklingHTTPExtractor")
OLD_FALLBACKS = ("FallbackPolicy", "TwoStageFallbackPolicy")
# Ours: Rasa has no such key.
OWN_KEY = "bellhop"
ENGLISH = "english_encoder"
COSTS = {"wrong_answer": "wrong", "question": "asked", "person": "handed"}
TOP_KEYS = frozenset(["recipe", "assistant_id", "version", "language", "pipeline", "policies", OWN_KEY])


def read_config(document: Document) -> NluConfig:
    """Components that we do not have are passed over: one classifier of ours stands for all of them."""
    only(document, document.top, TOP_KEYS, "config.yml")
    for part in ("pipeline", "policies"):
        if not isinstance(document.top.get(part), list | None):
            document.warn(document.top.line_of(part), f"passed over; expected a list of components under `{part}`")
    pipeline = document.top.get("pipeline")
    components = list(_components(document, pipeline)) if isinstance(pipeline, List) else []
    return replace(
        _config(document, dict(components)),
        selectors=_selectors(document, components),
        **_own(document),
    )


def _own(document: Document) -> dict[str, Any]:
    own = map_at(document, document.top, OWN_KEY)
    only(document, own, ("costs", ENGLISH), f"`{OWN_KEY}`")
    wanted = value_at(document, own, ENGLISH, bool, False, "true or false")
    return {"costs": _costs(document, own), ENGLISH: wanted}


def _costs(document: Document, own: Map) -> Costs:
    """What a wrong answer, a question asked back and a person cost beside each other."""
    given = map_at(document, own, "costs")
    only(document, given, COSTS, "`costs`")
    return Costs(**{field: _cost(document, given, key, getattr(USUAL, field)) for key, field in COSTS.items()})


def _cost(document: Document, given: Map, key: str, usual: float) -> float:
    value = given.get(key, usual)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < inf:
        return float(value)
    document.error(given.line_of(key), f"expected a number above 0 as `{key}`")
    return usual


def _selectors(document: Document, components: list[tuple[str, Map]]) -> tuple[str, ...]:
    found = (name_at(document, each, "retrieval_intent") for name, each in components if name == "ResponseSelector")
    return tuple(dict.fromkeys(each or ANY_INTENT for each in found))


def _components(document: Document, pipeline: List) -> Iterator[tuple[str, Map]]:
    """By the last part of their names: a component may be named by its module."""
    for component, line in items(pipeline):
        name = component if isinstance(component, str) else None
        if isinstance(component, Map):
            name = name_at(document, component, "name")
        if name is None:
            document.warn(line, "passed over; expected `name` in a component")
        else:
            yield name.rpartition(".")[2], component if isinstance(component, Map) else Map(line)


def _config(document: Document, components: dict[str, Map]) -> NluConfig:
    fallback = components.get("FallbackClassifier") or _old_fallback(document)
    duckling = next((components[name] for name in DUCKLING if name in components), None)
    regex = components.get("RegexEntityExtractor", Map(1))
    default = NluConfig()

    def flag(name: str, otherwise: bool) -> bool:
        return value_at(document, regex, name, bool, otherwise, "true or false")

    return NluConfig(
        name_at(document, document.top, "language"),
        _share(
            document,
            fallback,
            "nlu_threshold" if "nlu_threshold" in fallback else "threshold",
            default.fallback_threshold,
        ),
        _share(document, fallback, "ambiguity_threshold", default.ambiguity_threshold),
        flag("case_sensitive", default.case_sensitive),
        flag("use_lookup_tables", default.use_lookup_tables),
        flag("use_regexes", default.use_regexes),
        flag("use_word_boundaries", default.use_word_boundaries),
        _learns_entities(document, components),
        _dimensions(document, duckling),
        _timezone(document, duckling or Map(1)),
    )


def _old_fallback(document: Document) -> Map:
    """Before Rasa 2 the thresholds stood with a policy."""
    policies = document.top.get("policies")
    listed = _components(document, policies) if isinstance(policies, List) else ()
    return next((policy for name, policy in listed if name in OLD_FALLBACKS), Map(1))


def _dimensions(document: Document, duckling: Map | None) -> tuple[str, ...]:
    """All where the component names none, as in Rasa."""
    if duckling is None:
        return ()
    named = names_at(document, duckling, "dimensions")
    if strange := sorted(set(named) - DIMENSIONS):
        known = ", ".join(sorted(DIMENSIONS))
        document.warn(duckling.line_of("dimensions"), f"not found here: {', '.join(strange)}; expected some of {known}")
    return tuple(sorted(DIMENSIONS.intersection(named) if named else DIMENSIONS))


def _timezone(document: Document, duckling: Map) -> str | None:
    name = name_at(document, duckling, "timezone")
    if name is not None and name not in available_timezones():
        document.error(
            duckling.line_of("timezone"), "expected the name of a time zone, such as Asia/Shanghai, as `timezone`"
        )
        return None
    return name


def _learns_entities(document: Document, components: dict[str, Map]) -> bool:
    """A pipeline without a component that learns entities wants none learned; without a pipeline we choose."""
    learners = [components[name] for name in ENTITY_LEARNERS if name in components]
    if not components:
        return NluConfig().learn_entities
    return any(value_at(document, learner, "entity_recognition", bool, True, "true or false") for learner in learners)


def _share(document: Document, component: Map, key: str, otherwise: float) -> float:
    value = component.get(key, otherwise)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    document.error(component.line_of(key), f"expected a number from 0 to 1 as `{key}`")
    return otherwise
