"""What one typo costs: every test text as it is, and with one letter that was hit beside its key or left out, or, where there is
Chinese in it, one character that sounds the same.

    python -m bench.typos [FOLDER]       # FOLDER: else BELLHOP_DATA, else ../shared/data

Parameters were chosen on CLINC150's validation part and on held-out parts of the other training parts.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pypinyin import lazy_pinyin

from bench.nlu import PARTS, Part, examples, folder_of, read_all
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def mistyped(text: str, chance: random.Random) -> str:
    """With one typo at a place that is drawn among all; as it is where nothing of it can be mistyped."""
    sounding = [i for i, character in enumerate(text) if len(_same_sound(character)) > 1]
    if sounding:
        place = chance.choice(sounding)
        other = chance.choice([each for each in _same_sound(text[place]) if each != text[place]])
        return text[:place] + other + text[place + 1 :]
    letters = [i for i, character in enumerate(text) if character.lower() in _neighbours()]
    if not letters:
        return text
    place = chance.choice(letters)
    beside = chance.choice(_neighbours()[text[place].lower()]) if chance.random() < 0.5 else ""
    return text[:place] + beside + text[place + 1 :]


@cache
def _neighbours() -> dict[str, str]:
    """The keys that touch each: a row lies half a key to the right of the one above it."""
    at = {key: (x + y / 2, y) for y, row in enumerate(ROWS) for x, key in enumerate(row)}
    return {
        key: "".join(other for other, (u, v) in at.items() if other != key and abs(u - x) <= 1 and abs(v - y) <= 1)
        for key, (x, y) in at.items()
    }


@cache
def _sounds() -> dict[str, list[str]]:
    """The common characters (the 3,755 of GB 2312's first level) by their sound without the tone."""
    common = [bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    found: dict[str, list[str]] = {}
    for character in filter(None, common):
        found.setdefault(lazy_pinyin(character)[0], []).append(character)
    return found


def _same_sound(character: str) -> Sequence[str]:
    return () if character.isascii() else _sounds().get(lazy_pinyin(character)[0], ())


def run(folder: Path, part: Part) -> None:
    data = TrainingData(tuple(each for name in part.trained_on for each in examples(folder, name)))
    trained = Interpreter.train(data, NluConfig())
    test = examples(folder, part.test)
    chance = random.Random(0)
    typed = [Example(mistyped(each.text, chance), each.intent) for each in test]
    kinds = [("n-grams alone", trained.without_encoder())]
    if trained.classifier.hybrid is not None:
        kinds.append(("with the encoder", trained))
    for name, interpreter in kinds:
        plain, after = accuracy(interpreter, test), accuracy(interpreter, typed)
        print(
            f"{part.name}, {name}: accuracy {plain:.2%}, with one typo {after:.2%}, {(plain - after) * 100:.2f} points lost",
            flush=True,
        )


def accuracy(interpreter: Interpreter, texts: Sequence[Example]) -> float:
    readings = read_all(interpreter, texts)
    return sum(best_intent(each) == text.intent for each, text in zip(readings, texts, strict=True)) / len(texts)


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
