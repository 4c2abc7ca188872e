"""Files: taken from those who speak in a conversation, given to those who may see it. What they hold is cleaned first, then sealed."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from api.agent import Id
from api.auth import Identity
from api.file_store import place
from api.node import Anyone, Here, Node
from api.pictures import FILE_BYTES, BadFile, Cleaned, cleaned, too_large
from api.problems import Problem, documented
from api.rights import Rights
from models.conversation import Conversation, Holder
from models.frames import plain
from models.sealed import Unreadable
from models.sensitive import redact
from models.uploads import OverQuota, Upload

router = APIRouter(prefix="/api", tags=["files"])

NAME_CHARACTERS = 80
DAY_MS = 24 * 3600 * 1000
PARTS = 4
_TOO_MANY = (429, "too_many_files", "You have sent very many files today. Please try again tomorrow.")
_NO_FILE = (404, "not_found", "There is no such file.")
# What turns the direction of writing: a name could be shown with its ending in the middle, and another at its end.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PATHS = re.compile(r"[/\\:\x00-\x1f\x7f]+|\.{2,}")
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "conversation"],
                    "properties": {"file": {"type": "string", "format": "binary"}, "conversation": {"type": "string"}},
                }
            }
        },
    }
}


class Sent(BaseModel):
    """Name it in the `files` of a `say`. Pictures have a size in pixels."""

    id: str
    name: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class _InMemory(MultiPartParser):
    """Nothing of a file goes to a disk before it is sealed."""

    spool_max_size = FILE_BYTES + 1


@router.post("/files", status_code=201, responses=documented(401, 403, 404, 413, 415, 429), openapi_extra=_FORM)
async def send_file(here: Here, identity: Anyone, request: Request) -> Sent:
    """PNG, JPEG, WebP and GIF, drawn anew without what cameras write into them, and PDF as it is; at most 10 MB, of one person at most
    `BELLHOP_UPLOADS_PER_DAY` bytes in a day."""
    async with here.uploading:
        conversation, name, raw = await _form(request)
        state = await _spoken_in(here, identity, conversation)
        made = await _cleaned(here, identity, raw)
        upload = Upload(
            f"f_{secrets.token_hex(16)}", state.id, identity.person, _shown(name, made.ending), made.type, len(made.content),
            made.width, made.height, int(time.time() * 1000),
        )  # fmt: skip
        await asyncio.to_thread(_kept, here, upload, made.content)
    return Sent(
        id=upload.id, name=upload.name, type=upload.type, bytes=upload.bytes, width=upload.width or None, height=upload.height or None
    )  # fmt: skip


async def _form(request: Request) -> tuple[str, str, bytes]:
    """(conversation, name as it was given, content). The form is read only here: who may not send is not listened to."""
    try:
        form = await _InMemory(Headers(scope=request.scope), request.stream(), max_files=1, max_fields=PARTS).parse()
    except (MultiPartException, KeyError):
        raise Problem(400, "bad_request", "Send one file, and the conversation that it is for.") from None
    try:
        conversation, file = form.get("conversation"), form.get("file")
        if not isinstance(conversation, str) or not isinstance(file, UploadFile):
            raise Problem(400, "bad_request", "Send one file, and the conversation that it is for.")
        return conversation, file.filename or "", await file.read()
    finally:
        await form.close()


async def _spoken_in(here: Node, identity: Identity, conversation: str) -> Conversation:
    rights = Rights(here.log, identity)
    state = await here.log.state(conversation)
    if state is None or not rights.may_see(state):
        raise Problem(404, "not_found", "There is no such conversation.")
    if state.holder is Holder.NOBODY:
        raise Problem(403, "closed", "This conversation is closed.")
    if not rights.speaks_in(state):
        raise Problem(403, "not_assigned", "You do not hold this conversation.")
    return state


async def _cleaned(here: Node, identity: Identity, raw: bytes) -> Cleaned:
    try:
        if len(raw) > FILE_BYTES:
            raise too_large()
        async with here.drawing:
            made = await asyncio.to_thread(cleaned, raw)
    except BadFile as bad:
        raise Problem(bad.status, bad.code, bad.sentence) from None
    sent = await asyncio.to_thread(here.uploads.sent_since, identity.person, _day_ago())
    if sent + len(made.content) > here.settings.uploads_per_day:
        raise Problem(*_TOO_MANY)
    return made


def _kept(here: Node, upload: Upload, content: bytes) -> None:
    """The bytes first: a row without them would be a promise. Who sends several at once is counted here once more."""
    here.files.put(upload.id, here.ring.seal_bytes(content, place(upload.id)))
    try:
        here.uploads.add(upload, _day_ago(), here.settings.uploads_per_day)
    except OverQuota:
        here.files.delete(upload.id)
        raise Problem(*_TOO_MANY) from None


def _day_ago() -> int:
    return int(time.time() * 1000) - DAY_MS


def _shown(name: str, ending: str) -> str:
    """A name for people, and never one of a path: masked, short, with the ending of what it really is."""
    stem = _TURNS.sub("", _PATHS.sub(" ", name)).strip(" .") if plain(name) else ""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", redact(stem[: 2 * NAME_CHARACTERS]))[:NAME_CHARACTERS].strip(" .")
    return f"{stem or 'file'}.{ending}"


@router.get("/files/{id}", response_class=Response, responses=documented(401, 404))
async def get_file(here: Here, identity: Anyone, id: Id) -> Response:
    """For who may see the conversation. Always as a download: nothing that was sent here is ever a page of ours."""
    upload = (await asyncio.to_thread(here.uploads.found, [id])).get(id)
    state = await here.log.state(upload.conversation) if upload else None
    if upload is None or state is None or not Rights(here.log, identity).may_see(state):
        raise Problem(*_NO_FILE)
    content = await asyncio.to_thread(_opened, here, id)
    ending = upload.name.rpartition(".")[2]
    return Response(
        content, media_type=upload.type, headers={"Content-Disposition": f'attachment; filename="{id}.{ending}"'}
    )


def _opened(here: Node, id: str) -> bytes:
    box = here.files.get(id)
    if box is None:
        raise Problem(*_NO_FILE)
    try:
        return here.ring.open_bytes(box, place(id))
    except Unreadable:
        raise Problem(404, "unreadable", "This file cannot be opened any more.") from None
