"""Files over HTTP: who may send and see them, what is refused with which sentence, and that what is kept is sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from api.pictures import FILE_BYTES
from models.uploads import OverQuota, Upload, Uploads
from tests.client import Customer
from tests.desk_side import DeskSide
from tests.fixtures_api import Api
from tests.test_pictures import PDF, animation, picture


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=30) as client:
        yield client


class Person:
    """A customer, or an agent who names the conversation."""

    def __init__(self, http: httpx.Client, token: str = "", conversation: str = "") -> None:
        made = {} if token else http.post("/api/visitors", json={}).raise_for_status().json()
        self._http = http
        self.token = token or made["token"]
        self.conversation = conversation or made["conversation"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def send(self, content: bytes, name: str = "cat.png", conversation: str = "") -> httpx.Response:
        form = {"conversation": conversation or self.conversation}
        return self._http.post("/api/files", headers=self.headers, files={"file": (name, content)}, data=form)

    def get(self, id: str, **headers: str) -> httpx.Response:
        return self._http.get(f"/api/files/{id}", headers=self.headers | headers)


@pytest.fixture
def wang(http: httpx.Client) -> Person:
    return Person(http)


def test_what_was_sent_comes_back_clean_and_only_as_a_download(wang: Person) -> None:
    sent = wang.send(picture("PNG"), "my cat.jpeg")
    assert sent.status_code == 201
    made = sent.json()
    assert (made["name"], made["type"], made["width"], made["height"]) == ("my cat.png", "image/png", 40, 30)
    got = wang.get(made["id"])
    assert got.status_code == 200
    assert len(got.content) == made["bytes"]
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"] == f'attachment; filename="{made["id"]}.png"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["cache-control"] == "no-store"
    paper = wang.send(PDF, "bill.pdf").json()
    assert (paper["type"], paper.get("width")) == ("application/pdf", None)
    assert wang.get(paper["id"]).content == PDF


def test_only_who_may_see_the_conversation_gets_it(wang: Person, http: httpx.Client, api: Api) -> None:
    id = wang.send(picture("PNG")).json()["id"]
    other = Person(http)
    assert other.get(id).status_code == 404
    assert other.get(id).json() == other.get("f_" + "0" * 32).json()
    assert http.get(f"/api/files/{id}").status_code == 401
    assert other.send(picture("PNG"), conversation=wang.conversation).status_code == 404
    with DeskSide(api) as wen, DeskSide(api, "li") as li:
        agent, looking = Person(http, wen.token, wang.conversation), Person(http, li.token, wang.conversation)
        assert agent.send(picture("PNG")).json()["code"] == "not_assigned"
        wen.take(wang.conversation)
        assert agent.send(picture("PNG")).status_code == 201
        assert looking.send(picture("PNG")).json()["code"] == "not_assigned"
        assert looking.get(id).status_code == 200
        wen.close(wang.conversation)
    assert wang.send(picture("PNG")).json()["code"] == "closed"
    assert wang.get(id).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\\..\\b.png",
        "a\0.png",
        "con.png",
        "x" * 300,
        "a\r\nSet-Cookie: x=1.png",
        "",
        "...",
        "/etc/passwd",
        "图片.png",
    ],
)
def test_a_name_is_no_path_and_no_header(wang: Person, name: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="conversation"\r\n\r\n' + wang.conversation.encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode().replace(b"\r\n", b"%0D%0A") + b'"\r\n\r\n'
        + picture("PNG") + b"\r\n--b--\r\n"
    )  # fmt: skip
    headers = wang.headers | {"Content-Type": "multipart/form-data; boundary=b"}
    sent = wang._http.post("/api/files", content=body, headers=headers)
    if sent.status_code != 201:
        assert sent.status_code == 400
        return
    shown = sent.json()["name"]
    assert shown.endswith(".png")
    assert len(shown) <= 84
    assert not set(shown) & set("/\\\r\n\0")
    assert ".." not in shown
    assert name not in wang.get(sent.json()["id"]).headers["content-disposition"] or not name


def test_a_name_cannot_turn_around_to_show_another_ending(wang: Person) -> None:
    assert wang.send(picture("PNG"), "bill\u202egpj.exe\u2066.png").json()["name"] == "billgpj.exe.png"


def test_a_name_tells_no_phone_number(wang: Person) -> None:
    assert wang.send(picture("PNG"), "call 13912345678.png").json()["name"] == "call 139____5678.png".replace("_", "*")


def test_what_cannot_be_taken_is_refused_with_a_sentence(wang: Person) -> None:
    refusals = {
        "php": (wang.send(b"<?php system('id');"), 415, "file_type"),
        "svg": (wang.send(b"<svg onload=alert(1)>"), 415, "file_type"),
        "zip": (wang.send(b"PK\x03\x04" + b"\0" * 1000, "bomb.docx"), 415, "file_type"),
        "frames": (wang.send(animation(1000, (2, 2))), 413, "picture_too_large"),
        "large": (wang.send(PDF.ljust(FILE_BYTES + 1, b"\n")), 413, "file_too_large"),
        "larger": (wang.send(b"\0" * (FILE_BYTES + 200_000)), 413, "file_too_large"),
    }
    for name, (answer, status, code) in refusals.items():
        assert (answer.status_code, answer.json()["code"]) == (status, code), name
        assert answer.json()["detail"].endswith(".")


def test_a_form_that_is_none_is_answered_fast(wang: Person, http: httpx.Client) -> None:
    many = [("file", (f"{each}.png", b"x")) for each in range(1000)]
    assert http.post("/api/files", headers=wang.headers, files=many, data={"conversation": "c"}).status_code == 400
    headers = wang.headers | {"Content-Type": "multipart/form-data; boundary=b"}
    huge = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nX: '
        + b"y" * 1_000_000
        + b"\r\n\r\nz\r\n--b--\r\n"
    )
    for body in (
        huge,
        b"",
        b"nonsense",
        b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
    ):
        assert http.post("/api/files", headers=headers, content=body).status_code == 400
    without = wang.headers | {"Content-Type": "multipart/form-data"}
    assert http.post("/api/files", headers=without, content=b"x").status_code == 400


def test_a_thousand_ranges_cost_nothing(wang: Person) -> None:
    id = wang.send(picture("PNG")).json()["id"]
    got = wang.get(id, Range="bytes=" + ",".join(["0-"] * 1000))
    assert got.status_code in (200, 416)
    assert len(got.content) < 10_000


def test_what_lies_on_the_disk_is_sealed_and_bound_to_its_id(wang: Person, api: Api) -> None:
    one, two = (wang.send(PDF.ljust(size, b" ")).json()["id"] for size in (500, 600))
    files = {path.name: path for path in (api.settings.home / "files").rglob("*") if path.is_file()}
    assert set(files) == {one.removeprefix("f_"), two.removeprefix("f_")}
    for path in files.values():
        assert b"PDF" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    exchange(files[one.removeprefix("f_")], files[two.removeprefix("f_")])
    assert wang.get(one).json()["code"] == "unreadable"
    files[two.removeprefix("f_")].unlink()
    assert wang.get(two).status_code == 404


def exchange(one: Path, two: Path) -> None:
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)


def test_nobody_fills_the_disk(make_api: Callable[..., Api]) -> None:
    api = make_api(uploads_per_day=1000)
    with httpx.Client(base_url=api.base, timeout=30) as http:
        one = Person(http)
        assert one.send(PDF.ljust(700, b" ")).status_code == 201
        refused = one.send(PDF.ljust(700, b" "))
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_files")
        assert Person(http).send(PDF.ljust(700, b" ")).status_code == 201


def test_nobody_fills_the_disk_by_sending_at_once(make_api: Callable[..., Api]) -> None:
    api = make_api(uploads_per_day=1000)
    with httpx.Client(base_url=api.base, timeout=60) as http, ThreadPoolExecutor(12) as pool:
        for _ in range(5):
            one = Person(http)
            sent = list(pool.map(lambda _, one=one: one.send(PDF.ljust(400, b" ")), range(12)))  # type: ignore[misc]
            assert sorted(each.status_code for each in sent) == [201] * 2 + [429] * 10
    kept = [each for each in api.settings.files_folder.rglob("*") if each.is_file()]
    assert len(kept) == 10, "what was refused is not kept"


def test_of_two_who_are_counted_at_once_none_is_let_by(sql_engine: Engine) -> None:
    def add(number: int) -> bool:
        file = Upload(
            f"f_{number:032x}", "c_1", f"u_{number % 3}", "a.pdf", "application/pdf", 300, 0, 0, 1_000 + number
        )
        try:
            Uploads(sql_engine).add(file, 1_000, 1_000)
        except OverQuota:
            return False
        return True

    Uploads(sql_engine).add(Upload("f_old", "c_1", "u_0", "a.pdf", "application/pdf", 300, 0, 0, 999), 999, 1_000)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(60))) == 9, "three of each person"
    assert [Uploads(sql_engine).sent_since(f"u_{each}", 1_000) for each in range(3)] == [900] * 3


async def test_a_message_brings_its_files_and_only_its_senders(api: Api) -> None:
    customer, other = await Customer.visitor(api.base), await Customer.visitor(api.base)
    with httpx.Client(base_url=api.base, timeout=30) as http:
        own = Person(http, customer.token, customer.conversation or "").send(picture("PNG")).json()
        foreign = Person(http, other.token, other.conversation or "").send(picture("PNG")).json()
    async with customer:
        id = await customer.say("", files=[own["id"]])
        await customer.until(lambda: id in customer.acks and 1 in customer.entries, "it is said")
        said: dict[str, Any] = customer.entries[1]
        assert said["text"] == ""
        assert said["files"] == [{name: own[name] for name in ("id", "name", "type", "bytes", "width", "height")}]
        for files in ([foreign["id"]], ["f_unknown"], [own["id"], own["id"]]):
            await customer.say("look", files=files)
        await customer.until(lambda: len(customer.errors) == 3, "the others are refused")
        assert {each["code"] for each in customer.errors} == {"no_file"}
        await customer.say("six", files=["f"] * 6)
        await customer.until(lambda: len(customer.errors) == 4, "six are too many")
        assert customer.errors[-1]["code"] == "bad_frame"
    assert "f_unknown" not in json.dumps(customer.errors)
