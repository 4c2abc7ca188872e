"""Learns a tagger from annotated examples: CRFsuite's L-BFGS, whose weights are then kept as plain numbers.

Only here is CRFsuite imported. Its own model file is never kept: it is read by C code that trusts it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.nlu.clues import clues_of
from bot.nlu.data import Example, Span
from bot.nlu.fold import READ_CHARACTERS, lower, narrow
from bot.nlu.match import Match, Source
from bot.nlu.parts import part_clues
from bot.nlu.quantities import counts_in
from bot.nlu.tagger import OUTSIDE, Label, Tagger, TaggerArrays, TaggerWords, parts_of
from bot.nlu.tokens import Ends, tokens_of, tokens_within

L1, L2 = 0.0, 0.1
# CRFsuite looks five rounds back; beyond this gain more of them only sharpen what is certain.
_GAIN, _PERIOD = 1e-3, 5
# Rounds times texts: 2,000 annotated examples are 4,000 texts and 20 rounds, 5 s; the F1 of 80 rounds is one point more.
# Stochastic gradients are as good in 6, but draw from C's own random numbers: no two trainings would be the same.
_MOST_ROUNDS, _LEAST_ROUNDS, _TEXT_ROUNDS = 80, 20, 80_000
# Texts without an annotation teach what is outside; more of them than this only cost time.
_MOST_BARE = 4_000

Clues = Sequence[Sequence[str]]


def learn_tagger(clues: Sequence[Clues], labels: Sequence[Sequence[Label]]) -> Tagger:
    """One row of clues and one label for each token of each example."""
    from pycrfsuite import Tagger as Reader
    from pycrfsuite import Trainer

    names = sorted({label for row in labels for label in row}, key=_order)
    columns = {label: str(i) for i, label in enumerate(names)}
    places = {clue: i for i, clue in enumerate(sorted({clue for text in clues for each in text for clue in each}))}
    rounds = min(_MOST_ROUNDS, max(_LEAST_ROUNDS, _TEXT_ROUNDS // len(clues)))
    trainer = Trainer(verbose=False)
    trainer.set_params(
        {"c1": L1, "c2": L2, "max_iterations": rounds, "delta": _GAIN, "period": _PERIOD, "feature.minfreq": 0}
    )
    for text, row in zip(clues, labels, strict=True):
        # Numbers for names: CRFsuite's listing of the weights cannot hold every character.
        trainer.append([[str(places[clue]) for clue in each] for each in text], [columns[label] for label in row])
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "weights")
        trainer.train(path)
        reader = Reader()
        reader.open(path)
        listed = reader.info()
        reader.close()
    return _tagger(names, list(places), listed.state_features, listed.transitions)


class Taught:
    """Examples with the finds of patterns and phrases in them."""

    def __init__(self, examples: Sequence[Example], find: Callable[[str], list[Match]]) -> None:
        self._examples = _taught(examples)
        self._find = find
        self._counted = Counter(phrase for example in self._examples for phrase in _phrases(example))

    def tagger(self) -> Tagger:
        """Of entities."""
        clues, labels = [], []
        for example in self._examples:
            text = narrow(example.text[:READ_CHARACTERS])
            tokens, found = tokens_of(text), [*self._found(example, text), *counts_in(text)]
            row = labels_of(example, tokens)
            for strange in _strange(row):
                clues.append(clues_of(text, tokens, found, strange))
                labels.append(row)
        return learn_tagger(clues, labels)

    def parts(self) -> Tagger | None:
        """Of roles and groups; None where no example has one."""
        clues, labels = [], []
        for example in self._examples:
            spans = sorted(spans_of(example), key=lambda span: span.start)
            text = narrow(example.text[:READ_CHARACTERS])
            for kept in _with_gaps(spans):
                clues.append(part_clues(text, tokens_of(text), [(each.start, each.end, each.entity) for each in kept]))
                labels.append([Label(OUTSIDE, "", each.role, each.group) for each in kept])
        return learn_tagger(clues, labels) if any(not each.is_nothing for row in labels for each in row) else None

    def _found(self, example: Example, text: str) -> list[Match]:
        own = {phrase for phrase in _phrases(example) if self._counted[phrase] == 1}
        # What only this example says would look sure here, and be unknown in every text to come.
        return [
            match
            for match in self._find(example.text)
            if match.source is not Source.PHRASE or (match.name, lower(text[match.start : match.end])) not in own
        ]


def _strange(labels: Sequence[Label]) -> list[set[int]]:
    """Each text as it is, and once with its entities as if nobody knew them: what stands around must tell them too."""
    inside = {i for i, label in enumerate(labels) if label.part != OUTSIDE}
    return [set(), inside] if inside else [set()]


def _with_gaps(spans: list[Span]) -> list[list[Span]]:
    """All, and all without one of them, as if it had not been found."""
    gaps = [spans[:i] + spans[i + 1 :] for i in range(len(spans))] if len(spans) > 1 else []
    return [each for each in (spans, *gaps) if each]


def _taught(examples: Sequence[Example]) -> list[Example]:
    bare = [example for example in examples if not example.entities]
    step = max(1, len(bare) // _MOST_BARE)
    return [*(example for example in examples if example.entities), *bare[::step]]


def _phrases(example: Example) -> set[tuple[str, str]]:
    return {(span.entity, lower(narrow(example.text[span.start : span.end]))) for span in example.entities}


def spans_of(example: Example) -> list[Span]:
    """Of annotations that overlap the longest."""
    kept: list[Span] = []
    for span in sorted(example.entities, key=lambda span: (span.start - span.end, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept


def labels_of(example: Example, tokens: Sequence[Ends]) -> list[Label]:
    """With roles, though `parts` tell them: "from" and "to" then help to find values that nobody knows (F1 + 6 in Chinese)."""
    labels = [Label(OUTSIDE)] * len(tokens)
    for span in spans_of(example):
        within = [i for i in tokens_within(tokens, span.start, span.end) if labels[i].part == OUTSIDE]
        for i, part in zip(within, parts_of(len(within)), strict=True):
            labels[i] = Label(part, span.entity, span.role)
    return labels


def _tagger(
    names: list[Label],
    clues: list[str],
    state: dict[tuple[str, str], float],
    steps: dict[tuple[str, str], float],
) -> Tagger:
    weighed = sorted((int(clue), int(label), weight) for (clue, label), weight in state.items() if weight)
    used = sorted({clue for clue, _, _ in weighed})
    rows = {clue: row for row, clue in enumerate(used)}
    lengths = np.bincount([rows[clue] for clue, _, _ in weighed] or [0], minlength=len(used))[: len(used)]
    transitions = np.zeros((len(names), len(names)), np.float32)
    for (before, after), weight in steps.items():
        transitions[int(before), int(after)] = weight
    arrays = TaggerArrays(
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.array([label for _, label, _ in weighed], np.int32),
        np.array([weight for _, _, weight in weighed], np.float32),
        transitions,
    )
    return Tagger(TaggerWords(tuple(names), tuple(clues[i] for i in used)), arrays)


def _order(label: Label) -> tuple[str, str, str, str]:
    return label.entity, label.role or "", label.group or "", label.part
