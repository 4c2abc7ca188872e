"""bellhop/cli.py and the commands behind it: as a person calls them, in a process of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bellhop.supervisor import SOURCE
from models.audit import Audit
from models.people import People
from tests.fixtures_sql import opened

PASSWORD = "correct horse battery"


class Shell:
    """Calls `bellhop` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = {"BELLHOP_HOME": str(home)}

    def __call__(self, *words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")}
        environment = inherited | {"PYTHONPATH": str(SOURCE), "COLUMNS": "200"} | self.settings | settings
        command = [sys.executable, "-P", "-m", "bellhop", *words]
        return subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)


@pytest.fixture
def bellhop(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_help_names_every_command(bellhop: Shell) -> None:
    shown = bellhop("--help")
    assert shown.returncode == 0
    for command in (
        "serve",
        "api",
        "bot",
        "handoff",
        "archive",
        "train",
        "test",
        "import",
        "evaluate",
        "shell",
        "chat",
        "desk",
        "users",
        "doctor",
        "migrate",
        "keys",
        "models",
    ):
        assert re.search(rf"^\W*{command}\b", shown.stdout, re.MULTILINE), command
    assert "prepare" not in shown.stdout
    assert "Usage: bellhop " in shown.stdout


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, bellhop.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    found = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "bellhop" in found
    assert not {"sklearn", "numpy", "rasa_sdk", "fastapi", "sqlalchemy", "redis", "cryptography"} & set(found)


@pytest.mark.parametrize(
    ("words", "settings", "code", "sentence", "remedy"),
    [
        (["migrate"], {"BELLHOP_PORT": "many"}, 2, "BELLHOP_PORT must be a whole number", "docs/settings.md"),
        (["migrate"], {"BELLHOP_PROT": "1"}, 2, "BELLHOP_PROT is not a setting", "docs/settings.md"),
        (
            ["migrate"],
            {"BELLHOP_DATABASE_URL": "postgresql://u:hidden@h/d"},
            2,
            "runs on SQLite, MySQL and MariaDB",
            "BELLHOP_DATABASE_URL",
        ),
        (
            ["users", "list"],
            {"BELLHOP_DATABASE_URL": "mysql://u:hidden@127.0.0.1:9/d"},
            1,
            "database does not answer",
            "bellhop migrate",
        ),
        (
            ["archive"],
            {"BELLHOP_REDIS_URL": "redis://:hidden@127.0.0.1:9/0"},
            1,
            "store (Redis or Valkey) does not answer",
            "bellhop serve",
        ),
        (
            ["archive"],
            {"BELLHOP_LOG_LEVEL": "loud"},
            2,
            "BELLHOP_LOG_LEVEL is not a level",
            "debug, info, warning, error",
        ),
        (["chat"], {"BELLHOP_PORT": "9"}, 1, "no Bellhop at http://127.0.0.1:9", "bellhop serve"),
        (["chat", "--server", "localhost"], {}, 2, "address is not complete", "https://chat.example.com"),
        (["desk"], {}, 2, "Nobody can be asked for an e-mail", "--email"),
        (["desk", "--email", "a@b.c"], {}, 2, "Nobody can be asked for a password", "--password-file"),
    ],
)
def test_a_mistake_is_one_sentence_and_what_to_do(
    bellhop: Shell, words: list[str], settings: dict[str, str], code: int, sentence: str, remedy: str
) -> None:
    shown = bellhop(*words, **settings)
    first, *rest = shown.stderr.splitlines()
    assert sentence in first
    assert remedy in " ".join(rest)
    assert shown.returncode == code
    assert "Traceback" not in shown.stderr
    assert "hidden" not in shown.stderr + shown.stdout


@pytest.mark.parametrize("words", [["srve"], ["users"], ["users", "add"], ["train", "--what"]])
def test_a_wrong_command_is_a_usage_error(bellhop: Shell, words: list[str]) -> None:
    shown = bellhop(*words)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def test_debug_shows_where(bellhop: Shell) -> None:
    shown = bellhop("users", "list", BELLHOP_LOG_LEVEL="debug")
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr


def test_migrate_makes_the_tables_once(bellhop: Shell) -> None:
    first, second = bellhop("migrate"), bellhop("migrate")
    assert first.returncode == second.returncode == 0
    assert "The schema is at version" in first.stdout
    assert "Nothing to do" in second.stdout
    assert bellhop.home.stat().st_mode & 0o777 == 0o700


def test_users_are_added_with_a_generated_password_that_is_shown_once(bellhop: Shell) -> None:
    bellhop("migrate")
    shown = bellhop("users", "add", "Ann@Example.com", "--name", "Ann")
    found = re.search(r"^ {4}(\S{20,})$", shown.stdout, re.MULTILINE)
    assert found, shown.stderr
    with opened(f"sqlite:///{bellhop.home / 'bellhop.db'}") as engine:
        person = People(engine).verify("ann@example.com", found[1])
    assert person
    assert (person.name, person.role) == ("Ann", "agent")
    listed = bellhop("users", "list")
    assert re.search(r"ann@example.com\s+Ann\s+agent\s+yes", listed.stdout)
    assert found[1] not in listed.stdout


def test_a_lost_password_is_replaced_by_one_that_is_shown_once(bellhop: Shell) -> None:
    bellhop("migrate")
    before = re.search(r"^ {4}(\S{20,})$", bellhop("users", "add", "ann@example.com").stdout, re.MULTILINE)
    after = re.search(r"^ {4}(\S{20,})$", bellhop("users", "reset", "Ann@example.com").stdout, re.MULTILINE)
    assert before
    assert after
    with opened(f"sqlite:///{bellhop.home / 'bellhop.db'}") as engine:
        assert People(engine).verify("ann@example.com", before[1]) is None
        assert People(engine).verify("ann@example.com", after[1])
        assert [each.act for each in Audit(engine).page()] == ["people.password", "people.add"]
    nobody = bellhop("users", "reset", "b@example.com")
    assert nobody.returncode != 0
    assert "nobody with this e-mail" in nobody.stderr


def test_a_password_can_come_from_a_file_and_is_not_repeated(bellhop: Shell, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    bellhop("migrate")
    shown = bellhop("users", "add", "b@example.com", "--admin", "--password-file", str(file))
    assert shown.returncode == 0
    assert PASSWORD not in shown.stdout + shown.stderr
    with opened(f"sqlite:///{bellhop.home / 'bellhop.db'}") as engine:
        person = People(engine).verify("b@example.com", PASSWORD)
    assert person
    assert person.role == "admin"


@pytest.mark.parametrize(
    ("email", "content", "sentence", "remedy"),
    [
        ("a@example.com", PASSWORD, "There is a person with this e-mail already", "users list"),
        ("no address", PASSWORD, "not an e-mail address", "users add --help"),
        ("c@example.com", "short", "A password has", "users add --help"),
        ("c@example.com", "", "There is no password in", "as the first line"),
    ],
)
def test_who_cannot_be_added(
    bellhop: Shell, tmp_path: Path, email: str, content: str, sentence: str, remedy: str
) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    bellhop("migrate")
    assert bellhop("users", "add", "a@example.com", "--password-file", str(file)).returncode == 0
    file.write_text(content)
    shown = bellhop("users", "add", email, "--password-file", str(file))
    assert shown.returncode == 2
    assert sentence in shown.stderr
    assert remedy in shown.stderr


def test_keys_rotate_adds_a_key_that_only_the_owner_can_read(bellhop: Shell) -> None:
    ring = bellhop.home / "secret.json"
    bellhop("keys", "rotate")
    before = json.loads(ring.read_text())
    shown = bellhop("keys", "rotate")
    after = json.loads(ring.read_text())
    assert shown.returncode == 0
    assert after["active"] != before["active"]
    assert before["keys"].items() < after["keys"].items()
    assert after["signing"] == before["signing"]
    assert ring.stat().st_mode & 0o777 == 0o600
    assert not any(key in shown.stdout for key in after["keys"].values())


def test_the_doctor_says_what_is_lost_without_the_encoder() -> None:
    from bellhop.doctor import _encoder

    assert "n-grams alone" in _encoder(None).state
    assert _encoder(None).mend
    assert _encoder("0.2.1").good


def test_languages_are_given_to_a_person_by_e_mail(bellhop: Shell) -> None:
    bellhop("migrate")
    bellhop("users", "add", "ann@example.com")
    assert "answers in zh, en" in bellhop("users", "languages", "Ann@example.com", "zh", "EN").stdout
    assert re.search(r"yes\s+zh en", bellhop("users", "list").stdout)
    assert "two or three letters" in bellhop("users", "languages", "ann@example.com", "Chinese").stderr
    assert "nobody with this e-mail" in bellhop("users", "languages", "bob@example.com", "zh").stderr
    assert "all languages" in bellhop("users", "languages", "ann@example.com").stdout
