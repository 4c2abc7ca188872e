"""How often the two things are found that a message means: pairs of test texts, joined as people join them.

    python -m bench.several [FOLDER]       # FOLDER: else BELLHOP_DATA, else ../shared/data

Parameters were chosen on CLINC150's validation part and on held-out thirds and halves of the other training parts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.nlu import examples, folder_of, read_all
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading

PAIRS = 900
ENGLISH = (" and ", ". ", ", also ")
CHINESE = ("，", "。", "，另外", "，还有", " ", "，顺便问一下")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    trained_on: str
    test: str
    joints: tuple[str, ...]


PARTS = (
    Part("CLINC150", "clinc150/train", "clinc150/test", ENGLISH),
    Part("xSID zh", "xsid_zh/val", "xsid_zh/test", CHINESE),
    Part("CrossWOZ zh", "crosswoz/train", "crosswoz/test", CHINESE),
)


def pairs(texts: Sequence[Example], joints: Sequence[str]) -> list[tuple[str, set[str], str]]:
    """(text, both intents, joint): of different intents, each joint as often as the others."""
    chance = random.Random(0)
    found: list[tuple[str, set[str], str]] = []
    while len(found) < PAIRS:
        first, second = chance.sample(texts, 2)
        joint = joints[len(found) % len(joints)]
        if first.intent != second.intent:
            found.append((first.text.rstrip(" .。?？!！") + joint + second.text, {first.intent, second.intent}, joint))
    return found


def run(folder: Path, part: Part) -> None:
    trained = Interpreter.train(TrainingData(examples(folder, part.trained_on)), NluConfig())
    test = examples(folder, part.test)
    kinds = [("n-grams alone", trained.without_encoder())]
    if trained.classifier.hybrid is not None:
        kinds.append(("with the encoder", trained))
    for name, interpreter in kinds:
        print(f"{part.name}, {name}: {_measured(interpreter, test, part.joints)}", flush=True)


def _measured(interpreter: Interpreter, test: Sequence[Example], joints: Sequence[str]) -> str:
    made = pairs(test, joints)
    readings = read_all(interpreter, [Example(text, "") for text, _, _ in made])
    both = [_intents(reading) == intents for reading, (_, intents, _) in zip(readings, made, strict=True)]
    by_joint = {
        joint: sum(found for found, pair in zip(both, made, strict=True) if pair[2] == joint) for joint in joints
    }
    began = time.perf_counter()
    single = [bool(reading.clauses) for reading in read_all(interpreter, test)]
    each = (time.perf_counter() - began) * 1_000 / len(test)
    told = ", ".join(f"{joint!r} {found * len(joints) / len(made):.0%}" for joint, found in by_joint.items())
    return (
        f"both intents found in {sum(both) / len(both):.1%} of {len(made)} pairs ({told}); "
        f"two found in {sum(single) / len(single):.1%} of {len(single)} single texts; {each:.2f} ms a single text"
    )


def _intents(reading: Reading) -> set[str]:
    return {clause.reading.intent.name for clause in reading.clauses}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    folder = folder_of(options.parse_args().folder)
    if isinstance(folder, int):
        return folder
    for part in PARTS:
        run(folder, part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
