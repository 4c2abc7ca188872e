"""`bellhop keys`: a new key seals from now on, the old ones still open; files and secrets of webhooks can be sealed anew."""

from __future__ import annotations

from api.file_store import FileStore, file_store, place
from models.database import open_engine
from models.hooks import Webhooks
from models.sealed import KeyRing, Unreadable
from models.settings import Settings
from models.uploads import Uploads

AT_ONCE = 100


def rotate(settings: Settings) -> None:
    """Running processes read the ring at their start: restart them, then what they seal is under the new key."""
    ring = KeyRing.load_or_create(settings.key_file).rotated()
    ring.write(settings.key_file)
    print(
        f"A new key is in {settings.key_file} ({len(ring.key_ids)} keys). Back the file up, and restart Bellhop to seal with it."
    )
    print("Then seal files and webhooks' secrets anew: bellhop keys reseal")


def reseal(settings: Settings) -> None:
    """Files and the secrets of webhooks under an old key are sealed anew under the active one. Can be run while Bellhop runs, and again
    where it was cut off."""
    engine, ring = open_engine(settings.sql_url), KeyRing.load(settings.key_file)
    try:
        fresh, unreadable = resealed(Uploads(engine), file_store(settings), ring)
        secrets, lost = Webhooks(engine, ring).reseal()
    finally:
        engine.dispose()
    print(f"Files sealed anew: {fresh}.")
    if unreadable:
        print(f"Files that no key of this ring opens: {unreadable}. They were left as they are.")
    print(f"Secrets of webhooks sealed anew: {secrets}.")
    if lost:
        print(f"Secrets of webhooks that no key of this ring opens: {lost}. Give those webhooks another secret.")


def resealed(uploads: Uploads, files: FileStore, ring: KeyRing) -> tuple[int, int]:
    """(sealed anew, unreadable). Raises FilesUnavailable."""
    fresh = unreadable = 0
    last = ""
    while ids := uploads.ids(last, AT_ONCE):
        for id in ids:
            box = files.get(id)
            if box is None:
                continue
            try:
                anew = ring.reseal_bytes(box, place(id))
            except Unreadable:
                unreadable += 1
                continue
            if anew != box:
                files.put(id, anew)
                fresh += 1
                # It may have gone meanwhile, and would lie there for ever.
                if not uploads.found([id]):
                    files.delete(id)
        last = ids[-1]
    return fresh, unreadable
