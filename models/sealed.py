"""Field encryption: what is sensitive is sealed before it is written anywhere, and opens only in the place it was sealed for.

Bytes: 0x01 | algorithm (1 = AES-256-GCM) | key id (4, big endian) | nonce (12) | ciphertext | tag (16), as base64url
without padding. Associated data: "bh1" | the first 6 bytes | table, column, tenant, row, each as 4 bytes of length
(big endian) and UTF-8. Keys are per column: HKDF-SHA-256 over a key of the ring.
"""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
AES_256_GCM = 1
KEY_BYTES = 32
HEADER_BYTES = 6
NONCE_BYTES = 12
TAG_BYTES = 16
BOX_START = HEADER_BYTES + NONCE_BYTES
OVERHEAD_BYTES = BOX_START + TAG_BYTES
KEY_ID_LIMIT = 2**32
# SP 800-38D 8.3 allows 2^32 random nonces under one key; half of that leaves room for several processes.
SEALS_PER_KEY = 2**31
# Columns are named by our own code, so this is never reached; it keeps a wrong name in a loop from eating memory.
CIPHERS_KEPT = 256
KEY_FILE_BYTES = 1_048_576


class Unreadable(Exception):
    """What is sealed cannot be opened here. Says which check failed, never what was in it."""


class KeyFileError(Exception):
    """The key file cannot be used; one plain sentence that names the file and what to do."""


class KeyWornOut(Exception):
    """A key has sealed as often as is safe; rotate the ring."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. It opens nowhere else. `row` must be known before the row is written."""

    table: str
    column: str
    row: str
    tenant: str = "default"


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    active: int
    signing: bytes
    keys: dict[int, bytes]


class KeyRing:
    """Keys by id. The active one seals, every one opens. `signing` signs tokens and is no data key."""

    __slots__ = ("_ciphers", "_keys", "_seals", "active", "signing")

    def __init__(self, keys: Mapping[int, bytes], active: int, signing: bytes) -> None:
        """Raises ValueError, without showing a key, where the parts do not make a ring."""
        if active not in keys or not all(0 < number < KEY_ID_LIMIT for number in keys):
            raise ValueError("the active key is missing or a key id is out of range")
        if len(signing) < KEY_BYTES or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError("a key has the wrong length")
        self._keys = dict(keys)
        self._ciphers: dict[tuple[int, str, str], AESGCM] = {}
        self._seals: dict[tuple[int, str, str], Iterator[int]] = {}
        self.active = active
        self.signing = signing

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active}, key_ids={self.key_ids})"

    @property
    def key_ids(self) -> tuple[int, ...]:
        return tuple(sorted(self._keys))

    @classmethod
    def generated(cls) -> KeyRing:
        return cls({1: secrets.token_bytes(KEY_BYTES)}, 1, secrets.token_bytes(KEY_BYTES))

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Raises KeyFileError where the file is missing, readable by others than its owner, or no key ring."""
        try:
            written = msgspec.json.decode(_read_private(path), type=_KeyFile)
            if written.version != VERSION:
                raise KeyFileError(f"The key file {path} is of another version; use the Bellhop that wrote it.")
            return cls(written.keys, written.active, written.signing)
        except ValueError:  # msgspec's errors are ValueErrors; the cause is cut off, as it may quote the file
            raise KeyFileError(f"The key file {path} is damaged; restore it from a backup.") from None

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """The ring at `path`, made when there is none. Processes that start together all get the same one."""
        if not path.exists():
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft = _write_draft(path, cls.generated()._encoded())
                # A link fails where the name exists, a rename would not: whoever comes second reads the first one's ring.
                try:
                    with suppress(FileExistsError):
                        os.link(draft, path)
                finally:
                    draft.unlink()
                _sync_folder(path.parent)
            except OSError as reason:
                raise KeyFileError(f"The key file {path} cannot be written: {reason.strerror}.") from None
        return cls.load(path)

    def write(self, path: Path) -> None:
        """Replaces the file in one step; after a crash either the old or the new ring is there, whole."""
        try:
            draft = _write_draft(path, self._encoded())
            try:
                draft.replace(path)
            except OSError:
                draft.unlink()
                raise
            _sync_folder(path.parent)
        except OSError as reason:
            raise KeyFileError(f"The key file {path} cannot be written: {reason.strerror}.") from None

    def rotated(self) -> KeyRing:
        """A ring with a new active key; all old ones still open. Raises ValueError when key ids have run out."""
        fresh = max(self._keys) + 1
        return KeyRing({**self._keys, fresh: secrets.token_bytes(KEY_BYTES)}, fresh, self.signing)

    def without(self, key_id: int) -> KeyRing:
        """A ring that has forgotten a key: what it sealed is lost for good. Raises ValueError for the active key."""
        return KeyRing({n: key for n, key in self._keys.items() if n != key_id}, self.active, self.signing)

    def seal(self, clear: str, place: Place) -> str:
        """Raises KeyWornOut after SEALS_PER_KEY seals of this process under one derived key."""
        return (
            urlsafe_b64encode(self.seal_bytes(clear.encode("utf-8", "surrogatepass"), place))
            .rstrip(b"=")
            .decode("ascii")
        )

    def seal_bytes(self, clear: bytes, place: Place) -> bytes:
        """The same for what is no text. Raises KeyWornOut."""
        column = (self.active, place.table, place.column)
        # next() on a counter is atomic; two threads never take the same number.
        if next(self._seals.setdefault(column, itertools.count())) >= SEALS_PER_KEY:
            raise KeyWornOut(f"Key {self.active} has sealed too often; rotate the keys.")
        header = _header(self.active)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return header + nonce + self._cipher(column).encrypt(nonce, clear, _bound(header, place))

    def open(self, sealed: str, place: Place) -> str:
        """Raises Unreadable: damaged, cut, moved, of an unknown version or algorithm, or the key is gone."""
        return self.open_bytes(_decoded(sealed), place).decode("utf-8", "surrogatepass")

    def open_bytes(self, raw: bytes, place: Place) -> bytes:
        """What seal_bytes() has made. Raises Unreadable."""
        if len(raw) < OVERHEAD_BYTES:
            raise Unreadable("cut")
        key_id = int.from_bytes(raw[2:HEADER_BYTES], "big")
        if raw[0] != VERSION:
            raise Unreadable("unknown version")
        if raw[1] != AES_256_GCM:
            raise Unreadable("unknown algorithm")
        if key_id not in self._keys:
            raise Unreadable("unknown key id")
        header, nonce, box = raw[:HEADER_BYTES], raw[HEADER_BYTES:BOX_START], raw[BOX_START:]
        try:
            return self._cipher((key_id, place.table, place.column)).decrypt(nonce, box, _bound(header, place))
        except InvalidTag:
            raise Unreadable("wrong tag") from None

    def reseal(self, sealed: str, place: Place) -> str:
        """The same under the active key; unchanged when it is under it already. Raises Unreadable as open() does."""
        clear = self.open(sealed, place)
        return sealed if _decoded(sealed)[:HEADER_BYTES] == _header(self.active) else self.seal(clear, place)

    def reseal_bytes(self, raw: bytes, place: Place) -> bytes:
        """The same for what is no text. Raises Unreadable."""
        clear = self.open_bytes(raw, place)
        return raw if raw[:HEADER_BYTES] == _header(self.active) else self.seal_bytes(clear, place)

    def _cipher(self, column: tuple[int, str, str]) -> AESGCM:
        cipher = self._ciphers.get(column)
        if cipher is None:
            if len(self._ciphers) >= CIPHERS_KEPT:
                self._ciphers.clear()
            key_id, *names = column
            info = b"bh1 column" + b"".join(map(_prefixed, names))
            derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._keys[key_id])
            cipher = self._ciphers[column] = AESGCM(derived)
        return cipher

    def _encoded(self) -> bytes:
        return msgspec.json.encode(_KeyFile(VERSION, self.active, self.signing, self._keys))


def _header(key_id: int) -> bytes:
    return bytes((VERSION, AES_256_GCM)) + key_id.to_bytes(4, "big")


def _prefixed(name: str) -> bytes:
    encoded = name.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4, "big") + encoded


def _bound(header: bytes, place: Place) -> bytes:
    names = (place.table, place.column, place.tenant, place.row)
    return b"bh1" + header + b"".join(map(_prefixed, names))


def _decoded(sealed: str) -> bytes:
    try:
        raw = b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except (NotBase64, ValueError):
        raise Unreadable("not base64url") from None
    # base64 has several spellings of the same bytes; only our own is taken, so that equal values are equal texts.
    if urlsafe_b64encode(raw).rstrip(b"=") != sealed.encode("ascii"):
        raise Unreadable("not base64url")
    return raw


def _read_private(path: Path) -> bytes:
    """Looks at the mode of the opened file, not of the name, which could be exchanged in between."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(f"The key file {path} is open to others; close it with: chmod 600 {path}")
            return file.read(KEY_FILE_BYTES)
    except FileNotFoundError:
        raise KeyFileError(f"The key file {path} is missing; restore it from a backup.") from None
    except OSError as reason:
        raise KeyFileError(f"The key file {path} cannot be read: {reason.strerror}.") from None


def _write_draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink()
        raise
    return draft


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
