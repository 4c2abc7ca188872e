"""What the bot knows, for who labels: the intents of the live model, and those that people have named since it was trained."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel

from api.node import AdminOnly, Here, Node
from api.problems import documented
from api.transcripts import Language
from models.examples import Examples
from models.releases import Releases
from models.versions import Versions

router = APIRouter(prefix="/api", tags=["inbox"])


class Intent(BaseModel):
    """`title` says it in words; the name itself where it has no words. `examples` are those that the live model was trained on, `added`
    those that people have added and not taken back. `answered`: the live model knows it."""

    name: str
    title: str
    examples: int
    added: int
    answered: bool


class Intents(BaseModel):
    """By name."""

    intents: list[Intent]


class Described(msgspec.Struct):
    examples: int
    titles: Mapping[str, str] = {}


class _Metrics(msgspec.Struct):
    catalogue: Mapping[str, Described] = {}


class _Manifest(msgspec.Struct):
    metrics: _Metrics = msgspec.field(default_factory=_Metrics)


@router.get("/intents", responses=documented(401, 403, 422))
async def intents(here: Here, _: AdminOnly, words: Language = "en") -> Intents:
    """`words` is the language of the titles."""
    live, added = await asyncio.gather(asyncio.to_thread(known, here), asyncio.to_thread(_added, here))
    names = sorted({*live, *added})
    return Intents(intents=[_intent(name, live.get(name), added.get(name, 0), words) for name in names])


def _added(here: Node) -> dict[str, int]:
    return Examples(here.history.engine).counts()


def known(here: Node) -> Mapping[str, Described]:
    """Nothing while no model is live, or where it is of a version that did not say."""
    live = Releases(here.history.engine).now().live
    version = Versions(here.history.engine).get(live) if live else None
    if version is None:
        return {}
    return msgspec.json.decode(version.manifest, type=_Manifest).metrics.catalogue


def title_of(name: str, described: Described | None, words: Language) -> str:
    """In words; the name itself where it has none."""
    titles = described.titles if described else {}
    return titles.get(words) or next(iter(titles.values()), name.replace("_", " "))


def _intent(name: str, described: Described | None, added: int, words: Language) -> Intent:
    return Intent(
        name=name, title=title_of(name, described, words), examples=described.examples if described else 0, added=added,
        answered=described is not None,
    )  # fmt: skip
