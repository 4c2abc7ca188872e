"""What a message costs with thresholds of single intents and without, on texts that nothing was learned from.

    python -m bench.thresholds [FOLDER]     # FOLDER: else BELLHOP_DATA, else ../shared/data

Costs are those of bot/nlu/zones.py, in questions. Validation parts, for parameters were chosen on them; CrossWOZ has none, so 30 % of
its training part are held out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np

from bench.nlu import examples, folder_of, read_all
from bot.nlu import learning
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.encoder import encoder
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import Judged, judge
from bot.nlu.thresholds import Thresholds
from bot.nlu.zones import USUAL

HELD_OUT = 0.3
ROUNDS = 2_000


def parts(folder: Path) -> Iterator[tuple[str, Sequence[Example], Sequence[Example]]]:
    """Name, what is learned from, what is measured on."""
    all_of_crosswoz = examples(folder, "crosswoz/train")
    order = np.random.default_rng(1).permutation(len(all_of_crosswoz)).tolist()
    kept = int((1 - HELD_OUT) * len(order))
    shuffled = [all_of_crosswoz[i] for i in order]
    yield "CrossWOZ zh", shuffled[:kept], shuffled[kept:]
    validation = examples(folder, "clinc150/val")
    yield "CLINC150 10-shot", examples(folder, "clinc150/train_10shot"), validation
    yield "CLINC150", examples(folder, "clinc150/train"), validation


def compared(name: str, interpreter: Interpreter, texts: Sequence[Example]) -> str:
    common = Thresholds(interpreter.thresholds.common)
    plain = replace(interpreter, classifier=replace(interpreter.classifier, thresholds=common))
    before, after = (_judged(each, texts) for each in (plain, interpreter))
    costs = np.array([[each.cost(USUAL) for each in judged] for judged in (before, after)])
    low, high = _chance(costs[1] - costs[0])
    return (
        f"  {name}: {len(interpreter.thresholds.own)} intents of their own, cost {costs[0].mean():.4f} → {costs[1].mean():.4f} "
        f"(95 % of {low:+.4f} to {high:+.4f})"
    )


def _judged(interpreter: Interpreter, texts: Sequence[Example]) -> list[Judged]:
    return [judge(*each) for each in zip(texts, read_all(interpreter, texts), strict=True)]


def _chance(differences: np.ndarray) -> tuple[float, float]:
    """Of the mean, by a paired bootstrap."""
    random = np.random.default_rng(0)
    means = [random.choice(differences, len(differences)).mean() for _ in range(ROUNDS)]
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--only", default="", help="only parts whose name has this")
    given = options.parse_args()
    folder = folder_of(given.folder)
    if isinstance(folder, int):
        return folder
    for name, learned, texts in parts(folder):
        if given.only not in name:
            continue
        print(f"{name}: {len(learned)} examples, measured on {len(texts)}")
        # Thresholds are learned with the stages that there are: each kind is trained by itself.
        for kind, trained in kinds(TrainingData(tuple(learned))):
            print(compared(kind, trained, texts), flush=True)
    return 0


def kinds(data: TrainingData) -> Iterator[tuple[str, Interpreter]]:
    if encoder() is not None:
        yield "with the encoder", Interpreter.train(data, NluConfig())
    with mock.patch.object(learning, "encoder", return_value=None):
        yield "n-grams alone", Interpreter.train(data, NluConfig())


if __name__ == "__main__":
    sys.exit(main())
