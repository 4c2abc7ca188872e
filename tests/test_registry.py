from __future__ import annotations

import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.dialogue.learned import Learned
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.registry import (
    FILES,
    KEPT,
    FileMark,
    ModelInfo,
    ModelRefused,
    current_manifest,
    current_version,
    digest,
    load_current,
    load_version,
    make_current,
    read_manifest,
    save_model,
)
from tests.nlu_data import SHOP

SHOP_BOT = Interpreter.train(SHOP, NluConfig())
INFO = ModelInfo("shop", "d" * 64, "code", "h" * 64, {"C": 1.0}, {"accuracy": 0.9})


def small(number: int) -> Interpreter:
    return Interpreter.train(TrainingData((Example("yes", "affirm"), Example(f"no {number}", "deny"))), NluConfig())


def folder_of(home: Path) -> Path:
    version = current_version(home)
    assert version is not None
    return home / "models" / version


def sign_again(folder: Path) -> None:
    """What an attacker can do who writes into the folder: a manifest and a name that fit."""
    files = {path.name: _mark(path) for path in folder.iterdir() if path.name != "manifest.json"}
    manifest = msgspec.structs.replace(read_manifest(folder), files=files, version=digest(files))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    folder.rename(folder.parent / manifest.version)
    (folder.parent / "current").write_text(manifest.version)


def _mark(path: Path) -> FileMark:
    return FileMark(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("/tmp/bellhop-bomb"),)


def test_what_is_saved_is_current_and_reads_as_before(tmp_path: Path) -> None:
    assert current_version(tmp_path) is None
    version = save_model(tmp_path, SHOP_BOT, INFO)
    interpreter, manifest = load_current(tmp_path)
    assert current_version(tmp_path) == version == manifest.version == digest(manifest.files)
    assert interpreter.version == SHOP_BOT.version
    assert interpreter.read(["我要退款", "A1001"]) == SHOP_BOT.read(["我要退款", "A1001"])
    assert (manifest.project, manifest.data_hash, manifest.code_version) == ("shop", "d" * 64, "code")
    assert (manifest.heldout_hash, manifest.parameters, manifest.metrics) == ("h" * 64, {"C": 1.0}, {"accuracy": 0.9})
    assert manifest.files == {name: _mark(folder_of(tmp_path) / name) for name in FILES}
    assert manifest.created.endswith("Z")
    assert current_manifest(tmp_path) == manifest


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="bellhop train"):
        load_current(tmp_path)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_byte_is_refused(tmp_path: Path, name: str) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    path = folder_of(tmp_path) / name
    written = bytearray(path.read_bytes())
    written[len(written) // 2] ^= 1
    path.write_bytes(bytes(written))
    with pytest.raises(ModelRefused, match="not what was trained"):
        load_current(tmp_path)
    assert current_manifest(tmp_path) is None


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    (folder_of(tmp_path) / "model.npz").unlink()
    with pytest.raises(ModelRefused, match="missing"):
        load_current(tmp_path)


@pytest.mark.parametrize("signed", [True, False])
def test_a_file_with_pickled_code_is_refused(tmp_path: Path, signed: bool) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    folder = folder_of(tmp_path)
    (folder / "model.pkl").write_bytes(pickle.dumps(Bomb()))
    if signed:
        sign_again(folder)
    with pytest.raises(ModelRefused, match="did not write"):
        load_current(tmp_path)


@pytest.mark.parametrize("inside", [True, False])
def test_pickled_code_in_a_file_of_ours_is_refused_and_not_run(tmp_path: Path, inside: bool) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    folder = folder_of(tmp_path)
    path = folder / "model.npz"
    if inside:
        arrays = dict(np.load(path))
        np.savez(path, **{**arrays, "intercepts": np.array([Bomb()], dtype=object)})
    else:
        path.write_bytes(pickle.dumps(Bomb()))
    sign_again(folder)
    with pytest.raises(ModelRefused, match="damaged or not ours"):
        load_current(tmp_path)
    assert not Path("/tmp/bellhop-bomb").exists()


def test_a_link_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    path = folder_of(tmp_path) / "model.json"
    elsewhere = path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(elsewhere)
    with pytest.raises(ModelRefused):
        load_current(tmp_path)


@pytest.mark.parametrize("name", ["../../etc", "", "a" * 16 + "/..", "ABCDEF0123456789", "\xff"])
def test_a_strange_name_in_current_is_refused(tmp_path: Path, name: str) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    (tmp_path / "models" / "current").write_text(name, encoding="latin-1")
    with pytest.raises(ModelRefused, match="does not name a model"):
        load_current(tmp_path)


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_cannot_be_read_is_refused(tmp_path: Path, manifest: bytes) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    (folder_of(tmp_path) / "manifest.json").write_bytes(manifest)
    with pytest.raises(ModelRefused, match="manifest"):
        load_current(tmp_path)


def test_a_model_under_another_name_is_refused(tmp_path: Path) -> None:
    save_model(tmp_path, SHOP_BOT, INFO)
    other = "0" * 16
    folder_of(tmp_path).rename(tmp_path / "models" / other)
    (tmp_path / "models" / "current").write_text(other)
    with pytest.raises(ModelRefused, match="another one"):
        load_current(tmp_path)


def test_a_save_that_fails_leaves_the_old_model_and_no_rest(tmp_path: Path) -> None:
    version = save_model(tmp_path, SHOP_BOT, INFO)
    broken = ModelInfo("shop", "d", "code", metrics={"not json": object()})
    with pytest.raises(TypeError):
        save_model(tmp_path, small(1), broken)
    assert load_current(tmp_path)[1].version == version
    assert {path.name for path in (tmp_path / "models").iterdir()} == {version, "current", ".lock"}


def test_what_a_killed_training_left_goes_with_the_next_save(tmp_path: Path) -> None:
    left = tmp_path / "models" / ".new-dead"
    left.mkdir(parents=True)
    (left / "model.json").write_text("{}")
    save_model(tmp_path, SHOP_BOT, INFO)
    assert not left.exists()


def test_the_newest_five_stay_and_the_current_one_always(tmp_path: Path) -> None:
    versions = [save_model(tmp_path, small(number), INFO) for number in range(100, 107)]
    kept = {path.name for path in (tmp_path / "models").iterdir() if path.is_dir()}
    assert len(kept) == KEPT
    assert versions[-1] in kept
    assert current_version(tmp_path) == versions[-1]
    assert versions[0] not in kept


def test_saving_the_same_model_again_mends_a_damaged_one(tmp_path: Path) -> None:
    version = save_model(tmp_path, SHOP_BOT, INFO)
    (folder_of(tmp_path) / "model.json").write_bytes(b"{}")
    assert save_model(tmp_path, SHOP_BOT, INFO) == version
    assert load_current(tmp_path)[0].read(["我要退款"])[0].intent.name == "refund"


def test_two_savings_at_once_both_end_whole(tmp_path: Path) -> None:
    interpreters = [small(number) for number in range(200, 204)]
    with ThreadPoolExecutor(4) as pool:
        versions = set(pool.map(lambda each: save_model(tmp_path, each, INFO), interpreters))
    assert len(versions) == 4
    assert load_current(tmp_path)[1].version in versions
    for version in versions:
        assert load_version(tmp_path, version).version == version


def test_a_candidate_is_kept_and_is_not_current(tmp_path: Path) -> None:
    version = save_model(tmp_path, SHOP_BOT, INFO)
    candidate = save_model(tmp_path, small(1), INFO, current=False)
    assert current_version(tmp_path) == version
    assert load_version(tmp_path, candidate).interpreter.read(["yes"])[0].intent.name == "affirm"
    make_current(tmp_path, candidate)
    assert current_version(tmp_path) == candidate


def test_another_policy_is_another_version(tmp_path: Path) -> None:
    """Where only stories have changed, what understands is the same."""
    learned = Learned(("utter_a",), ("w",), np.ones((1, 1), np.float32), np.ones(1, np.float32), "other")
    assert save_model(tmp_path, SHOP_BOT, INFO) != save_model(tmp_path, SHOP_BOT, INFO, learned)
