"""What people added in the inbox is learned, goes before the project's files, and leaves again as a file that the project can have."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from bot.added import Added, rasa_yaml, with_added
from bot.project import load_project
from models.example_list import ExampleList
from models.inbox import Inbox, Item, Verdict, Why
from tests.small_project import write_project
from tests.test_cli import Shell


def test_what_people_said_goes_before_the_files(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "project"))
    first = project.training.examples[0]
    other = next(each for each in project.training.examples if each.intent != first.intent)
    added = [Added(other.intent, first.text.upper()), Added(first.intent, "a text of its own"), Added("unknown", "x")]
    made, told = with_added(project, added)
    texts = {each.text: each.intent for each in made.training.examples}
    assert first.text not in texts
    assert texts[first.text.upper()] == other.intent
    assert texts["a text of its own"] == first.intent
    assert "x" not in texts
    assert made.data_hash != project.data_hash
    assert [each.split(":")[0] for each in told] == [
        "1 added examples of `unknown` are left out",
        "1 examples of the project are left out",
    ]


def test_what_the_project_has_already_changes_nothing(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "project"))
    first = project.training.examples[0]
    assert with_added(project, [Added(first.intent, f" {first.text}!")]) == (project, [])
    assert with_added(project, []) == (project, [])


def test_an_export_is_read_by_a_project(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    before = load_project(folder).training.examples
    texts = [
        "- a dash: and a colon",
        "#no comment",
        "'quoted\"",
        "多少钱？{x}",
        "true",
        "two  spaces\tand a tab",
        "[in brackets]",
    ]
    added = [Added("faq", text) for text in texts]
    (folder / "data" / "inbox.yml").write_text(rasa_yaml(added))
    made = load_project(folder)
    new = {each.text for each in made.training.examples} - {each.text for each in before}
    assert new == {" ".join(text.split()) for text in texts}
    (folder / "data" / "inbox.yml").write_text(rasa_yaml([]))
    assert load_project(folder).training.examples == before


def test_a_decision_is_learned_by_the_next_training(tmp_path: Path) -> None:
    bellhop = Shell(tmp_path / "home")
    project = write_project(tmp_path / "project")
    assert bellhop("train", "--project", str(project)).returncode == 0
    engine = engine_of(bellhop)
    box = Inbox(engine)
    box.notice([Item("c_1", 1, 1, "en", "is the flurb free of charge", (), Why.FALLBACK)])
    box.decide([("c_1", 1)], Verdict.INTENT, "faq", "a_boss")
    again = bellhop("train", "--project", str(project))
    assert again.returncode == 0, again.stderr
    assert "Nothing has changed" not in again.stdout
    assert "Nothing has changed" in bellhop("train", "--project", str(project)).stdout
    listed = ExampleList(engine)
    filed = {each.text for each in load_project(project).training.examples}
    assert filed < {each.text for each in listed.all()}, "the desk shows what the files have"
    exported = bellhop("examples", "export")
    assert "- is the flurb free of charge" in exported.stdout
    file = tmp_path / "inbox.yml"
    assert bellhop("examples", "export", str(file)).returncode == 0
    assert bellhop("examples", "export", str(file)).returncode == 2
    engine.dispose()


def engine_of(bellhop: Shell) -> Engine:
    from dataclasses import replace

    from models.database import open_engine
    from models.settings import Settings

    return open_engine(replace(Settings(), home=bellhop.home).sql_url)
