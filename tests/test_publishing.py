"""bot/publishing.py: from one machine's folder through SQL into another's, and nothing is loaded that is not what was trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from bot.nlu.data import NluConfig
from bot.nlu.interpreter import Interpreter
from bot.publishing import load, publish, start
from bot.registry import ModelInfo, ModelRefused, current_version, save_model
from models.audit import Audit
from models.database import open_engine, writing
from models.model_reports import ModelReports
from models.releases import Releases
from models.tables import model_files, model_versions
from models.versions import Versions
from tests.nlu_data import SHOP

SHOP_BOT = Interpreter.train(SHOP, NluConfig())
WORSE = Interpreter.train(SHOP, NluConfig(fallback_threshold=0.9))
INFO = ModelInfo("shop", "d" * 64, "code", metrics={"accuracy": 0.9})


def published(engine: Engine, home: Path, interpreter: Interpreter = SHOP_BOT, *, live: bool = True) -> str:
    id = save_model(home, interpreter, INFO, current=False)
    publish(Versions(engine), home, id, "a_1", "spring")
    ModelReports(engine).put(id, b"{}")
    if live:
        Releases(engine).promote(id, None, "a_1")
    return id


def test_another_machine_gets_the_same_model(sql_engine: Engine, tmp_path: Path) -> None:
    id = published(sql_engine, tmp_path / "one")
    model = load(Versions(sql_engine), tmp_path / "two", id)
    assert model.version == id
    assert model.interpreter.read(["我要退款", "A1001"]) == SHOP_BOT.read(["我要退款", "A1001"])
    row = Versions(sql_engine).get(id)
    assert row is not None
    assert (row.project, row.reason, row.data_hash, row.person) == ("shop", "spring", "d" * 64, "a_1")
    assert row.bytes == sum(mark.bytes for mark in model.manifest.files.values())


def test_what_is_damaged_in_the_folder_is_fetched_anew(sqlite_engine: Engine, tmp_path: Path) -> None:
    id = published(sqlite_engine, tmp_path)
    (tmp_path / "models" / id / "model.npz").write_bytes(b"")
    assert load(Versions(sqlite_engine), tmp_path, id).version == id
    (tmp_path / "models" / id / "manifest.json").unlink()
    assert load(Versions(sqlite_engine), tmp_path, id).version == id


@pytest.mark.parametrize("what", ["byte", "name", "manifest", "missing", "gone"])
def test_what_is_not_what_was_trained_is_refused(sqlite_engine: Engine, tmp_path: Path, what: str) -> None:
    id = published(sqlite_engine, tmp_path / "one")
    other = published(sqlite_engine, tmp_path / "one", WORSE, live=False)
    with writing(sqlite_engine) as connection:
        mine = model_files.c.version == id
        match what:
            case "byte":
                connection.execute(
                    update(model_files).where(mine, model_files.c.name == "policy.npz").values(chunk=b"x")
                )
            case "name":
                connection.execute(insert(model_files).values(version=id, name="../evil", place=0, chunk=b"x"))
            case "manifest":
                foreign = Versions(sqlite_engine).get(other)
                assert foreign is not None
                connection.execute(
                    update(model_versions).where(model_versions.c.id == id).values(manifest=foreign.manifest)
                )
            case "missing":
                connection.execute(model_files.delete().where(mine, model_files.c.name == "model.json"))
            case "gone":
                connection.execute(model_versions.delete().where(model_versions.c.id == id))
    with pytest.raises(ModelRefused):
        load(Versions(sqlite_engine), tmp_path / "two", id)
    folder = tmp_path / "two" / "models"
    assert not folder.exists() or {each.name for each in folder.iterdir()} <= {".lock"}
    assert not (tmp_path / "two" / "evil").exists()


def test_a_bot_begins_with_the_live_model_of_sql(sql_engine: Engine, tmp_path: Path) -> None:
    id = published(sql_engine, tmp_path / "one")
    assert start(sql_engine, tmp_path / "two").version == id
    assert current_version(tmp_path / "two") == id


def test_without_sql_a_bot_begins_with_what_its_machine_had_last(sqlite_engine: Engine, tmp_path: Path) -> None:
    id = published(sqlite_engine, tmp_path)
    start(sqlite_engine, tmp_path)
    (tmp_path / "empty").mkdir()
    nothing = open_engine(f"sqlite:///{tmp_path / 'empty' / 'x.db'}")
    assert start(nothing, tmp_path).version == id
    nothing.dispose()


def test_where_the_live_model_is_corrupt_the_old_one_stays_and_it_is_on_record(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    old = published(sqlite_engine, tmp_path / "one")
    start(sqlite_engine, tmp_path / "two")
    new = published(sqlite_engine, tmp_path / "one", WORSE)
    with writing(sqlite_engine) as connection:
        connection.execute(update(model_files).where(model_files.c.version == new).values(chunk=b"x"))
    assert start(sqlite_engine, tmp_path / "two").version == old
    row = Versions(sqlite_engine).get(new)
    assert row is not None
    assert "not what was trained" in row.refused
    assert Audit(sqlite_engine).page()[0].act == "model.refuse"
    with pytest.raises(ModelRefused):
        start(sqlite_engine, tmp_path / "three")
