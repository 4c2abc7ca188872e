"""Retrieval intents: keys learned beside all other intents, or one intent for all keys and then the likest example.

    python -m bench.retrieval [FOLDER]       # FOLDER: else BELLHOP_DATA, else ../shared/data

Of CLINC150's 150 intents, ten examples each, thirty by chance are taken as the keys of one retrieval intent.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.nlu import examples, folder_of, read_all
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.encoder import encoder
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent

KEYS = 30
FAQ = "faq"
NEAREST = 3


def run(folder: Path) -> None:
    named = examples(folder, "clinc150/train_10shot")
    keys = frozenset(random.Random(0).sample(sorted({each.intent for each in named}), KEYS))
    train, test = _under(named, keys), _under(examples(folder, "clinc150/test"), keys)
    together = Interpreter.train(TrainingData(train, retrieval=(FAQ,)), NluConfig())
    apart = Interpreter.train(TrainingData(tuple(map(_gathered, train))), NluConfig())
    for name, interpreter in (("keys beside all intents", together), ("all keys as one intent", apart)):
        right = [
            _intent(best_intent(reading)) == _intent(each.intent)
            for reading, each in zip(read_all(interpreter, test), test, strict=True)
        ]
        print(f"Retrieval, {name}: intent {np.mean(right):.1%}", flush=True)
    asked = [each for each in test if each.intent.startswith(f"{FAQ}/")]
    chosen = [reading.retrieval[FAQ][0].name for reading in read_all(together, asked)]
    print(f"Retrieval, keys beside all intents: key {_share(chosen, asked):.1%} of {len(asked)}")
    known = [each for each in train if each.intent.startswith(f"{FAQ}/")]
    if encoder() is not None:
        print(f"Retrieval, the {NEAREST} likest examples of each key: key {_share(_likest(known, asked), asked):.1%}")


def _under(named: Sequence[Example], keys: frozenset[str]) -> tuple[Example, ...]:
    return tuple(replace(each, intent=f"{FAQ}/{each.intent}") if each.intent in keys else each for each in named)


def _gathered(example: Example) -> Example:
    return replace(example, intent=_intent(example.intent))


def _intent(name: str) -> str:
    return name.partition("/")[0]


def _share(chosen: Sequence[str], asked: Sequence[Example]) -> float:
    return sum(name == each.intent for name, each in zip(chosen, asked, strict=True)) / len(asked)


def _likest(known: Sequence[Example], asked: Sequence[Example]) -> list[str]:
    """By the mean cosine to the likest examples of each key, on the encoder's vectors."""
    reads = encoder()
    assert reads is not None
    alike = reads.vectors([each.text for each in asked]) @ reads.vectors([each.text for each in known]).T
    labels = np.array([each.intent for each in known])
    names = sorted(set(labels))
    means = [np.sort(alike[:, labels == name], axis=1)[:, -NEAREST:].mean(axis=1) for name in names]
    return [str(names[i]) for i in np.stack(means, axis=1).argmax(axis=1)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    folder = folder_of(options.parse_args().folder)
    if isinstance(folder, int):
        return folder
    run(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
