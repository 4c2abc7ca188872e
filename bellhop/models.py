"""`bellhop models`: the versions of this deployment's models, and which of them answers whom. What is done is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bellhop.failure import USAGE, Failure
from bellhop.registry import Registry
from models.audit import COMMAND_LINE
from models.choosing import Outdated
from models.release import RefusedRelease, Release, state_of
from models.settings import Settings
from models.versions import ModelVersion

LEAST_CHARACTERS = 4
MEGABYTE = 1_000_000


def listed(settings: Settings) -> None:
    """All, newest first."""
    with Registry.opened(settings) as registry:
        found, now = registry.versions.all(), registry.releases.now()
    table = Table("Model", "State", "Project", "Made", "MB", "Why", box=None, pad_edge=False)
    for each in found:
        table.add_row(
            each.id, _state(now, each), escape(each.project), _time(each.created), f"{each.bytes / MEGABYTE:.1f}", escape(each.reason)
        )  # fmt: skip
    Console(soft_wrap=True).print(table if found else "None yet. `bellhop train` makes one.")


def show(settings: Settings, model: str) -> None:
    """All that is known of one. Raises Failure."""
    with Registry.opened(settings) as registry:
        version, now = named(registry, model), registry.releases.now()
    manifest = msgspec.json.decode(version.manifest)
    rows = {
        "Model": version.id,
        "State": _state(now, version),
        "Project": version.project,
        "Made": f"{_time(version.created)}, {version.person or 'at the command line'}",
        "Why": version.reason or "–",
        "Live last": _time(version.lived) if version.lived else "never",
        "Refused": version.refused or "no",
        "Bytes": f"{version.bytes:,}",
        "Data": version.data_hash,
        "Code": version.code_version,
        "Parameters": msgspec.json.encode(manifest.get("parameters", {})).decode(),
    }
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in rows.items():
        table.add_row(name, escape(value))
    Console(soft_wrap=True).print(table)
    for line in _figures(manifest.get("metrics", {})):
        print(line)


def promote(settings: Settings, model: str, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        now = registry.releases.promote(named(registry, model).id, None, COMMAND_LINE, reason)
    print(f"Done: {now.live} is live; bots take it within seconds.")


def canary(settings: Settings, model: str, percent: int, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        now = registry.releases.canary(named(registry, model).id, percent, None, COMMAND_LINE, reason)
    print(f"Done: {now.canary} answers {now.percent} % of conversations.")


def shadow(settings: Settings, model: str, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        now = registry.releases.shadow(named(registry, model).id, None, COMMAND_LINE, reason)
    print(f"Done: {now.shadow} reads what customers say, and answers nobody.")


def stop(settings: Settings, model: str, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        id = named(registry, model).id
        now = registry.releases.stop(id, None, COMMAND_LINE, reason)
    print(f"Done: {id} is neither canary nor shadow; {now.live} is live.")


def rollback(settings: Settings, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        now = registry.releases.rollback(None, COMMAND_LINE, reason)
    print(f"Done: {now.live} is live again; bots take it within seconds.")


def remove(settings: Settings, model: str, reason: str) -> None:
    """Raises Failure."""
    with _changing(settings) as registry:
        id = named(registry, model).id
        registry.releases.remove(id, COMMAND_LINE, reason)
    print(f"Done: {id} and its files are gone.")


def _figures(metrics: dict[str, Any]) -> list[str]:
    """As `bellhop train` has told them."""
    from bot.train import TrainReport

    try:
        return msgspec.convert(metrics, TrainReport).lines()[1:]
    except msgspec.ValidationError:
        return [msgspec.json.encode(metrics).decode()]


@contextmanager
def _changing(settings: Settings) -> Iterator[Registry]:
    try:
        with Registry.opened(settings) as registry:
            yield registry
    except RefusedRelease as refused:
        raise Failure(str(refused), "`bellhop models list` shows what there is.", USAGE) from None
    except Outdated:
        raise Failure("Somebody else has just changed what is live; nothing was done.", "Look again.") from None


def named(registry: Registry, model: str) -> ModelVersion:
    """By its id or the beginning of it."""
    found = [each for each in registry.versions.all() if each.id.startswith(model)] if model else []
    if len(found) != 1 or len(model) < LEAST_CHARACTERS:
        what = "There is no such model." if not found else f"Name the model by at least {LEAST_CHARACTERS} characters."
        raise Failure(what, "`bellhop models list` shows what there is.", USAGE)
    return found[0]


def _state(now: Release, version: ModelVersion) -> str:
    state = state_of(now, version.id, lived=version.lived > 0, refused=bool(version.refused))
    return f"{state} {now.percent} %" if version.id == now.canary else str(state)


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
