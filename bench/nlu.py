"""How well and how fast texts are understood: CLINC150 (in scope), CrossWOZ and xSID in Chinese.

    python bench/nlu.py [FOLDER]        # else BELLHOP_DATA, else ../shared/data

Parameters were chosen on training and validation parts; what is printed is of the test parts.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.nlu.data import Example, NluConfig, TrainingData  # noqa: E402
from bot.nlu.interpreter import Interpreter  # noqa: E402
from bot.nlu.measure import measure  # noqa: E402
from bot.nlu.reading import FALLBACK_INTENT  # noqa: E402

BATCH = 64
SINGLE = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    trained_on: tuple[str, ...]
    test: str
    out_of_scope: str | None = None


PARTS = (
    Part("CLINC150", ("clinc150/train",), "clinc150/test", "clinc150/oos_test"),
    Part("CLINC150 10-shot", ("clinc150/train_10shot",), "clinc150/test", "clinc150/oos_test"),
    Part("CrossWOZ zh", ("crosswoz/train",), "crosswoz/test"),
    Part("xSID zh", ("xsid_zh/val",), "xsid_zh/test"),
    Part("xSID zh + en", ("xsid_zh/val", "xsid_en/val"), "xsid_zh/test"),
)


def examples(folder: Path, name: str) -> tuple[Example, ...]:
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Example(row["text"], row["intent"]) for row in map(json.loads, lines))


def run(folder: Path, part: Part) -> None:
    data = TrainingData(tuple(each for name in part.trained_on for each in examples(folder, name)))
    began = time.perf_counter()
    interpreter = Interpreter.train(data, NluConfig())
    seconds = time.perf_counter() - began
    test = examples(folder, part.test)
    measured = measure(test, interpreter.read)
    assert measured is not None
    print(
        f"{part.name}: accuracy {measured.accuracy:.1%}, macro F1 {measured.macro_f1:.1%}, "
        f"fallback {measured.fallback:.1%} ({len(test)} texts)"
    )
    if part.out_of_scope:
        strange = interpreter.read([each.text for each in examples(folder, part.out_of_scope)])
        rejected = sum(reading.intent.name == FALLBACK_INTENT for reading in strange) / len(strange)
        print(f"  out of scope: {rejected:.1%} fall back ({len(strange)} texts)")
    error = interpreter.calibration.error
    print(f"  trained on {len(data.examples)} in {seconds:.1f} s, calibration error {error or 0:.1%} (cross-validated)")
    timed(interpreter, [each.text for each in test])


def timed(interpreter: Interpreter, texts: list[str]) -> None:
    single = []
    for text in texts[:SINGLE]:
        began = time.perf_counter()
        interpreter.read([text])
        single.append((time.perf_counter() - began) * 1_000)
    batches = [texts[i : i + BATCH] for i in range(0, len(texts) - BATCH + 1, BATCH)]
    began = time.perf_counter()
    for batch in batches:
        interpreter.read(batch)
    each = (time.perf_counter() - began) * 1_000 / (len(batches) * BATCH)
    p95 = statistics.quantiles(single, n=20)[-1]
    print(
        f"  one text p50 {statistics.median(single):.2f} ms, p95 {p95:.2f} ms; in batches of {BATCH}: {each:.3f} ms a text"
    )


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BELLHOP_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        print(f"Not measured: no data in {folder}; give the folder as argument or in BELLHOP_DATA.")
        # `make bench` goes on with the other programs where nobody asked for this one.
        return 2 if len(sys.argv) > 1 or "BELLHOP_DATA" in os.environ else 0
    for part in PARTS:
        run(folder, part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
