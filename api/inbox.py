"""The labelling inbox, for admins: what the bot was not sure of, those that say the same together, and what they decide."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS, Limit
from api.node import AdminOnly, Here, Node, Staff
from api.problems import Problem, documented
from api.transcripts import Language
from models.entry import AuthorKind, Message
from models.examples import INTENT_CHARACTERS, TEXT_CHARACTERS, Contradiction, Known, UnusableExample
from models.frames import rfc3339
from models.inbox import PLACES_MOST, Group, Item, Verdict, Why
from models.tables import LAST_TEXT_CHARACTERS
from models.teaching import checked
from models.understood import read

router = APIRouter(prefix="/api", tags=["inbox"])

# What an agent said later than this many entries is about something else.
ANSWER_WITHIN = 20
_NO_DECISION = (404, "not_found", "There is no such decision, or it was undone already.")

Name = Annotated[str, Path(max_length=ID_CHARACTERS)]


class Meaning(BaseModel):
    """`title` says the intent in words; `confidence` from 0 to 1."""

    intent: str
    title: str
    confidence: float


class Unsure(BaseModel):
    """One message of a customer, masked."""

    conversation: str
    seq: int
    at: str
    language: str
    text: str
    why: Why
    ranking: list[Meaning]


class Alike(BaseModel):
    """Messages that say the same: one decision is for all. `value` is how unsure the bot was (0 to 1), summed over `items`; down to a tenth
    of it where they are likely none of its business."""

    id: str
    items: int
    value: float
    newest: str
    samples: list[Unsure]


class InboxPage(BaseModel):
    """The most valuable first. `open` is how many messages wait in all; `next` goes into `after`."""

    groups: list[Alike]
    open: int
    next: str | None


class Answered(Unsure):
    """`answer` is what an agent said to it, masked; empty: nobody has."""

    answer: str


class GroupItems(BaseModel):
    """Those first of which the bot was least sure."""

    items: list[Answered]


class Spot(BaseModel):
    model_config = ConfigDict(extra="forbid")

    conversation: str = Field(max_length=ID_CHARACTERS)
    seq: int = Field(ge=1, le=2**53)


class NewDecision(BaseModel):
    """`intent` with the verdict `intent` only; `line` with it, if you like: one of the messages with its entities, `from [LA](city)`."""

    model_config = ConfigDict(extra="forbid")

    items: list[Spot] = Field(min_length=1, max_length=PLACES_MOST)
    verdict: Verdict
    intent: str = Field(default="", max_length=INTENT_CHARACTERS)
    line: str = Field(default="", max_length=2 * TEXT_CHARACTERS)


class Decision(BaseModel):
    """`items` were open and are decided now; `examples` are new for training, `known` were examples of this intent already."""

    id: str
    items: int
    examples: int
    known: int


class Reopened(BaseModel):
    items: int


@router.get("/inbox", responses=documented(401, 403, 422))
async def inbox(
    here: Here,
    _: AdminOnly,
    language: Literal["zh", "en", ""] = "",
    why: Why | None = None,
    words: Language = "en",
    after: Annotated[str, Query(max_length=100, pattern=r"^(\d{1,15}:[0-9a-zA-Z_-]{1,64})?$")] = "",
    limit: Limit = 50,
) -> InboxPage:
    """What is open. `words` is the language of the titles."""
    groups = await asyncio.to_thread(
        here.inbox.groups, language=language, why=str(why or ""), after=_place(after), limit=limit + 1
    )
    shown, rest = groups[:limit], groups[limit:]
    last = shown[-1] if rest else None
    return InboxPage(
        groups=[_group(each, words) for each in shown],
        open=await asyncio.to_thread(here.inbox.open),
        next=f"{round(last.value * 1000)}:{last.id}" if last else None,
    )


@router.get("/inbox/{group}", responses=documented(401, 403, 422))
async def items(here: Here, _: AdminOnly, group: Name, words: Language = "en", limit: Limit = 50) -> GroupItems:
    """One group whole, with what agents have answered."""
    found = await asyncio.to_thread(here.inbox.of, group, limit)
    return GroupItems(
        items=[Answered(**_shown(each, words).model_dump(), answer=await _answer(here, each)) for each in found]
    )


async def _answer(here: Node, item: Item) -> str:
    entries, _ = await here.log.after(item.conversation, item.seq, ANSWER_WITHIN)
    for each in entries:
        if isinstance(each.body, Message) and each.body.author.kind is AuthorKind.AGENT:
            return each.body.text
    return ""


@router.post("/inbox/decisions", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def decide(here: Here, admin: AdminOnly, given: NewDecision) -> Decision:
    """One for all items that are named. What somebody else has decided meanwhile stays as they said."""
    if (given.verdict is Verdict.INTENT) != bool(given.intent.strip()):
        raise Problem(422, "invalid", "Name an intent with the verdict intent, and only then.")
    if given.line and not given.intent:
        raise Problem(422, "invalid", "Entities are marked with an intent only.")
    places = [(each.conversation, each.seq) for each in given.items]
    try:
        marked = checked(given.line) if given.line else None
        done = await asyncio.to_thread(here.inbox.decide, places, given.verdict, given.intent, admin.person, marked)
    except UnusableExample as error:
        raise Problem(422, "invalid", str(error)) from None
    except Contradiction as error:
        raise Problem(409, "contradiction", str(error)) from None
    except Known:
        raise Problem(409, "known", "It is an example of this intent already; mark it in the training data.") from None
    return Decision(id=done.decision, items=done.items, examples=done.examples, known=done.known)


@router.post("/inbox/flags", status_code=204, responses=documented(401, 403, 404, 413, 415, 422))
async def flag(here: Here, _: Staff, given: Spot) -> None:
    """An agent says that the bot should learn from what a customer said there."""
    state = await here.log.state(given.conversation)
    found, _more = await here.log.after(given.conversation, given.seq - 1, 1) if state else ([], False)
    body = found[0].body if found and found[0].seq == given.seq else None
    if (
        state is None
        or not isinstance(body, Message)
        or body.author.kind is not AuthorKind.CUSTOMER
        or not body.text.strip()
    ):
        raise Problem(404, "not_found", "There is no such message of a customer.")
    understood = read(await here.log.field(state.id, "understood")) if state.answered == given.seq else None
    ranking = understood.ranking if understood else ()
    item = Item(state.id, given.seq, found[0].at, state.language, body.text[:LAST_TEXT_CHARACTERS], ranking, Why.FLAG)
    await asyncio.to_thread(here.inbox.notice, [item])


@router.delete("/inbox/decisions/{id}", responses=documented(401, 403, 404, 422))
async def undo(here: Here, admin: AdminOnly, id: Name) -> Reopened:
    """Its items are open again, and the examples that came of it are used no more."""
    try:
        return Reopened(items=await asyncio.to_thread(here.inbox.undo, id, admin.person))
    except KeyError:
        raise Problem(*_NO_DECISION) from None


def _place(after: str) -> tuple[int, str] | None:
    value, _, group = after.partition(":")
    return (int(value), group) if after else None


def _group(group: Group, words: Language) -> Alike:
    return Alike(
        id=group.id, items=group.items, value=group.value, newest=rfc3339(group.newest),
        samples=[_shown(each, words) for each in group.samples],
    )  # fmt: skip


def _shown(item: Item, words: Language) -> Unsure:
    return Unsure(
        conversation=item.conversation, seq=item.seq, at=rfc3339(item.at), language=item.language, text=item.text, why=item.why,
        ranking=[Meaning(intent=each.intent, title=each.title(words), confidence=each.confidence) for each in item.ranking],
    )  # fmt: skip
