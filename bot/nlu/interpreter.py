"""Texts to readings. A trained interpreter never changes: the same text always gives the same reading.

An encoder of sentences, where there is one, is asked about what n-grams leave in doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import msgspec
import numpy as np
from scipy.sparse import csr_array

from bot.nlu import english, model_files
from bot.nlu.calibration import Calibration
from bot.nlu.classifier import Classifier
from bot.nlu.code_version import code_version
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.doubted import Doubted
from bot.nlu.encoder import encoder, installed
from bot.nlu.entities import EntityReader
from bot.nlu.errors import ModelRefused, NoExamples, Untrainable
from bot.nlu.fallback import with_fallback
from bot.nlu.features import Floats, Idf, Vocabulary, weigh
from bot.nlu.grams import grams
from bot.nlu.hybrid import Fitted, Hybrid, HybridWords
from bot.nlu.match import Match
from bot.nlu.measure import spaced_language
from bot.nlu.reading import Guess, Reading, Zone
from bot.nlu.retrieval import RANKING_LENGTH, Retrieval
from bot.nlu.sample import sample
from bot.nlu.several import with_clauses
from bot.nlu.spelling import Spelling
from bot.nlu.thresholds import Thresholds
from bot.nlu.titles import Titles, titles_of
from bot.nlu.unseen import Seen
from bot.nlu.zones import zone_of


def _quiet(what: str, share: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Interpreter:
    """`doubted`: of one that was just trained, which examples are perhaps under the wrong intent; it is not kept."""

    version: str
    classifier: Classifier
    reader: EntityReader
    retrieval: Retrieval
    spelling: Spelling
    titles: Titles = field(default_factory=dict)
    doubted: tuple[tuple[Example, Doubted], ...] = field(default=(), compare=False)

    def without_encoder(self) -> Interpreter:
        """As it reads where the encoder is missing."""
        classifier = self.classifier.without_encoder()
        return replace(self, classifier=classifier, spelling=_spelling(classifier))

    @property
    def calibration(self) -> Calibration:
        """Of the stage that has the last word."""
        hybrid = self.classifier.hybrid
        return self.classifier.calibration if hybrid is None else hybrid.words.calibration

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the data was passed over."""
        missing = (
            [
                "`english_encoder` needs packages that are not installed: pip install 'bellhop[english]'. The other one reads alone."
            ]
            if self.reader.rules.config.english_encoder and english.installed() is None
            else []
        )
        slow = (
            f"A regular expression of '{name}' takes too long on long texts and is passed over: {line}. "
            "Write it without a repeat inside of a repeat, and with upper bounds such as {1,20}."
            for name, line in self.reader.rules.slow
        )
        return (*missing, *slow)

    @classmethod
    def train(
        cls, data: TrainingData, config: NluConfig, progress: Callable[[str, float], None] = _quiet
    ) -> Interpreter:
        """Raises Untrainable. `progress` is told what is done and how much of it (0 to 1)."""
        from bot.nlu.learning import learn

        if not data.examples:
            raise NoExamples("There are no examples to train on; add intents with examples.")
        progress("patterns", 0.0)
        reader = EntityReader.train(data, config)
        progress("patterns", 1.0)
        taught = [data.examples[i] for i in sample([example.intent for example in data.examples])]
        texts = [example.text for example in taught]
        counted = [grams(text, reader.features(reader.find(text))) for text in texts]
        intents = [example.intent for example in taught]
        classifier, doubts = learn(
            texts, counted, intents, lambda share: progress("intents", share), config.costs, config.english_encoder
        )
        retrieval = Retrieval.of(classifier.intents, data.retrieval)
        titles = _titles(data, config, classifier)
        doubted = tuple((taught[each.place], each) for each in doubts)
        return cls(_version(data, config), classifier, reader, retrieval, _spelling(classifier), titles, doubted)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One vectorised prediction for all, and one more for the parts of those that may mean two things. What lies behind
        READ_CHARACTERS of a text does not count."""
        seen = [Seen.of(text) for text in texts]
        readings = self._read([each.text for each in seen])
        return [each.restored(reading) for each, reading in zip(seen, readings, strict=True)]

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        found = [self.reader.find(text) for text in texts]
        readings = [
            msgspec.structs.replace(reading, entities=self.reader.entities(reading.text, each))
            for reading, each in zip(self._understood(texts, found, self.classifier), found, strict=True)
        ]
        return with_clauses(readings, self._parts, self._glance)

    def _parts(self, texts: Sequence[str]) -> list[Reading]:
        return self._understood(texts, [self.reader.find(text) for text in texts], self.classifier)

    def _glance(self, texts: Sequence[str]) -> list[Reading]:
        """By n-grams alone."""
        found = [self.reader.find(text) for text in texts]
        return self._understood(texts, found, replace(self.classifier, hybrid=None))

    def _understood(self, texts: Sequence[str], found: Sequence[list[Match]], classifier: Classifier) -> list[Reading]:
        """Without entities."""
        if not texts:
            return []
        words = classifier.vocabulary.words
        meant = [self.spelling.corrected(text) for text in texts]
        learned, strange = classifier.confidences(
            meant, [grams(text, self.reader.features(each), words) for text, each in zip(meant, found, strict=True)]
        )
        confidences = self.retrieval.confidences(learned)
        best = np.argsort(-confidences, axis=1, kind="stable")[:, :RANKING_LENGTH]
        return [self._reading(*each) for each in zip(texts, confidences, best.tolist(), strange, learned, strict=True)]

    def warm(self) -> None:
        """Loads what the first text that is read would wait for: the encoder takes a second."""
        known = encoder()
        if known is not None and self.classifier.hybrid is not None:
            known.vectors(["hello", "你好"])
        if self.classifier.english is not None and (own := english.english()) is not None:
            own.vectors(["hello"])
        self.spelling.warm()

    def save(self, folder: Path) -> None:
        """Writes model_files.FILES into an existing folder."""
        classifier = self.classifier
        words = model_files.Words(
            version=self.version,
            intents=classifier.intents,
            blocks=classifier.vocabulary.blocks,
            rules=self.reader.rules,
            calibration=classifier.calibration,
            familiar=classifier.familiar,
            taggers=self.reader.words(),
            hybrid=None if classifier.hybrid is None else classifier.hybrid.words,
            english=None if classifier.english is None else classifier.english.words,
            titles=self.titles,
            retrieval=tuple(self.retrieval.columns),
            thresholds=classifier.thresholds,
        )
        arrays: model_files.Arrays = {
            "coefficients": classifier.coefficients,
            "intercepts": classifier.intercepts,
            "idf": classifier.idf.columns,
            "unknown_idf": classifier.idf.unknown,
            **_hybrid_arrays("hybrid", classifier.hybrid),
            **_hybrid_arrays("english", classifier.english),
            **self.reader.arrays(),
        }
        model_files.write(folder, words, arrays)

    @classmethod
    def load(cls, folder: Path) -> Interpreter:
        """Raises ModelRefused. Readings equal those before `save`."""
        words, arrays = model_files.read(folder)
        if not words.intents:
            raise ModelRefused("The parts of the model do not fit together.")
        try:
            reader = EntityReader.of(words.rules, words.taggers, arrays)
        except Untrainable:
            raise ModelRefused("The model's regular expressions cannot be read.") from None
        hybrid = _hybrid("hybrid", words.hybrid, installed(), arrays)
        other = _hybrid("english", words.english, english.installed(), arrays) if hybrid is not None else None
        whole = (hybrid is None, other is None) == (words.hybrid is None, words.english is None)
        classifier = Classifier(
            words.intents,
            Vocabulary(words.blocks),
            Idf(arrays["idf"].astype(np.float64), arrays["unknown_idf"].astype(np.float64)),
            arrays["coefficients"].astype(np.float32),
            arrays["intercepts"].astype(np.float32),
            words.calibration,
            words.thresholds if whole else Thresholds(words.thresholds.common),
            words.familiar,
            hybrid,
            other,
        )
        retrieval = Retrieval.of(words.intents, words.retrieval)
        return cls(words.version, classifier, reader, retrieval, _spelling(classifier), words.titles)

    @property
    def thresholds(self) -> Thresholds:
        return self.classifier.thresholds

    def _zone(self, guesses: Sequence[Guess]) -> Zone:
        return zone_of(guesses, self.reader.rules.config.costs, self.thresholds.own)

    def _reading(self, text: str, confidences: Floats, order: list[int], none: float, learned: Floats) -> Reading:
        # Rounded: the encoder's last digits depend on what else is in the batch.
        guesses = tuple(Guess(self.retrieval.intents[i], round(float(confidences[i]), 4)) for i in order)
        ranking = with_fallback(guesses, self.reader.rules.config)
        return Reading(
            text,
            ranking[0],
            ranking,
            model=self.version,
            out_of_scope=round(float(none), 4),
            zone=self._zone(self.retrieval.finest(learned) or guesses),
            retrieval=self.retrieval.selected(learned),
        )


def _hybrid_arrays(stage: str, hybrid: Hybrid | None) -> model_files.Arrays:
    return {
        f"{stage}_{field.name}": np.zeros((0, 0), np.float32) if hybrid is None else getattr(hybrid.fitted, field.name)
        for field in fields(Fitted)
    }


def _hybrid(stage: str, words: HybridWords | None, encoder: str | None, arrays: model_files.Arrays) -> Hybrid | None:
    """Vectors of another encoder mean something else: then this stage is left out."""
    if words is None or words.encoder != encoder:
        return None
    return Hybrid(words, Fitted(*(arrays[f"{stage}_{field.name}"] for field in fields(Fitted))))


def _spelling(classifier: Classifier) -> Spelling:
    return Spelling(classifier.vocabulary, classifier.idf, classifier.hybrid is not None)


def _titles(data: TrainingData, config: NluConfig, classifier: Classifier) -> Titles:
    def vectors(examples: Sequence[Example]) -> csr_array:
        counts = classifier.vocabulary.count([grams(example.text, ()) for example in examples])
        return weigh(counts, classifier.idf, classifier.vocabulary.block_of).matrix

    return titles_of(data, vectors, spaced_language(config.language))


def _version(data: TrainingData, config: NluConfig) -> str:
    """The same data, settings and code give the same model, so it has the same name."""
    written = msgspec.json.encode([code_version(), data, config], order="sorted")
    return hashlib.sha256(written).hexdigest()[:16]
