"""What README, docs/ and CHANGELOG tell to do can be done: links lead somewhere, commands, targets and settings exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bellhop.cli import app
from models.settings import described

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
NAMES = {page.relative_to(ROOT).as_posix(): page for page in PAGES}


def commands() -> set[str]:
    """`serve`, and `users add` as two words."""
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {each}" for each in getattr(command, "commands", {})}
    return found


def code(page: Path) -> str:
    """What stands in back-ticks or in blocks."""
    text = page.read_text()
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*re.findall(r"`([^`\n]+)`", text), *blocks])


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = NAMES[name]
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if not re.match(r"https?:|mailto:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_commands_targets_and_settings_exist(name: str) -> None:
    written = code(NAMES[name])
    known = {name for name, _, _ in described()} | {"BELLHOP_TEST_MYSQL_URL"}
    assert set(re.findall(r"\bBELLHOP_[A-Z_]*[A-Z]\b", written)) <= known
    assert set(re.findall(r"^make ([a-z]+)", written, re.MULTILINE)) <= TARGETS
    for first, second in re.findall(r"(?:^|[/\s])bellhop ([a-z]+)(?: ([a-z]+))?", written, re.MULTILINE):
        assert first in {each.split()[0] for each in commands()} or second == "", f"bellhop {first}"
        assert {first, f"{first} {second}"} & commands(), f"bellhop {first} {second}"


def test_the_readme_has_two_commands_and_is_there_in_both_languages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = NAMES[name].read_text()
        block = re.search(r"^```\ngit clone .*\nmake run\n```", text, re.MULTILINE)
        assert block, name
        assert "/desk" in text
        assert "A1001" in text
        assert "BELLHOP_PROJECT" in text
    english, chinese = (
        set(re.findall(r"\]\((docs/[^)]+)\)", NAMES[name].read_text())) for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def test_the_targets_that_are_promised_are_there() -> None:
    assert {"run", "test", "lint", "bench", "web", "lock"} <= TARGETS


def test_no_registry_address_is_written_down() -> None:
    """A mirror or a machine without one could not install."""
    locks = [
        *ROOT.glob("requirements*.lock"),
        ROOT / "web" / "package-lock.json",
        ROOT / "Makefile",
        *ROOT.glob("deploy/*"),
        ROOT / ".ci/run",
    ]
    for path in locks:
        # Where npm notes whom one may give money is no place to load from.
        text = re.sub(r'"funding": ([\[{])(?:[^\[\]{}]|\{[^{}]*\})*[\]}]', "", path.read_text())
        assert re.findall(r"https?://(?!127\.0\.0\.1)[^\s\"]+|--index-url|--extra-index", text) == [], path.name


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
