"""Sealed values: open in their place, nowhere else, and not after the smallest change."""

from __future__ import annotations

import json
import multiprocessing
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from models import sealed
from models.sealed import KeyFileError, KeyRing, KeyWornOut, Place, Unreadable

PLACE = Place(table="messages", column="phone", row="0b9c", tenant="shop")
RING = KeyRing.generated()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


# The byte format


def test_the_format_is_the_documented_one_byte_for_byte() -> None:
    key = bytes(range(32))
    text = KeyRing({7: key}, 7, bytes(32)).seal("13800138000", PLACE)

    def prefixed(name: bytes) -> bytes:
        return len(name).to_bytes(4, "big") + name

    content = raw(text)
    assert "=" not in text
    assert content[:6] == b"\x01\x01\x00\x00\x00\x07"
    assert len(content) == 34 + len("13800138000")
    info = b"bh1 column" + prefixed(b"messages") + prefixed(b"phone")
    column_key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)
    bound = b"bh1" + content[:6] + b"".join(map(prefixed, (b"messages", b"phone", b"shop", b"0b9c")))
    assert AESGCM(column_key).decrypt(content[6:18], content[18:], bound) == b"13800138000"


@given(st.text(), st.text(), st.text(), st.text(), st.text())
def test_what_was_sealed_opens_in_its_place(clear: str, table: str, column: str, row: str, tenant: str) -> None:
    place = Place(table, column, row, tenant)
    assert RING.open(RING.seal(clear, place), place) == clear


def test_half_a_surrogate_pair_survives() -> None:
    assert RING.open(RING.seal("\ud83d", PLACE), PLACE) == "\ud83d"


def test_the_same_text_never_looks_the_same() -> None:
    assert len({RING.seal("110105", PLACE) for _ in range(200)}) == 200


# Not after the smallest change


def test_every_flipped_bit_is_unreadable() -> None:
    content = raw(RING.seal("6222021234567890", PLACE))
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            RING.open(written(bytes(changed)), PLACE)


def test_every_cut_is_unreadable() -> None:
    text = RING.seal("6222021234567890", PLACE)
    for length in range(len(text)):
        with pytest.raises(Unreadable):
            RING.open(text[:length], PLACE)


@pytest.mark.parametrize("clear", ["", "1", "12"])
def test_no_second_spelling_of_the_same_bytes_opens(clear: str) -> None:
    text = RING.seal(clear, PLACE)
    for changed in (text + "=", text + "==", text + "\n", " " + text, text + "A", text[:-1] + chr(ord(text[-1]) ^ 1)):
        with pytest.raises(Unreadable):
            RING.open(changed, PLACE)
    standard = next(t for t in (RING.seal(clear, PLACE) for _ in range(10_000)) if "-" in t or "_" in t)
    with pytest.raises(Unreadable):
        RING.open(standard.replace("-", "+").replace("_", "/"), PLACE)


@given(st.text())
def test_rubbish_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        RING.open(text, PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="notes"),
        replace(PLACE, column="email"),
        replace(PLACE, row="0b9d"),
        replace(PLACE, tenant="other"),
        # The same letters with other borders: this is what the length prefix is for.
        Place("messagesp", "hone", "0b9c", "shop"),
        Place("messages", "phone", "p0b9c", "sho"),
    ],
)
def test_moved_is_unreadable(elsewhere: Place) -> None:
    text = RING.seal("a@example.com", PLACE)
    with pytest.raises(Unreadable, match="wrong tag"):
        RING.open(text, elsewhere)
    assert RING.open(text, PLACE) == "a@example.com"


@pytest.mark.parametrize(
    ("at", "value", "reason"), [(0, 2, "version"), (1, 2, "algorithm"), (1, 0, "algorithm"), (5, 9, "key id")]
)
def test_an_unknown_header_is_unreadable_and_says_why(at: int, value: int, reason: str) -> None:
    content = bytearray(raw(RING.seal("x", PLACE)))
    content[at] = value
    with pytest.raises(Unreadable, match=f"unknown {reason}"):
        RING.open(written(bytes(content)), PLACE)


def test_another_ring_with_the_same_key_id_cannot_open() -> None:
    with pytest.raises(Unreadable, match="wrong tag"):
        KeyRing.generated().open(RING.seal("x", PLACE), PLACE)


# Rotation


def test_after_rotation_the_old_opens_and_the_new_seals() -> None:
    old = RING.seal("old", PLACE)
    fresh = RING.rotated()
    assert fresh.active == RING.active + 1
    assert fresh.signing == RING.signing
    assert fresh.open(old, PLACE) == "old"
    new = fresh.seal("new", PLACE)
    assert raw(new)[2:6] == fresh.active.to_bytes(4, "big")
    with pytest.raises(Unreadable, match="unknown key id"):
        RING.open(new, PLACE)


def test_resealed_survives_the_removal_of_the_old_key() -> None:
    old = RING.seal("kept", PLACE)
    fresh = RING.rotated()
    moved = fresh.reseal(old, PLACE)
    alone = fresh.without(RING.active)
    assert alone.open(moved, PLACE) == "kept"
    assert alone.reseal(moved, PLACE) == moved
    with pytest.raises(Unreadable, match="unknown key id"):
        alone.open(old, PLACE)
    with pytest.raises(ValueError, match="active"):
        alone.without(alone.active)


def test_reseal_does_not_carry_over_what_it_cannot_open() -> None:
    with pytest.raises(Unreadable):
        RING.rotated().reseal(RING.seal("x", PLACE), replace(PLACE, row="other"))


def test_a_worn_out_key_refuses_and_another_column_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "SEALS_PER_KEY", 3)
    ring = KeyRing.generated()
    texts = [ring.seal("x", PLACE) for _ in range(3)]
    with pytest.raises(KeyWornOut):
        ring.seal("x", PLACE)
    assert [ring.open(text, PLACE) for text in texts] == ["x"] * 3
    ring.seal("x", replace(PLACE, column="email"))
    ring.rotated().seal("x", PLACE)


def test_more_columns_than_ciphers_are_kept_still_open() -> None:
    ring = KeyRing.generated()
    places = [replace(PLACE, column=str(number)) for number in range(sealed.CIPHERS_KEPT + 10)]
    texts = [ring.seal(place.column, place) for place in places]
    assert [ring.open(text, place) for text, place in zip(texts, places, strict=True)] == [p.column for p in places]


# The file


def test_the_file_is_private_and_holds_the_whole_ring(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.json"
    ring = KeyRing.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
    again = KeyRing.load_or_create(path)
    assert (again.active, again.key_ids, again.signing) == (ring.active, ring.key_ids, ring.signing)
    assert len(ring.signing) >= 32
    assert again.open(ring.seal("x", PLACE), PLACE) == "x"


def test_a_rotated_ring_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    ring = KeyRing.load_or_create(path).rotated()
    ring.write(path)
    assert KeyRing.load(path).key_ids == (1, 2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.json"
    KeyRing.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        KeyRing.load_or_create(path)


def test_a_missing_file_is_not_made_by_load(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="missing"):
        KeyRing.load(tmp_path / "secret.json")
    assert list(tmp_path.iterdir()) == []


def damaged() -> Iterator[tuple[str, str]]:
    key = "A" * 43 + "="
    good = {"version": 1, "active": 1, "signing": key, "keys": {"1": key}}
    yield "nothing", ""
    yield "no JSON", "{"
    yield "a list", "[]"
    yield "no active key", json.dumps({**good, "active": 2})
    yield "a short key", json.dumps({**good, "keys": {"1": "AAAA"}})
    yield "a short signing key", json.dumps({**good, "signing": "AAAA"})
    yield "a key id out of range", json.dumps({**good, "active": 2**32, "keys": {str(2**32): key}})
    yield "another version", json.dumps({**good, "version": 2})
    yield "an unknown field", json.dumps({**good, "more": 1})
    yield "no base64", json.dumps({**good, "signing": "hunter2!"})


@pytest.mark.parametrize(("what", "content"), list(damaged()))
def test_a_damaged_file_is_named_and_neither_quoted_nor_replaced(tmp_path: Path, what: str, content: str) -> None:
    path = tmp_path / "secret.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as refused:
        KeyRing.load_or_create(path)
    assert str(path) in str(refused.value)
    assert "AAAA" not in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert path.read_text() == content


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="cannot be written"):
        KeyRing.load_or_create(tmp_path / "file" / "secret.json")


def _make_ring(path: Path, start: multiprocessing.synchronize.Barrier, made: multiprocessing.Queue[bytes]) -> None:
    start.wait()
    made.put(KeyRing.load_or_create(path).signing)


def test_processes_that_start_together_agree_on_one_ring(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, made = spawn.Barrier(3), spawn.Queue()
    path = tmp_path / "home" / "secret.json"
    workers = [spawn.Process(target=_make_ring, args=(path, start, made)) for _ in range(3)]
    for worker in workers:
        worker.start()
    signings = {made.get() for _ in workers}
    for worker in workers:
        worker.join()
    assert signings == {KeyRing.load(path).signing}
    assert list(path.parent.iterdir()) == [path]


def test_who_comes_second_takes_the_ring_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.json"
    first = KeyRing.generated()
    real = sealed._write_draft

    def beaten(target: Path, content: bytes) -> Path:
        draft = real(target, content)
        monkeypatch.setattr(sealed, "_write_draft", real)
        first.write(path)
        return draft

    monkeypatch.setattr(sealed, "_write_draft", beaten)
    assert KeyRing.load_or_create(path).signing == first.signing
    assert list(tmp_path.iterdir()) == [path]


def test_a_ring_shows_no_key() -> None:
    shown = f"{RING!r} {RING} {RING.rotated()!r}"
    assert shown.startswith("KeyRing(active=1, key_ids=(1,))")
    for secret in (RING.signing, *RING._keys.values()):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
        assert written(secret) not in shown


# The primitive, against NIST's CAVP vectors


def cavp(name: str) -> Iterator[tuple[bytes, bytes, bytes, bytes, bytes | None]]:
    """(key, nonce, associated data, ciphertext + tag, clear or None for FAIL) with 96-bit nonces and 128-bit tags."""
    file = Path(cryptography_vectors.__file__).parent / "ciphers/AES/GCM" / name
    lengths: dict[str, int] = {}
    for block in re.split(r"\n\s*\n", file.read_text().replace("\r", "")):
        lengths |= {k: int(v) for k, v in re.findall(r"^\[(\w+) = (\d+)\]$", block, re.MULTILINE)}
        fields = dict(re.findall(r"^(\w+) = ?([0-9a-f]*)$", block, re.MULTILINE))
        if "Key" in fields and lengths["IVlen"] == 96 and lengths["Taglen"] == 128:
            key, nonce, bound, box, tag = (bytes.fromhex(fields[k]) for k in ("Key", "IV", "AAD", "CT", "Tag"))
            clear = None if re.search("^FAIL$", block, re.MULTILINE) else bytes.fromhex(fields["PT"])
            yield key, nonce, bound, box + tag, clear


@pytest.mark.parametrize("name", ["gcmDecrypt256.rsp", "gcmEncryptExtIV256.rsp"])
def test_the_cipher_agrees_with_nist(name: str) -> None:
    seen = {"right": 0, "wrong": 0}
    for key, nonce, bound, box, clear in cavp(name):
        if clear is None:
            seen["wrong"] += 1
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(nonce, box, bound)
        else:
            seen["right"] += 1
            assert AESGCM(key).decrypt(nonce, box, bound) == clear
            assert AESGCM(key).encrypt(nonce, clear, bound) == box
    assert seen["right"] > 100
    assert (seen["wrong"] > 100) == ("Decrypt" in name)
