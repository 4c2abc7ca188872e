"""Tells where we still differ from Rasa: `python -m tests.rasa_projects.due [project]`. With `--mend` due.yml is written anew:
what goes as in Rasa leaves it, what no longer does comes in."""

from __future__ import annotations

import asyncio
import sys

from ruamel.yaml import YAML

from bot.project import ProjectError
from tests.rasa_projects.comparison import HERE, Case, cases, differences, listed

NOT_LOADED = "the project cannot be loaded"


async def found(project: str, name: str) -> list[str]:
    try:
        return await differences(project, name)
    except ProjectError as error:
        return [f"{NOT_LOADED}: {str(error).splitlines()[0]}"]


def mend(still: dict[Case, list[str]]) -> None:
    """Owners are those who were named before."""
    owners = {(each["project"], each["conversation"]): each["owner"] for each in listed("due.yml")}
    due = [
        {"project": case[0], "conversation": case[1], "owner": owners.get(case, "to be found")}
        for case, differing in still.items()
        if differing
    ]
    yaml = YAML()
    yaml.width = 140
    with (HERE / "due.yml").open("w", encoding="utf-8") as file:
        yaml.dump(due, file)


async def main(given: list[str]) -> None:
    wanted = [each for each in given if not each.startswith("-")]
    still = {case: await found(*case) for case in cases() if not wanted or case[0] in wanted}
    for case, differing in still.items():
        print("same" if not differing else "DUE ", *case, sep="  ")
        print(*(f"  {each}" for each in differing), sep="\n", end="\n" if differing else "")
    if "--mend" in given:
        mend(still)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
