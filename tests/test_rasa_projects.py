"""Nine projects that use what Rasa's format has, in conversations that Rasa 3.6.21 has held before us (golden.json).

The same must be done here: actions, slots, form and what is said. `rasa_projects/kept.yml` lists where we differ on purpose,
and why. `rasa_projects/due.yml` lists what is still to be mended. Its marks are strict: who mends a thing takes its line away,
which `python -m tests.rasa_projects.due --mend` does for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rasa_projects.comparison import FIELDS, cases, differences, listed


def marked() -> Iterator[Any]:
    due = {(each["project"], each["conversation"]): each["owner"] for each in listed("due.yml")}
    for case in cases():
        marks = [pytest.mark.xfail(strict=True, reason=f"due: {due[case]}")] if case in due else []
        yield pytest.param(*case, marks=marks)


# rasa_sdk warns of a slot that `required_slots` adds and no method extracts, though a mapping does.
@pytest.mark.filterwarnings("ignore::UserWarning:rasa_sdk.forms")
@pytest.mark.filterwarnings("ignore:Please pass the parameter:FutureWarning")
@pytest.mark.parametrize(("project", "name"), list(marked()))
async def test_it_goes_as_in_rasa(project: str, name: str) -> None:
    assert await differences(project, name) == []


def test_what_is_kept_and_what_is_due_is_of_conversations_that_there_are() -> None:
    kept, due = listed("kept.yml"), listed("due.yml")
    assert {(each["project"], each["conversation"]) for each in (*kept, *due)} <= set(cases())
    assert all(each["reason"] and set(each["fields"]) <= set(FIELDS) for each in kept)
    assert all(each["owner"] for each in due)
