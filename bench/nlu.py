"""How well and how fast texts are understood: CLINC150, CrossWOZ and xSID, without the encoder, with it, and with that of English too.

    python -m bench.nlu [FOLDER] [--without]       # FOLDER: else BELLHOP_DATA, else ../shared/data

Parameters were chosen on training and validation parts; what is printed is of the test parts. Confidence is the best intent's,
whatever the fallback says of it. At 3 % rejection the limit is the quantile of validation texts that do have an intent.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.calibration import expected_error
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.encoder import Encoder, encoder
from bot.nlu.english import english, installed
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent
from bot.nlu.reading import Reading

ROOT = Path(__file__).resolve().parent.parent
BATCH = 64
SINGLE = 1_000
REJECTED = 0.03
ANSWERED = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    trained_on: tuple[str, ...]
    test: str
    validation: str | None = None
    out_of_scope: str | None = None
    english: bool = False


PARTS = (
    Part("CLINC150", ("clinc150/train",), "clinc150/test", "clinc150/val", "clinc150/oos_test", english=True),
    Part("CLINC150 10-shot", ("clinc150/train_10shot",), "clinc150/test", "clinc150/val", "clinc150/oos_test", True),
    Part("CrossWOZ zh", ("crosswoz/train",), "crosswoz/test"),
    Part("xSID zh", ("xsid_zh/val",), "xsid_zh/test"),
    Part("xSID en, tested in zh", ("xsid_en/val",), "xsid_zh/test", english=True),
)


def examples(folder: Path, name: str) -> tuple[Example, ...]:
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Example(row["text"], row["intent"]) for row in map(json.loads, lines))


def run(folder: Path, part: Part, without: bool) -> None:
    trained = _trained(folder, part, NluConfig())
    _print(folder, part, "n-grams alone", trained.without_encoder())
    if trained.classifier.hybrid is not None and not without:
        _print(folder, part, "with the encoder", trained)
    del trained
    if part.english and not without and installed():
        _print(
            folder, part, "with both encoders", _trained(folder, part, NluConfig(language="en", english_encoder=True))
        )


def _trained(folder: Path, part: Part, config: NluConfig) -> Interpreter:
    data = TrainingData(tuple(each for name in part.trained_on for each in examples(folder, name)))
    _forget()
    began = time.perf_counter()
    trained = Interpreter.train(data, config)
    seconds = time.perf_counter() - began
    # Of the process until now: the first training of the first part says what one needs.
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{part.name}: {len(data.examples)} examples learned in {seconds:.1f} s, at most {megabytes} MB")
    return trained


def _print(folder: Path, part: Part, name: str, interpreter: Interpreter) -> None:
    print(f"  {name}: {_measured(folder, part, interpreter)}")
    print(f"    {timed(interpreter, [each.text for each in examples(folder, part.test)])}", flush=True)


def _measured(folder: Path, part: Part, interpreter: Interpreter) -> str:
    test = examples(folder, part.test)
    readings = read_all(interpreter, test)
    right = np.array([best_intent(reading) == each.intent for reading, each in zip(readings, test, strict=True)])
    sure = np.array([confidence(reading) for reading in readings])
    order = np.argsort(-sure, kind="stable")[: int(len(sure) * ANSWERED)]
    told = [
        f"accuracy {right.mean():.2%}",
        f"calibration error {expected_error(sure, right):.2%}",
        f"most confident {ANSWERED:.0%} right {right[order].mean():.2%}",
    ]
    if part.validation and part.out_of_scope:
        told.append(_rejection(folder, part.validation, part.out_of_scope, interpreter, readings, right))
    return ", ".join(told)


def _rejection(
    folder: Path,
    validation: str,
    out_of_scope: str,
    interpreter: Interpreter,
    readings: Sequence[Reading],
    right: np.ndarray,
) -> str:
    limit = np.quantile(
        [each.out_of_scope for each in read_all(interpreter, examples(folder, validation))], 1 - REJECTED
    )
    scope = np.array([each.out_of_scope for each in readings])
    strange = np.array([each.out_of_scope for each in read_all(interpreter, examples(folder, out_of_scope))])
    ranks = np.searchsorted(np.sort(scope), strange, "left") + np.searchsorted(np.sort(scope), strange, "right")
    return (
        f"AUROC {(ranks / 2 / len(scope)).mean():.2%}, "
        f"at 3 % rejection {(right & (scope <= limit)).mean():.2%} in scope / {(strange > limit).mean():.2%} out of scope"
    )


def read_all(interpreter: Interpreter, texts: Sequence[Example]) -> list[Reading]:
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    return [reading for batch in batches for reading in interpreter.read([each.text for each in batch])]


def confidence(reading: Reading) -> float:
    return max(guess.confidence for guess in reading.ranking if reading.full(guess.name) == best_intent(reading))


def timed(interpreter: Interpreter, texts: list[str]) -> str:
    """What was encoded before is forgotten: customers rarely say the same to the letter."""
    _forget()
    single = []
    for text in texts[:SINGLE]:
        began = time.perf_counter()
        interpreter.read([text])
        single.append((time.perf_counter() - began) * 1_000)
    _forget()
    batches = [texts[i : i + BATCH] for i in range(0, len(texts) - BATCH + 1, BATCH)]
    began = time.perf_counter()
    for batch in batches:
        interpreter.read(batch)
    each = (time.perf_counter() - began) * 1_000 / (len(batches) * BATCH)
    p95 = statistics.quantiles(single, n=20)[-1]
    return (
        f"one text p50 {statistics.median(single):.2f} ms, mean {statistics.mean(single):.2f} ms, p95 {p95:.2f} ms; "
        f"in batches of {BATCH}: {each:.3f} ms a text"
    )


def _forget() -> None:
    for known in (encoder(), english()):
        if isinstance(known, Encoder):
            known.forget()


def folder_of(given: Path | None) -> Path | int:
    """Where the data lies; where there is none that is said, and what the program then ends with comes back."""
    folder = given or Path(os.environ.get("BELLHOP_DATA", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    print(f"Not measured: no data in {folder}; give the folder as argument or in BELLHOP_DATA.")
    # `make bench` goes on with the other programs where nobody asked for this one.
    return 2 if given or "BELLHOP_DATA" in os.environ else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--without", action="store_true", help="n-grams alone")
    given = options.parse_args()
    folder = folder_of(given.folder)
    if isinstance(folder, int):
        return folder
    for part in PARTS:
        run(folder, part, given.without)
    return 0


if __name__ == "__main__":
    sys.exit(main())
