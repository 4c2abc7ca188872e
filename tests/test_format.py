"""A model of another format than this version's is trained anew by the next start: nobody has to know that it must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bellhop import train
from bot.nlu.code_version import code_version
from bot.nlu.format import FORMAT, is_readable
from models.releases import Releases
from models.settings import Settings
from models.tables import model_versions
from tests.fixtures_sql import migrated, opened
from tests.small_project import write_project


def test_the_code_that_made_a_model_says_its_format() -> None:
    assert is_readable(code_version())
    assert not is_readable(f"{FORMAT - 1}.0123456789ab")
    assert not is_readable("0123456789ab"), "models of before do not say it"


def test_a_start_trains_anew_only_where_the_format_is_another(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = replace(settings, project=write_project(tmp_path / "project"))
    migrated(here.sql_url)
    train.when_there_is_none(here)
    assert "was trained" in capsys.readouterr().out
    train.when_there_is_none(here)
    assert capsys.readouterr().out == ""
    with opened(here.sql_url) as engine:
        first = Releases(engine).now().live
        with engine.begin() as connection:
            connection.execute(update(model_versions).values(code_version="0123456789ab"))
        train.when_there_is_none(here)
        assert "Training the bot" in capsys.readouterr().out
        assert Releases(engine).now().live
        assert first
