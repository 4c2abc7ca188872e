"""What may be sent as a file: decided by its first bytes, never by its name. Pictures are drawn anew, so that nothing but the picture
is left: no place where it was taken, no second format behind the first. Pure; give it a thread, it may take half a second."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, ImageSequence

FILE_BYTES = 10 * 1024 * 1024
PIXELS = 25_000_000
FRAMES = 200
# All frames of an animation together; each is decoded.
FRAME_PIXELS = 100_000_000
_QUALITY = 85
_PDF_HEAD_BYTES = 8

# Pillow warns of pictures above a size of its own; ours is smaller, and refused before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


class BadFile(Exception):
    """What cannot be taken; `code` is stable, and the sentence says what can be."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(code)
        self.status, self.code, self.sentence = status, code, sentence


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`width` and `height` in pixels, 0 for what is no picture."""

    content: bytes
    type: str
    ending: str
    width: int = 0
    height: int = 0


_FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
# What Pillow's readers raise at bytes that are no picture after all.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error, zlib.error)


def cleaned(raw: bytes) -> Cleaned:
    """Raises BadFile."""
    kind = _kind(raw)
    if len(raw) > FILE_BYTES:
        raise too_large()
    if kind == "PDF":
        return Cleaned(raw, "application/pdf", "pdf")
    try:
        return _picture(raw, kind)
    except _BROKEN:
        raise BadFile(415, "file_type", "This picture is damaged.") from None


def too_large() -> BadFile:
    return BadFile(413, "file_too_large", f"A file has at most {FILE_BYTES // 1024 // 1024} MB.")


def _kind(raw: bytes) -> str:
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw.startswith(b"%PDF-") and raw[5:_PDF_HEAD_BYTES].replace(b".", b"").isdigit():
        return "PDF"
    raise BadFile(415, "file_type", "Pictures (PNG, JPEG, WebP, GIF) and PDF files can be sent.")


def _picture(raw: bytes, kind: str) -> Cleaned:
    with Image.open(BytesIO(raw), formats=[kind]) as image:
        width, height = image.size
        if width * height > PIXELS:
            raise BadFile(413, "picture_too_large", f"A picture has at most {PIXELS // 1_000_000} million pixels.")
        frames = _frames(image) if kind in ("GIF", "WEBP") else 1
        if frames * width * height > FRAME_PIXELS:
            raise BadFile(413, "picture_too_large", "This animation is too large.")
        return _animated(image, kind) if frames > 1 else _still(image, kind)


def _frames(image: Image.Image) -> int:
    """Counted by stepping: what a head says of itself may be wrong."""
    count = 1
    for count, _ in enumerate(ImageSequence.Iterator(image), start=1):
        if count > FRAMES:
            raise BadFile(413, "picture_too_large", f"An animation has at most {FRAMES} pictures.")
    image.seek(0)
    return count


def _still(image: Image.Image, kind: str) -> Cleaned:
    # A camera holds itself upright by a note that goes away with all the others.
    upright = ImageOps.exif_transpose(image)
    if kind == "JPEG":
        bare = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
    else:
        bare = upright if upright.mode in ("L", "LA", "RGB", "RGBA") else upright.convert("RGBA")
    bare.load()
    bare.info = {}
    return _written(bare, kind, [])


def _animated(image: Image.Image, kind: str) -> Cleaned:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(max(20, int(frame.info.get("duration", 100))))
        copy = frame.convert("RGBA")
        copy.info = {}
        frames.append(copy)
    return _written(frames[0], kind, frames[1:], durations)


def _written(image: Image.Image, kind: str, more: list[Image.Image], durations: list[int] | None = None) -> Cleaned:
    out = BytesIO()
    moving = {"save_all": True, "append_images": more, "duration": durations, "loop": 0} if more else {}
    quality = {"quality": _QUALITY} if kind in ("JPEG", "WEBP") else {}
    image.save(out, kind, **moving, **quality)
    type, ending = _FORMATS[kind]
    return Cleaned(out.getvalue(), type, ending, *image.size)
