"""Entities by regex, lookup table and annotated phrase, as Rasa's RegexEntityExtractor and EntitySynonymMapper name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from bot.nlu.clues import clues_of
from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.fold import READ_CHARACTERS, lower, narrow, simplified
from bot.nlu.match import Match, Source, resolve
from bot.nlu.parts import part_clues
from bot.nlu.phrases import Phrase, PhraseFinder
from bot.nlu.quantities import counts_in
from bot.nlu.reading import Entity
from bot.nlu.regexes import RegexFinder
from bot.nlu.tagger import Tagger, TaggerArrays, TaggerWords
from bot.nlu.tokens import Ends, tokens_of

# Of the numbers of both taggers in a saved model.
PREFIXES = ("tagger_", "parts_")
# As Rasa names what puts a synonym's value in.
SYNONYMS = "EntitySynonymMapper"


class EntityRules(msgspec.Struct, frozen=True):
    """All that finding needs, as it is written to disk. `names` are the entities; other finds are only features."""

    names: tuple[str, ...]
    regexes: Mapping[str, tuple[str, ...]]
    phrases: tuple[Phrase, ...]
    synonyms: Mapping[str, str]
    config: NluConfig
    # Names and lines of the regexes that take too long.
    slow: tuple[tuple[str, str], ...] = ()

    def without(self, slow: frozenset[tuple[str, str]]) -> EntityRules:
        regexes = {
            name: tuple(line for line in lines if (name, line) not in slow) for name, lines in self.regexes.items()
        }
        return msgspec.structs.replace(self, regexes=regexes, slow=tuple(sorted(slow)))

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
            {_key(text): value for text, value in data.synonyms.items()},
            config,
        )


class EntityReader:
    """Finds entities and the names of patterns (features for the intents) in the first READ_CHARACTERS of a text."""

    def __init__(self, rules: EntityRules, tagger: Tagger | None = None, parts: Tagger | None = None) -> None:
        config = rules.config
        self.rules = rules
        self.tagger = tagger
        self.parts = parts
        self.regexes = RegexFinder(rules.regexes, case_sensitive=config.case_sensitive)
        self._phrases = PhraseFinder(
            rules.phrases, case_sensitive=config.case_sensitive, word_boundaries=config.use_word_boundaries
        )
        self._names = frozenset(rules.names)
        off = {
            Source.REGEX: not config.use_regexes,
            Source.LOOKUP: not config.use_lookup_tables,
            Source.PHRASE: tagger is not None,
        }
        self._silent = frozenset(source for source, is_off in off.items() if is_off)

    @classmethod
    def train(cls, data: TrainingData, config: NluConfig) -> EntityReader:
        """Raises Untrainable."""
        reader = cls(EntityRules.of(data, config))
        if slow := reader.regexes.slow():
            reader = cls(reader.rules.without(slow))
        if not config.learn_entities or not any(example.entities for example in data.examples):
            return reader
        from bot.nlu.sequences import Taught

        taught = Taught(data.examples, reader.find)
        return cls(reader.rules, taught.tagger(), taught.parts())

    @classmethod
    def of(cls, rules: EntityRules, words: Sequence[TaggerWords], arrays: Mapping[str, Any]) -> EntityReader:
        """As it was saved. Raises Untrainable and ModelRefused."""
        taggers = [
            Tagger(each, TaggerArrays(**{name: arrays[f"{prefix}{name}"] for name in TaggerArrays.__struct_fields__}))
            if each.labels
            else None
            for each, prefix in zip(words, PREFIXES, strict=True)
        ]
        return cls(rules, *taggers)

    def words(self) -> tuple[TaggerWords, TaggerWords]:
        """The words of the taggers that are saved; empty ones for none."""
        return _words(self.tagger), _words(self.parts)

    def arrays(self) -> dict[str, Any]:
        """Their numbers."""
        saved = zip(PREFIXES, (self.tagger, self.parts), strict=True)
        stored = {prefix: each.arrays if each else TaggerArrays.none() for prefix, each in saved}
        return {
            f"{prefix}{name}": getattr(arrays, name)
            for prefix, arrays in stored.items()
            for name in TaggerArrays.__struct_fields__
        }

    def find(self, text: str) -> list[Match]:
        """All finds of patterns and phrases, overlapping ones and mere features too."""
        start = narrow(text[:READ_CHARACTERS])
        return [*self.regexes.find(start), *self._phrases.find(start)]

    def features(self, found: list[Match]) -> tuple[str, ...]:
        """The names of regexes and lookups among the finds. Annotated phrases are left out: the n-grams have them already."""
        return tuple(sorted({match.name for match in found if match.source is not Source.PHRASE}))

    def entities(self, text: str, found: list[Match]) -> tuple[Entity, ...]:
        """What stays of `found` and of what the tagger makes of it."""
        meant = [match for match in found if match.name in self._names and match.source not in self._silent]
        start = narrow(text[:READ_CHARACTERS])
        tokens = tokens_of(start) if self.tagger else []
        kept = resolve([*meant, *self._tagged(start, tokens, found)])
        return tuple(map(self._entity, self._parted(start, tokens, kept)))

    def _tagged(self, text: str, tokens: Sequence[Ends], found: list[Match]) -> Iterator[Match]:
        if self.tagger is None:
            return
        for each in self.tagger.tag(clues_of(text, tokens, [*found, *counts_in(text)])):
            start, end = tokens[each.first][0], tokens[each.last][1]
            yield Match(
                each.label.entity, start, end, text[start:end], Source.TAGGED, confidence=each.confidence
            )  # fmt: skip

    def _parted(self, text: str, tokens: Sequence[Ends], matches: list[Match]) -> list[Match]:
        """With roles and groups: those that patterns found have them too."""
        if self.parts is None or not matches:
            return matches
        labels, _ = self.parts.way(part_clues(text, tokens, [(each.start, each.end, each.name) for each in matches]))
        parted = [
            replace(each, role=label.role, group=label.group) for each, label in zip(matches, labels, strict=False)
        ]
        return parted + matches[len(labels) :]

    def _entity(self, match: Match) -> Entity:
        synonym = self.rules.synonyms.get(_key(match.value))
        return Entity(
            match.name,
            match.value if synonym is None else synonym,
            match.start,
            match.end,
            match.role,
            match.group,
            match.confidence,
            match.source.extractor,
            processors=[] if synonym is None else [SYNONYMS],
        )


def _key(text: str) -> str:
    return lower(simplified(narrow(text)))


def _words(tagger: Tagger | None) -> TaggerWords:
    return tagger.words if tagger else TaggerWords()


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
