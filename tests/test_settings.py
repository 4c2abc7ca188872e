"""models/settings.py, and its page in docs/."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from models.settings import Settings, SettingsError, described, load

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
ROW = re.compile(r"^\| `(BELLHOP_\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    assert ROW.findall(PAGE.read_text()) == described()


def test_nothing_set_gives_the_defaults() -> None:
    assert load({}) == Settings()


def test_a_variable_sets_its_field_in_its_kind() -> None:
    found = load(
        {"BELLHOP_PORT": "9000", "BELLHOP_LEASE": "1.5", "BELLHOP_HOME": "/srv/b", "BELLHOP_MESSAGES_PER_SECOND": "2.5"}
    )
    assert (found.port, found.lease, found.home) == (9000, timedelta(seconds=1.5), Path("/srv/b"))
    assert found.messages_per_second == 2.5


def test_an_empty_variable_counts_as_unset() -> None:
    assert load({"BELLHOP_PORT": ""}).port == Settings().port


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("BELLHOP_PORT", "many", "BELLHOP_PORT must be a whole number"),
        ("BELLHOP_PORT", "0", "BELLHOP_PORT must be more than zero"),
        ("BELLHOP_LEASE", "soon", "BELLHOP_LEASE must be a number of seconds"),
        ("BELLHOP_LEASE", "-1", "BELLHOP_LEASE must be more than zero"),
        ("BELLHOP_LEASE", "inf", "BELLHOP_LEASE must be a number of seconds"),
        ("BELLHOP_MESSAGES_PER_SECOND", "x", "BELLHOP_MESSAGES_PER_SECOND must be a number"),
        ("BELLHOP_PROT", "8080", "BELLHOP_PROT is not a setting"),
    ],
)
def test_what_cannot_be_used_is_named(variable: str, text: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        load({variable: text})


def test_variables_of_others_and_of_the_tests_are_left_alone() -> None:
    assert load({"PORT": "1", "BELLHOP_TEST_MYSQL_URL": "x"}) == Settings()


def test_embedded_means_below_home(tmp_path: Path) -> None:
    found = Settings(home=tmp_path)
    assert found.embedded_redis
    assert found.store_url == f"unix://{tmp_path}/valkey/valkey.sock"
    assert found.sql_url == f"sqlite:///{tmp_path}/bellhop.db"
    assert found.key_file == tmp_path / "secret.json"


def test_given_urls_are_taken() -> None:
    found = Settings(redis_url="redis://r:1/0", database_url="mysql+pymysql://u@h/d", secret_key_file=Path("/k"))
    assert (found.embedded_redis, found.store_url, found.sql_url) == (False, "redis://r:1/0", "mysql+pymysql://u@h/d")
    assert found.key_file == Path("/k")


def test_origins_are_split_and_trimmed() -> None:
    assert Settings(allowed_origins=" https://a.example, ,https://b.example").origins == {
        "https://a.example",
        "https://b.example",
    }
