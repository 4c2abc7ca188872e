"""Files that were never said go after a day, also from a node that looks at the same time; files of an old key are sealed anew."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from api.file_store import Folder, place
from api.tidying import KEPT, tidied
from bellhop.keys import resealed
from models.database import open_engine
from models.sealed import KeyRing, Unreadable
from models.uploads import Upload, Uploads
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_pictures import PDF

DAY_MS = int(KEPT.total_seconds() * 1000)


async def test_what_was_never_said_goes_after_a_day_and_what_was_said_stays(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    uploads, folder = Uploads(engine), Folder(api.settings.files_folder)
    async with await Customer.visitor(api.base) as customer, httpx.AsyncClient(base_url=api.base) as http:
        head = {"Authorization": f"Bearer {customer.token}"}

        async def sent() -> str:
            form = {"conversation": customer.conversation}
            answer = await http.post("/api/files", headers=head, data=form, files={"file": ("a.pdf", PDF)})
            return str(answer.raise_for_status().json()["id"])

        async def given(id: str) -> int:
            return (await http.get(f"/api/files/{id}", headers=head)).status_code

        said, never = await sent(), await sent()
        await customer.acknowledged(await customer.say("", files=[said]))
        now = int(time.time() * 1000)
        assert tidied(uploads, folder, now) == 0, "not yet a day"
        later = now + DAY_MS + 1000
        assert tidied(uploads, folder, later) == 1
        assert tidied(uploads, folder, later) == 0
        assert (await given(said), await given(never)) == (200, 404)
        assert folder.get(never) is None
        await customer.say("", files=[never])
        await customer.until(lambda: bool(customer.errors), "a refusal")
        assert customer.errors[0]["code"] == "no_file"
    engine.dispose()


def upload(number: int) -> Upload:
    return Upload(f"f_{number:032x}", "c", "u", "a.pdf", "application/pdf", 5, 0, 0, number)


def test_a_message_that_claims_a_file_is_quicker_than_who_takes_it_away_or_is_refused(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    uploads = Uploads(engine)
    for number in (1, 2):
        uploads.add(upload(number), 0, 10**9)
    one, two = upload(1).id, upload(2).id
    assert uploads.unsaid(10, 10) == [one, two]
    assert uploads.claim([one])
    assert not uploads.drop(one), "claimed between the look and the deed"
    assert uploads.drop(two)
    assert not uploads.claim([one, two])
    assert uploads.claim([one, one])
    engine.dispose()


def test_files_of_an_old_key_are_sealed_anew_and_what_nobody_can_open_is_left(api: Api, tmp_path: Path) -> None:
    engine = open_engine(api.settings.sql_url)
    uploads, folder = Uploads(engine), Folder(tmp_path / "files")
    old = KeyRing.generated()
    new, stranger = old.rotated(), KeyRing.generated()
    for number in range(250):
        uploads.add(upload(number), 0, 10**9)
        ring = stranger if number == 7 else new if number == 8 else old
        if number != 9:
            folder.put(upload(number).id, ring.seal_bytes(b"%d" % number, place(upload(number).id)))
    assert resealed(uploads, folder, new) == (247, 1)
    assert resealed(uploads, folder, new) == (0, 1)
    only = new.without(old.active)
    for number in (0, 8, 249):
        id = upload(number).id
        assert only.open_bytes(folder.get(id) or b"", place(id)) == b"%d" % number
    with pytest.raises(Unreadable):
        new.open_bytes(folder.get(upload(7).id) or b"", place(upload(7).id))
    engine.dispose()
