"""Entities by regex, lookup table and annotated phrase, as Rasa's RegexEntityExtractor and EntitySynonymMapper name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.fold import READ_CHARACTERS, lower, narrow
from bot.nlu.match import Match, Source, resolve
from bot.nlu.phrases import Phrase, PhraseFinder
from bot.nlu.reading import Entity
from bot.nlu.regexes import RegexFinder


class EntityRules(msgspec.Struct, frozen=True):
    """All that finding needs, as it is written to disk. `names` are the entities; other finds are only features."""

    names: tuple[str, ...]
    regexes: Mapping[str, tuple[str, ...]]
    phrases: tuple[Phrase, ...]
    synonyms: Mapping[str, str]
    config: NluConfig

    @classmethod
    def of(cls, data: TrainingData, config: NluConfig) -> EntityRules:
        annotated = {span.entity for example in data.examples for span in example.entities}
        covered = set(data.regexes if config.use_regexes else ()) | set(
            data.lookups if config.use_lookup_tables else ()
        )
        lookups = [Phrase(line, name, line, Source.LOOKUP) for name, lines in data.lookups.items() for line in lines]
        return cls(
            tuple(sorted(annotated | set(data.entities))),
            data.regexes,
            (*lookups, *_annotated(data, covered)),
            {lower(narrow(text)): value for text, value in data.synonyms.items()},
            config,
        )


class EntityReader:
    """Finds entities and the names of patterns (features for the intents) in the first READ_CHARACTERS of a text."""

    def __init__(self, rules: EntityRules) -> None:
        config = rules.config
        self.rules = rules
        self.regexes = RegexFinder(rules.regexes, case_sensitive=config.case_sensitive)
        self._phrases = PhraseFinder(
            rules.phrases, case_sensitive=config.case_sensitive, word_boundaries=config.use_word_boundaries
        )
        self._names = frozenset(rules.names)
        off = {Source.REGEX: not config.use_regexes, Source.LOOKUP: not config.use_lookup_tables}
        self._silent = frozenset(source for source, is_off in off.items() if is_off)

    def find(self, text: str) -> list[Match]:
        """All finds, overlapping ones and mere features too."""
        start = narrow(text[:READ_CHARACTERS])
        return [*self.regexes.find(start), *self._phrases.find(start)]

    def features(self, found: list[Match]) -> tuple[str, ...]:
        """The names of regexes and lookups among the finds. Annotated phrases are left out: the n-grams have them already."""
        return tuple(sorted({match.name for match in found if match.source is not Source.PHRASE}))

    def entities(self, found: list[Match]) -> tuple[Entity, ...]:
        meant = (match for match in found if match.name in self._names and match.source not in self._silent)
        return tuple(map(self._entity, resolve(meant)))

    def _entity(self, match: Match) -> Entity:
        value = self.rules.synonyms.get(lower(match.value), match.value)
        return Entity(
            match.name, value, match.start, match.end, match.role, match.group, extractor=match.source.extractor
        )


def _annotated(data: TrainingData, covered: set[str]) -> Iterator[Phrase]:
    """Annotated values of entities that no regex or lookup stands for; the most frequent meaning of a phrase counts."""
    meanings: dict[tuple[str, str], Counter[tuple[str, str | None, str | None]]] = {}
    for example in data.examples:
        for span in example.entities:
            if span.entity not in covered:
                meaning = (span.value, span.role, span.group)
                meanings.setdefault((example.text[span.start : span.end], span.entity), Counter())[meaning] += 1
    for (text, entity), counted in meanings.items():
        value, role, group = counted.most_common(1)[0][0]
        yield Phrase(text, entity, value, Source.PHRASE, role, group)
