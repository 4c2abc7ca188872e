"""models/versions.py and models/releases.py on SQLite and MySQL: whole or not there, and of two who act at once one is told."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select

from models.audit import Audit
from models.choosing import Outdated
from models.database import writing
from models.model_reports import ModelReports
from models.release import RefusedRelease, Release
from models.releases import KEPT, Releases
from models.tables import model_files
from models.versions import CHUNK_BYTES, IncompleteUpload, ModelVersion, Versions


def made(id: str, size: int = 0, created: int = 1) -> ModelVersion:
    return ModelVersion(id, "shop", created, "a_1", "spring", "d" * 64, "code", size, 0, "", "{}")


def added(engine: Engine, *ids: str) -> Versions:
    versions = Versions(engine)
    for n, id in enumerate(ids):
        versions.add(made(id, created=n), {})
    return versions


def judged(engine: Engine, *ids: str) -> Versions:
    """The same, and the gate has let each of them pass."""
    versions, reports = added(engine, *ids), ModelReports(engine)
    for id in ids:
        assert reports.put(id, b"{}")
    return versions


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One longer than a chunk, with every byte in it."""
    (tmp_path / "model.npz").write_bytes(bytes(range(256)) * 9_000)
    (tmp_path / "model.json").write_bytes(b"{}")
    return {name: tmp_path / name for name in ("model.json", "model.npz")}


def size(files: dict[str, Path]) -> int:
    return sum(path.stat().st_size for path in files.values())


def test_what_is_added_comes_back_byte_for_byte(sql_engine: Engine, files: dict[str, Path]) -> None:
    versions = Versions(sql_engine)
    version = made("aaaa", size(files))
    assert versions.add(version, files)
    assert not versions.add(version, files), "it is there"
    found: dict[str, bytes] = {}
    for name, chunk in versions.chunks("aaaa"):
        assert len(chunk) <= CHUNK_BYTES
        found[name] = found.get(name, b"") + chunk
    assert found == {name: path.read_bytes() for name, path in files.items()}
    assert versions.get("aaaa") == version
    assert versions.all() == [version]
    (act,) = Audit(sql_engine).page()
    assert (act.person, act.act, act.subject, act.reason) == ("a_1", "model.add", "aaaa", "spring")


def test_an_upload_that_was_cut_off_is_finished_by_the_next(sql_engine: Engine, files: dict[str, Path]) -> None:
    versions = Versions(sql_engine)
    versions._upload("aaaa", {"model.npz": files["model.npz"]})
    assert versions.get("aaaa") is None
    assert versions.add(made("aaaa", size(files)), files)


def test_an_upload_that_ends_short_is_not_there(sqlite_engine: Engine, files: dict[str, Path]) -> None:
    versions = Versions(sqlite_engine)
    with pytest.raises(IncompleteUpload):
        versions.add(made("aaaa", size(files) + 1), files)
    assert versions.all() == []


def test_two_uploads_at_once_both_end_whole(sql_engine: Engine, files: dict[str, Path]) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: Versions(sql_engine).add(made("aaaa", size(files)), files), range(2)))
    assert sorted(done) == [False, True]
    digest = hashlib.sha256(b"".join(chunk for _, chunk in Versions(sql_engine).chunks("aaaa"))).hexdigest()
    assert digest == hashlib.sha256(b"".join(path.read_bytes() for path in files.values())).hexdigest()


def test_each_act_is_kept_and_on_record(sql_engine: Engine) -> None:
    judged(sql_engine, "aaaa", "bbbb", "cccc")
    releases = Releases(sql_engine)
    assert releases.now() == Release()
    assert releases.number() == 0
    releases.promote("aaaa", 0, "a_1", "first")
    releases.canary("bbbb", 10, 1, "a_1")
    releases.shadow("cccc", 2, "a_2")
    releases.stop("cccc", 3, "a_2", "enough")
    releases.promote("bbbb", 4, "a_1")
    now = releases.rollback(5, "a_1", "people complained, call 13800138000")
    assert (now.version, now.live, now.canary) == (6, "aaaa", "")
    assert releases.now() == now
    assert [each.version for each in releases.history()] == [1, 2, 3, 4, 5, 6]
    acts = [(each.act, each.subject) for each in reversed(Audit(sql_engine).page()) if each.act != "model.add"]
    assert acts == [
        ("model.promote", "aaaa"),
        ("model.canary", "bbbb"),
        ("model.shadow", "cccc"),
        ("model.stop", "cccc"),
        ("model.promote", "bbbb"),
        ("model.rollback", "aaaa"),
    ]
    assert "13800138000" not in now.reason


def test_of_two_who_act_on_the_same_release_one_is_told(sql_engine: Engine) -> None:
    added(sql_engine, "aaaa", "bbbb")

    def act(model: str) -> str:
        try:
            return Releases(sql_engine).promote(model, 0, "a_1").live
        except Outdated:
            return "told"

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(act, ["aaaa", "bbbb"]))
    assert done[1] == "told"
    assert Releases(sql_engine).now().live == done[0]
    with pytest.raises(Outdated):
        Releases(sql_engine).rollback(0, "a_1")


def test_what_is_not_there_cannot_be_released(sql_engine: Engine) -> None:
    added(sql_engine, "aaaa")
    releases = Releases(sql_engine)
    releases.promote("aaaa", 0, "a_1")
    for act in (
        lambda: releases.promote("zzzz", 1, "a_1"),
        lambda: releases.canary("zzzz", 10, 1, "a_1"),
        lambda: releases.shadow("zzzz", 1, "a_1"),
        lambda: releases.remove("zzzz", "a_1"),
    ):
        with pytest.raises(RefusedRelease, match="no such model"):
            act()
    assert releases.number() == 1


def test_a_refused_model_answers_only_with_a_reason(sql_engine: Engine) -> None:
    versions = added(sql_engine, "aaaa")
    versions.refuse("aaaa", "worse on refunds", "a_1")
    versions.refuse("aaaa", "worse on refunds", "a_1")
    with pytest.raises(RefusedRelease, match="worse on refunds"):
        Releases(sql_engine).promote("aaaa", 0, "a_1")
    Releases(sql_engine).promote("aaaa", 0, "a_1", "the set was wrong")
    found = versions.get("aaaa")
    assert found is not None
    assert found.refused == ""
    assert found.lived > 0
    acts = [each.act for each in Audit(sql_engine).page()]
    assert acts == ["model.promote", "model.refuse", "model.add"]


def test_what_is_released_and_refused_is_counted(sql_engine: Engine) -> None:
    versions, releases = added(sql_engine, "aaaa", "bbbb"), Releases(sql_engine)
    assert releases.refused() == 0
    releases.promote("aaaa", 0, "a_1")
    versions.refuse("bbbb", "it is corrupt")
    assert releases.refused() == 0
    versions.refuse("aaaa", "it is corrupt")
    assert releases.refused() == 1


def test_what_answers_or_reads_is_not_removed(sql_engine: Engine, files: dict[str, Path]) -> None:
    versions = judged(sql_engine, "aaaa", "bbbb")
    versions.add(made("cccc", size(files)), files)
    releases = Releases(sql_engine)
    releases.promote("aaaa", 0, "a_1")
    releases.canary("bbbb", 1, 1, "a_1")
    for id in ("aaaa", "bbbb"):
        with pytest.raises(RefusedRelease, match="answers or reads"):
            releases.remove(id, "a_1")
    releases.remove("cccc", "a_1", "old")
    assert {each.id for each in versions.all()} == {"aaaa", "bbbb"}
    assert list(versions.chunks("cccc")) == []


def test_the_newest_stay_and_those_that_are_needed(sql_engine: Engine, files: dict[str, Path]) -> None:
    ids = [f"m{n:02}" for n in range(KEPT + 4)]
    versions = judged(sql_engine, *ids)
    versions._upload("never finished", files)
    releases = Releases(sql_engine)
    releases.promote("m00", 0, "a_1")
    releases.promote("m01", 1, "a_1")
    releases.shadow("m02", 2, "a_1")
    releases.tidy()
    assert {each.id for each in versions.all()} == {"m00", "m01", "m02", *ids[-KEPT:]}
    with sql_engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(model_files)) == 0


def test_a_database_that_lost_a_file_ends_short(sqlite_engine: Engine, files: dict[str, Path]) -> None:
    versions = Versions(sqlite_engine)
    versions.add(made("aaaa", size(files)), files)
    with writing(sqlite_engine) as connection:
        connection.execute(delete(model_files).where(model_files.c.name == "model.json"))
    assert {name for name, _ in versions.chunks("aaaa")} == {"model.npz"}
