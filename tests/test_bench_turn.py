"""The bench of turns does what it says it measures."""

from __future__ import annotations

import random
from pathlib import Path

from bench.turn import TURNS, Given, measure, write
from bot.project import load_project
from bot.turn import Bot


async def test_every_kind_of_turn_is_measured_as_often_as_it_comes(tmp_path: Path) -> None:
    bot = Bot(load_project(write(tmp_path)), Given(), None, rng=random.Random(1))
    measured = await measure(bot, 2, 3)
    await bot.close()
    kinds = [kind for _, _, kind in TURNS]
    assert {kind: len(taken) for kind, taken in measured.kinds.items()} == {
        kind: kinds.count(kind) * 6 for kind in kinds
    }
    assert measured.tracker > 0
