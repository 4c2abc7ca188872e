"""How long a very large nlu file takes to be learned, and with how much memory: 150,000 made-up examples are 10 MB.

    python -m bench.big [EXAMPLES] [INTENTS]       # 150000 150

The texts are words of a made-up language, some of which are of one intent; 3,000 of the examples are held out and read.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.nlu.data import Example
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent
from bot.project import load_project

WORDS = 20_000
WORDS_OF_INTENT = 12
# Of a text's words so many are of its intent, on average.
OWN = 0.3
BATCH = 64
SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in ("a", "e", "i", "o", "u", "ai", "en")]


def made(count: int, intents: int) -> Iterator[Example]:
    """The same for the same numbers."""
    chance = random.Random(0)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(WORDS)]
    shares = [1 / (rank + 5) for rank in range(WORDS)]
    own = [chance.choices(words, k=WORDS_OF_INTENT) for _ in range(intents)]
    for i in range(count):
        said = chance.choices(words, shares, k=chance.randint(5, 12))
        of_intent = own[i % intents]
        text = " ".join(chance.choice(of_intent) if chance.random() < OWN else word for word in said)
        yield Example(text, f"intent_{i % intents}")


def written(folder: Path, examples: list[Example]) -> None:
    """A project of nothing but these."""
    texts: dict[str, list[str]] = {}
    for example in examples:
        texts.setdefault(example.intent, []).append(example.text)
    blocks = (f"- intent: {name}\n  examples: |\n" + "".join(f"    - {text}\n" for text in own) for name, own in texts.items())  # fmt: skip
    (folder / "data").mkdir()
    (folder / "data" / "nlu.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    (folder / "domain.yml").write_text(
        'version: "3.1"\nintents:\n' + "".join(f"- {name}\n" for name in texts), encoding="utf-8"
    )
    (folder / "config.yml").write_text("language: en\npipeline: []\npolicies: []\n", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("examples", nargs="?", type=int, default=150_000)
    options.add_argument("intents", nargs="?", type=int, default=150)
    given = options.parse_args()
    texts = list(made(given.examples, given.intents))
    away = set(random.Random(1).sample(range(len(texts)), min(3_000, len(texts) // 10)))
    held_out = [texts[i] for i in sorted(away)]
    taught = [each for i, each in enumerate(texts) if i not in away]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, taught)
        size = (folder / "data" / "nlu.yml").stat().st_size
        began = time.perf_counter()
        project = load_project(folder)
        read = time.perf_counter() - began
    began = time.perf_counter()
    interpreter = Interpreter.train(project.training, project.nlu_config)
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    batches = [held_out[i : i + BATCH] for i in range(0, len(held_out), BATCH)]
    readings = [each for batch in batches for each in interpreter.read([one.text for one in batch])]
    right = sum(best_intent(reading) == each.intent for reading, each in zip(readings, held_out, strict=True))
    print(
        f"{len(project.training.examples)} examples of {given.intents} intents, {size / 1e6:.1f} MB: read in {read:.1f} s, "
        f"learned in {seconds:.1f} s, at most {megabytes} MB; of {len(held_out)} held-out texts {right / len(held_out):.2%} right"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
