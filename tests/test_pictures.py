"""What is sent as a file is what its bytes are, and nothing more than that is left of it."""

from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from api import pictures
from api.pictures import FILE_BYTES, BadFile, cleaned

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def picture(format: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "P") else None).save(out, format, **more)
    return out.getvalue()


def animation(frames: int, size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    # Alike ones are put together by the writer.
    made = [Image.new("L", size, each % 250) for each in range(frames)]
    made[0].save(out, "GIF", save_all=True, append_images=made[1:], duration=40)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def refused(raw: bytes) -> tuple[int, str]:
    with pytest.raises(BadFile) as bad:
        cleaned(raw)
    return bad.value.status, bad.value.code


@pytest.mark.parametrize(
    ("format", "type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_the_four_kinds_of_pictures_are_drawn_anew(format: str, type: str) -> None:
    made = cleaned(picture(format))
    assert (made.type, made.width, made.height) == (type, 40, 30)
    assert opened(made.content).format == format


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_whatever_way_its_colours_are_kept(mode: str) -> None:
    format = "JPEG" if mode == "CMYK" else "PNG"
    assert cleaned(picture(format, mode=mode)).width == 40


def test_nothing_of_a_cameras_notes_is_left_and_it_stands_upright() -> None:
    notes = Image.Exif()
    notes[Base.Orientation] = 6
    notes[Base.Make] = "Camera of Li Lei"
    notes.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (31.0, 13.0, 43.0)
    raw = picture("JPEG", exif=notes, comment=b"taken at home")
    assert b"Camera of Li Lei" in raw
    made = cleaned(raw)
    assert not opened(made.content).getexif()
    assert (made.width, made.height) == (30, 40)
    for word in (b"Camera", b"GPS", b"Exif", b"taken at home"):
        assert word not in made.content
    words = PngInfo()
    words.add_text("Author", "Li Lei")
    assert b"Li Lei" not in cleaned(picture("PNG", pnginfo=words)).content


def test_what_stands_behind_or_within_a_picture_is_gone() -> None:
    script = b"*/=alert(1)//<script>alert(1)</script>PK\x03\x04"
    for format in ("PNG", "JPEG", "GIF", "WEBP"):
        assert b"alert" not in cleaned(picture(format) + script).content, format
    assert b"alert" not in cleaned(b"GIF89a" + picture("GIF")[6:] + script).content


@pytest.mark.parametrize(
    "raw",
    [b"", b"<?php echo 1;", b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
     b"PK\x03\x04 a docx", b"MZ\x90", b"%PDF", b"%PDF-<script>", b"\xff\xd8", b"RIFF....WAVEfmt ", b"GIF90a", b"BM6", b"\x00\x00\x01\x00",
     b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n<?php echo 1;", b"\xff\xd8\xff<html>", b"GIF89a/*<script>",
     b"RIFF\x10\x00\x00\x00WEBPVP8 "],
)  # fmt: skip
def test_what_is_no_picture_is_not_taken_whatever_it_is_called(raw: bytes) -> None:
    assert refused(raw) == (415, "file_type")


def test_pdf_is_kept_as_it_is() -> None:
    made = cleaned(PDF)
    assert (made.content, made.type, made.width) == (PDF, "application/pdf", 0)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_drawn() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 30_001 * 100))
        + chunk(b"IEND", b"")
    )
    assert len(bomb) < 100_000
    assert refused(bomb) == (413, "picture_too_large")


def test_an_animation_stays_one_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cleaned(animation(5))
    moving = opened(made.content)
    assert getattr(moving, "n_frames", 1) == 5
    assert moving.info["duration"] == 40
    assert refused(animation(pictures.FRAMES + 1)) == (413, "picture_too_large")
    assert refused(animation(10_000, (2, 2))) == (413, "picture_too_large")
    monkeypatch.setattr(pictures, "FRAME_PIXELS", 4 * 64)
    assert refused(animation(5)) == (413, "picture_too_large")


def test_ten_megabytes_and_one_byte_are_too_many() -> None:
    assert cleaned(PDF.ljust(FILE_BYTES, b"\n")).type == "application/pdf"
    assert refused(PDF.ljust(FILE_BYTES + 1, b"\n")) == (413, "file_too_large")


def test_pictures_that_are_damaged_anywhere_are_refused_or_drawn() -> None:
    chance = random.Random(7)
    for format in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = picture(format, (64, 64))
        for _ in range(150):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                broken[chance.randrange(8, len(broken))] = chance.randrange(256)
            with suppress(BadFile):
                cleaned(bytes(broken[: chance.randint(12, len(broken))]))
