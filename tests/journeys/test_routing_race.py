"""Agents who take by hand race with assignments by handoff processes that are killed and paused. bench/routing.py does it 10,000 times."""

from __future__ import annotations

from pathlib import Path

from bench import routing


async def test_nobody_gets_two_agents_and_no_agent_too_many(tmp_path: Path) -> None:
    race = routing.new(handoffs=150, agents=20, capacity=3)
    await routing.run(race, processes=4, seed=7, home=tmp_path, limit=240)
    assert race.wrong == []
    assert sum(race.by.values()) >= 150
    assert race.by["assign"]
    assert race.faults
