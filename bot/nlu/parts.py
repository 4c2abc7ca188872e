"""Which role and group each entity of a text has, by what stands around it and which entities stand beside it.

A second tagger, whose tokens are the entities: one for both would have to learn each value once more for each of its roles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.nlu.clues import word_of
from bot.nlu.tokens import Ends

Placed = tuple[int, int, str]
# Words before and after that are looked at one by one, and as a phrase.
_NEAR = 3
_BETWEEN = 6


def part_clues(text: str, tokens: Sequence[Ends], entities: Sequence[Placed]) -> list[list[str]]:
    """`entities` are start, end and name, in the order of the text, which is narrow."""
    words = [word_of(text[start:end]) for start, end in tokens]
    total = Counter(name for _, _, name in entities)
    seen: Counter[str] = Counter()
    clues = []
    for i, (start, end, name) in enumerate(entities):
        seen[name] += 1
        last = entities[i - 1] if i else (0, 0, "")
        then = entities[i + 1] if i + 1 < len(entities) else (len(text), len(text), "")
        before = [word for word, (_, ended) in zip(words, tokens, strict=True) if last[1] < ended <= start]
        after = [word for word, (began, _) in zip(words, tokens, strict=True) if end <= began < then[0]]
        place = f"{seen[name]}/{total[name]}"
        found = [
            "",
            f"#{place}",
            f"-{last[2]}",
            f"+{then[2]}",
            f"-#{last[2]} {place}",
            f"+#{then[2]} {place}",
            *_beside("<", before[-_NEAR:][::-1]),
            *_beside(">", after[:_NEAR]),
            *(f"b{word}" for word in before[-_BETWEEN:]),
            f"<>{' '.join(before[-1:])}_{' '.join(after[:1])}",
        ]
        clues.append([*found, *(f"{name}:{clue}" for clue in found)])
    return clues


def _beside(sign: str, words: Sequence[str]) -> list[str]:
    """`words` are the nearest first."""
    return [f"{sign}{length}{' '.join(words[:length])}" for length in range(1, _NEAR + 1) if len(words) >= length - 1]
