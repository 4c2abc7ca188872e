"""How well and how fast texts that say the same are found: the share of texts whose leader has the same intent, and how many texts
one decision labels.

    python -m bench.alike [FOLDER]       # FOLDER: else BELLHOP_DATA, else ../shared/data

10,000 texts of CLINC150's training part, and CrossWOZ's, on training parts: the limits were chosen here.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.nlu import examples, folder_of
from bot.nlu import alike
from bot.nlu.encoder import Encoder, installed

TEXTS = 10_000
LIMITS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def told(intents: Sequence[str], vectors: Any, limit: float) -> str:
    began = time.perf_counter()
    found = alike.joined(vectors, limit)
    seconds = time.perf_counter() - began
    same = sum(intents[place] == intents[leader] for place, leader in enumerate(found))
    joined = sum(place != leader for place, leader in enumerate(found))
    groups = len(set(found))
    wrong = (len(found) - same) / max(1, joined)
    return f"{limit:.2f}: {len(found)} texts in {groups} groups, {wrong:.1%} of who joined has another intent ({seconds:.1f} s)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = folder_of(parser.parse_args().folder)
    if isinstance(folder, int):
        return folder
    for name in ("clinc150/train", "crosswoz/train"):
        shuffled = list(examples(folder, name))
        random.Random(1).shuffle(shuffled)
        shuffled = shuffled[:TEXTS]
        texts, intents = [each.text for each in shuffled], [each.intent for each in shuffled]
        kinds: list[tuple[str, Any]] = [("parts of words", alike.parts(texts))]
        if installed() is not None:
            began = time.perf_counter()
            kinds.append(("encoder", Encoder().vectors(texts)))
            print(f"{name}: encoded in {time.perf_counter() - began:.1f} s", flush=True)
        for kind, vectors in kinds:
            for limit in LIMITS:
                print(f"{name}, {kind}, {told(intents, vectors, limit)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
