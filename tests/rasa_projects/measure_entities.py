"""The entity F1 of Rasa's DIET on `entities/`. By hand, in a Python 3.10 that has Rasa:

python tests/rasa_projects/measure_entities.py --work /tmp/rasa-work
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data

ENTITIES = Path(__file__).parent / "entities"
LANGUAGES = ("en", "zh")
Found = set[tuple[Any, ...]]


def train(language: str, work: Path) -> Path:
    out = work / f"entities-{language}"
    command = ["/usr/bin/time", "-v", sys.executable, "-m", "rasa", "train", "nlu", "--out", str(out)]
    files = ["--config", str(ENTITIES / f"config_{language}.yml"), "--nlu", str(ENTITIES / f"train_{language}.yml")]
    telemetry = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    subprocess.run([*command, *files], cwd=work, check=True, env=telemetry)
    return max(out.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def keys(entities: list[dict[str, Any]], roles: bool) -> Found:
    """Exact span and type; with `roles` also role and group."""
    more = ("role", "group") if roles else ()
    return {tuple(str(each.get(key)) for key in ("start", "end", "entity", *more)) for each in entities}


def micro_f1(pairs: list[tuple[Found, Found]]) -> float:
    right = sum(len(meant & found) for meant, found in pairs)
    return 2 * right / sum(len(meant) + len(found) for meant, found in pairs)


async def measure(language: str, model: Path) -> None:
    agent = Agent.load(str(model))
    lines = load_data(str(ENTITIES / f"test_{language}.yml")).training_examples
    read = [(line, (await agent.parse_message(line.get("text")))["entities"]) for line in lines]
    for roles in (False, True):
        pairs = [(keys(line.get("entities") or [], roles), keys(found, roles)) for line, found in read]
        print(f"{language}: {'with role and group' if roles else 'span and type'} {micro_f1(pairs):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    work = parser.parse_args().work
    for language in LANGUAGES:
        asyncio.run(measure(language, train(language, work)))


if __name__ == "__main__":
    main()
