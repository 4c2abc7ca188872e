"""How well annotated entities are found again: exact span and type, and with role and group, micro-averaged F1.

    python -m bench.entities [FOLDER]     # FOLDER has train_*.yml and test_*.yml; else tests/rasa_projects/entities

`cross` is five-fold on the training file, which parameters were chosen by; `test` is the file that nothing was chosen by.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.entities import EntityReader
from bot.nlu.reading import Entity
from models.rasa.document import Document
from models.rasa.nlu import NluReader
from models.rasa.problems import Problems

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "rasa_projects" / "entities"
FOLDS = 5
Key = Callable[[Any], tuple[Any, ...]]


def by_span(each: Any) -> tuple[Any, ...]:
    return each.start, each.end, each.entity


def by_role(each: Any) -> tuple[Any, ...]:
    return each.start, each.end, each.entity, each.role, each.group


def data_of(path: Path) -> TrainingData:
    problems = Problems()
    reader = NluReader()
    reader.take(Document.read(path, path.parent, problems))
    problems.check()
    return reader.data()


def read(reader: EntityReader, example: Example) -> tuple[Entity, ...]:
    return reader.entities(example.text, reader.find(example.text))


def f1(pairs: Iterable[tuple[Example, tuple[Entity, ...]]], key: Key) -> float:
    right = meant = found = 0
    for example, entities in pairs:
        expected, given = set(map(key, example.entities)), set(map(key, entities))
        right, meant, found = right + len(expected & given), meant + len(expected), found + len(given)
    return 2 * right / max(1, meant + found)


def strange(data: TrainingData) -> list[tuple[Example, tuple[Entity, ...]]]:
    """Each value is left out once, with all texts that have it."""
    values = sorted({value for each in data.examples for value in values_of(each)})
    pairs = []
    for fold in range(FOLDS):
        away = set(values[fold::FOLDS])
        kept = tuple(each for each in data.examples if not away & values_of(each))
        reader = EntityReader.train(replace(data, examples=kept), NluConfig())
        pairs += [(each, read(reader, each)) for each in data.examples if away & values_of(each)]
    return pairs


def values_of(example: Example) -> set[str]:
    return {example.text[each.start : each.end].lower() for each in example.entities}


def crossed(data: TrainingData) -> list[tuple[Example, tuple[Entity, ...]]]:
    pairs = []
    for fold in range(FOLDS):
        kept = tuple(each for i, each in enumerate(data.examples) if i % FOLDS != fold)
        reader = EntityReader.train(replace(data, examples=kept), NluConfig())
        pairs += [(each, read(reader, each)) for each in data.examples[fold::FOLDS]]
    return pairs


def told(what: str, pairs: Sequence[tuple[Example, tuple[Entity, ...]]]) -> None:
    print(
        f"  {what}: span and type {f1(pairs, by_span):.1%}, with role and group {f1(pairs, by_role):.1%} ({len(pairs)})"
    )


def run(folder: Path, language: str) -> None:
    data, test = data_of(folder / f"train_{language}.yml"), data_of(folder / f"test_{language}.yml")
    print(language)
    told("cross", crossed(data))
    told("strange values", strange(data))
    began = time.perf_counter()
    reader = EntityReader.train(data, NluConfig())
    print(f"  trained on {len(data.examples)} in {time.perf_counter() - began:.2f} s")
    pairs, times = [], []
    for example in test.examples:
        began = time.perf_counter()
        pairs.append((example, read(reader, example)))
        times.append((time.perf_counter() - began) * 1_000)
    told("test", pairs)
    print(f"  one text p50 {statistics.median(times):.2f} ms, p95 {statistics.quantiles(times, n=20)[-1]:.2f} ms")


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not folder.is_dir():
        print(f"Not measured: no data in {folder}.")
        return 2 if len(sys.argv) > 1 else 0
    for path in sorted(folder.glob("train_*.yml")):
        run(folder, path.stem.removeprefix("train_"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
