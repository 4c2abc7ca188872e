"""`bellhop keys rotate`: a new key seals from now on; the old ones still open what they sealed."""

from __future__ import annotations

from models.sealed import KeyRing
from models.settings import Settings


def rotate(settings: Settings) -> None:
    """Running processes read the ring at their start: restart them, then what they seal is under the new key."""
    ring = KeyRing.load_or_create(settings.key_file).rotated()
    ring.write(settings.key_file)
    print(
        f"A new key is in {settings.key_file} ({len(ring.key_ids)} keys). Restart Bellhop to seal with it, and back the file up."
    )
