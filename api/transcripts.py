"""A conversation as a text to keep: what was said and who answered, masked as everywhere, without the notes of agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from api.agent import Id
from api.node import Anyone, Here, Node
from api.problems import NOT_FOUND, Problem, documented
from api.rights import Rights
from models.entry import AuthorKind, Entry, HolderChange, Message
from models.frames import rfc3339
from stream.errors import Unavailable
from stream.history import ArchiveUnavailable

router = APIRouter(prefix="/api", tags=["conversations"])

Language = Literal["zh", "en"]
ENTRIES_AT_ONCE = 200
_NAMES = {
    "en": {AuthorKind.CUSTOMER: "Customer", AuthorKind.BOT: "Assistant", AuthorKind.AGENT: "Agent", AuthorKind.SYSTEM: "Note"},
    "zh": {AuthorKind.CUSTOMER: "客户", AuthorKind.BOT: "智能助手", AuthorKind.AGENT: "客服", AuthorKind.SYSTEM: "提示"},
}  # fmt: skip
_MOVES = {
    "en": {"queue": "Waiting for a person", "agent": "{name} joined", "bot": "The assistant is back", "nobody": "Closed"},
    "zh": {"queue": "等待人工客服", "agent": "{name} 已接入", "bot": "已转回智能助手", "nobody": "会话已结束"},
}  # fmt: skip


@router.get("/conversations/{id}/transcript", response_class=StreamingResponse, responses=documented(401, 404, 422))
async def transcript(here: Here, identity: Anyone, id: Id, language: Language = "en") -> StreamingResponse:
    """Plain text in UTF-8, one paragraph for each thing said, as a download. What was said is indented. Times are UTC."""
    state = await here.log.state(id)
    if state is None or not Rights(here.log, identity).may_see(state):
        raise Problem(*NOT_FOUND)
    headers = {"Content-Disposition": 'attachment; filename="conversation.txt"'}
    return StreamingResponse(_written(here, id, language), media_type="text/plain; charset=utf-8", headers=headers)


async def _written(here: Node, id: str, language: Language) -> AsyncIterator[str]:
    after, more = 0, True
    while more:
        try:
            entries, more = await here.log.after(id, after, ENTRIES_AT_ONCE)
        except (Unavailable, ArchiveUnavailable):
            # The head is out already: what is cut has to say so.
            yield "…\n"
            return
        after = entries[-1].seq if entries else after
        yield "".join(paragraph(each, language) for each in entries)


def paragraph(entry: Entry, language: Language) -> str:
    """One entry; "" for what is not for customers."""
    at = rfc3339(entry.at)[:16].replace("T", " ")
    match entry.body:
        case Message(author=author, text=text):
            who = author.name if author.kind is AuthorKind.AGENT and author.name else _NAMES[language][author.kind]
            return f"{at}  {who}\n{_indented(text)}\n\n"
        case HolderChange(holder=holder, agent=agent):
            name = (agent.name if agent else None) or _NAMES[language][AuthorKind.AGENT]
            return f"{at}  {_MOVES[language][holder].format(name=name)}\n\n"
        case _:
            return ""


def _indented(text: str) -> str:
    """Only heads begin a line: nobody can write one, and so put words into somebody else's mouth."""
    return "\n".join(f"  {line}" for line in text.splitlines())
