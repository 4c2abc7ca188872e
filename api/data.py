"""Training data, for admins: the examples of the project's files with all that people have said of them and beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS
from api.choosing import OUTDATED
from api.inbox import Name
from api.intents import known, title_of
from api.node import AdminOnly, Here, Node
from api.problems import Problem, documented
from api.transcripts import Language
from models.choosing import Outdated
from models.example_list import Listed, Wanted
from models.examples import HEARD, INTENT_CHARACTERS, NO_INTENT, TEXT_CHARACTERS, Contradiction, UnusableExample, folded
from models.frames import rfc3339
from models.kept_back import kept_back_now
from models.markup import Span, marked
from models.project_data import Part, parts, spans_of
from models.tables import REASON_CHARACTERS
from models.teaching import AT_ONCE, Act, Done, Event, Known, Sensitive

PAGE = 200
_NO_EXAMPLE = (404, "not_found", "There is no such example, or the project's files have changed.")

router = APIRouter(prefix="/api/data", tags=["training data"])

Reason = Annotated[str, Field(max_length=REASON_CHARACTERS)]
Intent = Annotated[str, Field(max_length=INTENT_CHARACTERS)]
# With the marks of entities around it.
Line = Annotated[str, Field(max_length=4 * TEXT_CHARACTERS)]


class TaughtIntent(BaseModel):
    """`examples` are those that the next training learns, by language in `languages`. `filed`: the project's files have the intent;
    `ruled`: a rule or story says what follows."""

    name: str
    title: str
    examples: int
    languages: dict[str, int]
    filed: bool
    ruled: bool


class TaughtEntity(BaseModel):
    name: str
    roles: list[str]
    groups: list[str]


class DataOverview(BaseModel):
    """`people` are the ids of those who have added or changed something that is used."""

    intents: list[TaughtIntent]
    entities: list[TaughtEntity]
    people: list[str]


class MarkedEntity(BaseModel):
    """Offsets count code points of `text`."""

    start: int
    end: int
    entity: str
    value: str
    role: str | None
    group: str | None


class TaughtExample(BaseModel):
    """`line` is the text with its entities marked, as a file has it; null where no line can say it. `at` is null for what the files have.
    `conversation` and `seq`: where it was heard."""

    id: str
    intent: str
    text: str
    line: str | None
    entities: list[MarkedEntity]
    language: str
    source: str
    person: str
    at: str | None
    conversation: str
    seq: int


class ExamplesWanted(BaseModel):
    """Empty: any. `after` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent = ""
    text: str = Field(default="", max_length=100)
    source: Literal["file", "inbox", "desk", "import", ""] = ""
    person: str = Field(default="", max_length=ID_CHARACTERS)
    language: str = Field(default="", max_length=16)
    after: str = Field(default="", max_length=200, pattern=r"^(\d{1,15}:\d{1,10}:[\w-]{1,128})?$")
    limit: int = Field(default=50, ge=1, le=PAGE)


class ExamplesPage(BaseModel):
    """Newest first, then the files' in their order. `total` is of all pages. `kept_back`: ids of those of this page that training never
    sees, since they are for the fixed test set."""

    examples: list[TaughtExample]
    kept_back: list[str]
    total: int
    next: str | None


class NewExample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    intent: Intent
    line: Line
    reason: Reason = ""


class SomeExamples(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(max_length=ID_CHARACTERS)]] = Field(min_length=1, max_length=AT_ONCE)
    reason: Reason = ""


class MovedExamples(SomeExamples):
    intent: Intent


class Taught(BaseModel):
    """`change` is what can be undone. `ids` are those that its examples have now: an id names what an example says."""

    change: str
    ids: list[str]


class ExampleEvent(BaseModel):
    """`at` is null for what the files say. `line` as in TaughtExample."""

    act: Act
    at: str | None
    person: str
    reason: str
    intent: str
    line: str
    change: str


class ExampleHistory(BaseModel):
    """Newest first."""

    events: list[ExampleEvent]


@router.get("", responses=documented(401, 403, 422))
async def overview(here: Here, _: AdminOnly, words: Language = "en") -> DataOverview:
    """`words` is the language of the titles."""
    return await asyncio.to_thread(_overview, here, words)


@router.post("/examples/list", responses=documented(401, 403, 413, 415, 422))
async def listed(here: Here, _: AdminOnly, given: ExamplesWanted) -> ExamplesPage:
    """What the next training learns, and what is kept back from it."""
    wanted = Wanted(given.intent, given.text, given.source, given.person, given.language)
    found = await asyncio.to_thread(here.examples.page, wanted, _place(given.after), given.limit + 1)
    shown, last = found[: given.limit], found[given.limit - 1] if len(found) > given.limit else None
    counts = await asyncio.to_thread(here.examples.counts, wanted)
    return ExamplesPage(
        examples=[shown_example(each) for each in shown],
        kept_back=await asyncio.to_thread(_kept_back, here, shown),
        total=sum(sum(each.values()) for each in counts.values()),
        next=f"{last.at}:{last.place}:{last.id}" if last else None,
    )


@router.post("/examples", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def add(here: Here, admin: AdminOnly, given: NewExample) -> Taught:
    """One more, of an intent that may be new."""
    return await _done(lambda: here.teaching.add(given.intent, given.line, admin.person, given.reason))


@router.post("/examples/move", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def move(here: Here, admin: AdminOnly, given: MovedExamples) -> Taught:
    """All of them to another intent, or none."""
    return await _done(lambda: here.teaching.move(given.ids, given.intent, admin.person, given.reason))


@router.post("/examples/remove", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def remove(here: Here, admin: AdminOnly, given: SomeExamples) -> Taught:
    """All of them are learned no more, or none. A line that the files have under another intent too is left to that one."""
    return await _done(lambda: here.teaching.remove(given.ids, admin.person, given.reason))


@router.post("/examples/keep", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def keep(here: Here, admin: AdminOnly, given: SomeExamples) -> Taught:
    """Somebody has looked at them, and they are right: nothing suspects them until they are changed."""
    return await _done(lambda: here.teaching.keep(given.ids, admin.person, given.reason))


@router.put("/examples/{id}", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def change(here: Here, admin: AdminOnly, id: Name, given: NewExample) -> Taught:
    """It says something else from now on: its text, its entities or its intent."""
    return await _done(lambda: here.teaching.change(id, given.intent, given.line, admin.person, given.reason))


@router.get("/examples/{id}/history", responses=documented(401, 403, 404, 422))
async def history(here: Here, _: AdminOnly, id: Name) -> ExampleHistory:
    """Who said what of it, when and why."""
    with _said():
        events = await asyncio.to_thread(here.teaching.history, id)
    return ExampleHistory(events=[_event(each) for each in events])


@router.delete("/changes/{id}", responses=documented(401, 403, 404, 409, 422))
async def undo(here: Here, admin: AdminOnly, id: Name) -> Taught:
    """All that was done together; what was changed again since has to be undone before."""
    return await _done(lambda: here.teaching.undo(id, admin.person))


async def _done(work: Callable[[], Done]) -> Taught:
    with _said():
        done = await asyncio.to_thread(work)
    return Taught(change=done.decision, ids=list(done.ids))


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except KeyError:
        raise Problem(*_NO_EXAMPLE) from None
    except Outdated:
        raise Problem(*OUTDATED) from None
    except Known:
        raise Problem(409, "known", "The intent has this example already.") from None
    except Contradiction as error:
        raise Problem(409, "contradiction", str(error)) from None
    except Sensitive as error:
        raise Problem(422, "sensitive", str(error)) from None
    except UnusableExample as error:
        raise Problem(422, "invalid", str(error)) from None


def _overview(here: Node, words: Language) -> DataOverview:
    engine = here.history.engine
    filed, entities, counts, live = (
        parts(engine, Part.INTENT),
        parts(engine, Part.ENTITY),
        here.examples.counts(),
        known(here),
    )
    return DataOverview(
        intents=[
            TaughtIntent(
                name=name, title=title_of(name, live.get(name), words), languages=counts.get(name, {}),
                examples=sum(counts.get(name, {}).values()), filed=name in filed,
                ruled=bool(filed.get(name, filed.get(name.partition("/")[0], {})).get("ruled")),
            )
            for name in sorted({*filed, *counts} - {NO_INTENT})
        ],
        entities=[TaughtEntity(name=name, **each) for name, each in entities.items()],
        people=here.examples.people(),
    )  # fmt: skip


def _kept_back(here: Node, shown: list[Listed]) -> list[str]:
    """Only what was labelled in the inbox is ever kept back: other pages cost nothing."""
    heard = [each for each in shown if each.source == HEARD]
    kept = kept_back_now(here.history.engine) if heard else set()
    return [each.id for each in heard if folded(each.text) in kept]


def _place(after: str) -> tuple[int, int, str] | None:
    at, _, rest = after.partition(":")
    place, _, id = rest.partition(":")
    return (int(at), int(place), id) if after else None


def shown_example(each: Listed) -> TaughtExample:
    return TaughtExample(
        id=each.id, intent=each.intent, text=each.text, line=marked(each.text, each.entities),
        entities=[_entity(span) for span in each.entities], language=each.language, source=each.source, person=each.person,
        at=rfc3339(each.at) if each.at else None, conversation=each.conversation, seq=each.seq,
    )  # fmt: skip


def _entity(span: Span) -> MarkedEntity:
    return MarkedEntity(
        start=span.start, end=span.end, entity=span.entity, value=span.value, role=span.role, group=span.group
    )


def _event(each: Event) -> ExampleEvent:
    return ExampleEvent(
        act=each.act, at=rfc3339(each.at) if each.at else None, person=each.person, reason=each.reason, intent=each.intent,
        line=marked(each.text, spans_of(each.entities)) or each.text, change=each.decision,
    )  # fmt: skip
