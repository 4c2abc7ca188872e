"""Training data out of and into the deployment, as Rasa YAML, for admins."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from api.choosing import OUTDATED
from api.node import AdminOnly, Here
from api.problems import Problem, documented
from models.choosing import Outdated
from models.data_export import archive
from models.data_import import Effect, PartStep, Plan, Refusal, Step, apply, plan
from models.markup import marked
from models.rasa.reading import FILE_BYTES, Read, UnreadableFile, read_apart
from models.tables import REASON_CHARACTERS

SHOWN = 50
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "plan": {"type": "string"},
                        "overrule": {"type": "string", "enum": ["yes", "no"]},
                        "reason": {"type": "string"},
                    },
                }
            }
        },
    }
}

router = APIRouter(prefix="/api/data", tags=["training data"])


@router.get(
    "/export.zip",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}, **documented(401, 403)},
)
async def export(here: Here, admin: AdminOnly) -> Response:
    """`data/nlu.yml` and `data/responses.yml`: the project's files with all that people have changed."""
    made = await asyncio.to_thread(archive, here.history.engine)
    await asyncio.to_thread(here.audit.write, admin.person, "data.export")
    headers = {"Content-Disposition": 'attachment; filename="training-data.zip"'}
    return Response(made, media_type="application/zip", headers=headers)


class ImportedExample(BaseModel):
    """`there` is the intent under which the same text is now; empty: nowhere."""

    line: str
    intent: str
    there: str


class ImportedPart(BaseModel):
    kind: Literal["synonym", "lookup", "regex", "response"]
    name: str
    new: bool


class RefusedExample(BaseModel):
    """`name` is its intent, or that of the part; `text` is empty where it must not be shown."""

    why: Refusal
    name: str
    text: str


class FileProblem(BaseModel):
    line: int
    text: str


class ImportPlan(BaseModel):
    """What the file would do, and has done where `change` is not empty: that is what can be undone. Counts are whole, lists have at
    most 50. `plan` names this very plan; `same` are there already; `problems` are of the file, by line; `passed_over` are keys that are
    not for here."""

    plan: str
    change: str
    add: int
    alter: int
    contradict: int
    same: int
    refuse: int
    added: list[ImportedExample]
    altered: list[ImportedExample]
    contradicting: list[ImportedExample]
    parts: list[ImportedPart]
    refused: list[RefusedExample]
    problems: list[FileProblem]
    passed_over: list[str]


class _InMemory(MultiPartParser):
    spool_max_size = FILE_BYTES + 1


@router.post("/import", responses=documented(400, 401, 403, 409, 413, 415, 422), openapi_extra=_FORM)
async def bring(here: Here, admin: AdminOnly, request: Request) -> ImportPlan:
    """Rasa YAML with `nlu:` and `responses:`. Without `plan` nothing is changed; with the plan that was answered all of it is done, or
    nothing: 409 `outdated` where something has changed since. `overrule`: what contradicts is moved to where the file has it."""
    async with here.importing:
        raw, given = await _form(request)
        try:
            read = await read_apart(raw)
        except UnreadableFile as error:
            raise Problem(422, "invalid", str(error)) from None
        engine = here.history.engine
        made, change = await asyncio.to_thread(plan, engine, read), ""
        if given["plan"]:
            if given["plan"] != made.digest:
                raise Problem(*OUTDATED)
            overrule = given["overrule"] == "yes"
            try:
                change = await asyncio.to_thread(apply, engine, made, admin.person, given["reason"], overrule=overrule)
            except Outdated:
                raise Problem(*OUTDATED) from None
    return _shown(made, read, change)


async def _form(request: Request) -> tuple[bytes, dict[str, str]]:
    """The file, and what else was given."""
    bad = Problem(400, "bad_request", "Send one file of training data.")
    try:
        form = await _InMemory(Headers(scope=request.scope), request.stream(), max_files=1, max_fields=3).parse()
    except (MultiPartException, KeyError):
        raise bad from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise bad
        fields = {name: form.get(name) for name in ("plan", "overrule", "reason")}
        texts = {name: value if isinstance(value, str) else "" for name, value in fields.items()}
        return await file.read(), {name: value[:REASON_CHARACTERS] for name, value in texts.items()}
    finally:
        await form.close()


def _shown(made: Plan, read: Read, change: str) -> ImportPlan:
    added, altered, against = (made.of(each) for each in (Effect.ADD, Effect.CHANGE, Effect.CONTRADICT))
    return ImportPlan(
        plan=made.digest, change=change, add=len(added), alter=len(altered), contradict=len(against), same=made.same,
        refuse=len(made.refused), added=_examples(added), altered=_examples(altered), contradicting=_examples(against),
        parts=[_part(each) for each in made.parts[:SHOWN]],
        refused=[RefusedExample(why=why, name=name, text=text) for why, name, text in made.refused[:SHOWN]],
        problems=[FileProblem(line=line, text=text) for line, text in read.problems[:SHOWN]], passed_over=read.passed_over[:SHOWN],
    )  # fmt: skip


def _examples(steps: list[Step]) -> list[ImportedExample]:
    return [
        ImportedExample(
            line=marked(each.example.text, each.example.entities) or each.example.text, intent=each.example.intent,
            there=each.there.intent if each.there else "",
        )
        for each in steps[:SHOWN]
    ]  # fmt: skip


def _part(each: PartStep) -> ImportedPart:
    return ImportedPart(kind=each.kind.value, name=each.name, new=each.new)  # type: ignore[arg-type]
