"""Which model answers whom: the live one, a canary that answers a share of conversations, a shadow that only reads. Pure.

What admins do to it makes a new release with the next number, so of two who act at once the second is told.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

# So much of all conversations; any other share can be named as well.
PRESETS_PERCENT = (1, 10, 50, 100)
CONVERSATIONS_LEAST = 100
RATINGS_LEAST = 30
EVENTS_LEAST = 10
WORSE_ERRORS = 3.3
_PARTS = 10_000


class RefusedRelease(Exception):
    """It cannot be done; the message says why and what to do."""


class NotCompared(RefusedRelease):
    """The gate has not spoken of it yet."""


class Act(StrEnum):
    """What made a release."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    CANARY = "canary"
    SHADOW = "shadow"
    STOP = "stop"


class State(StrEnum):
    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"
    RETIRED = "retired"
    REFUSED = "refused"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """`version` 0: nothing was ever released. Models are named by their version's id; empty: none. `trial` is the release at which the
    comparison of canary and live began. `at` in ms since 1970; `person` is empty for the command line and for what stops by itself."""

    version: int = 0
    act: Act = Act.STOP
    live: str = ""
    canary: str = ""
    percent: int = 0
    shadow: str = ""
    trial: int = 0
    at: int = 0
    person: str = ""
    reason: str = ""

    @property
    def named(self) -> frozenset[str]:
        """All models that workers must have."""
        return frozenset({self.live, self.canary, self.shadow} - {""})

    def arm(self, conversation: str) -> str:
        """The model for a conversation: always the same one, and whoever is with the canary stays when its share grows."""
        return self.canary if self.canary and _place(self.canary, conversation) < self.percent * 100 else self.live


def _place(canary: str, conversation: str) -> int:
    """From 0 to 9,999. Not the digest that shares out partitions: a canary would be one worker's. Each canary has other conversations."""
    digest = hashlib.blake2b(f"{canary}:{conversation}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _PARTS


def state_of(release: Release, model: str, *, lived: bool, refused: bool) -> State:
    """`lived`: it was live once. `refused`: for being worse, or since it could not be loaded."""
    if model == release.live:
        return State.LIVE
    if model == release.canary:
        return State.CANARY
    if model == release.shadow:
        return State.SHADOW
    if refused:
        return State.REFUSED
    return State.RETIRED if lived else State.CANDIDATE


def promoted(release: Release, model: str) -> Release:
    """It answers everybody. Raises RefusedRelease."""
    if model == release.live:
        raise RefusedRelease("This model is live already.")
    shadow = "" if model == release.shadow else release.shadow
    return _next(release, Act.PROMOTE, live=model, shadow=shadow, canary="", percent=0, trial=0)


def with_canary(release: Release, model: str, percent: int) -> Release:
    """It answers `percent` of all conversations (1 to 100). Raises RefusedRelease."""
    if not release.live:
        raise RefusedRelease("There is no live model to compare with; promote this one.")
    if model == release.live:
        raise RefusedRelease("This model is live already; a canary is another one.")
    if not 1 <= percent <= 100:
        raise RefusedRelease("A canary answers 1 to 100 percent of conversations.")
    if (model, percent) == (release.canary, release.percent):
        raise RefusedRelease("This model answers this share of conversations already.")
    shadow = "" if model == release.shadow else release.shadow
    # Shares of different times in one sum would compare Monday with Friday.
    return _next(release, Act.CANARY, canary=model, percent=percent, shadow=shadow, trial=release.version + 1)


def with_shadow(release: Release, model: str) -> Release:
    """It reads what the live model reads, and answers nobody. Raises RefusedRelease."""
    if model in (release.live, release.canary):
        raise RefusedRelease("This model answers customers already; a shadow only reads.")
    if model == release.shadow:
        raise RefusedRelease("This model is the shadow already.")
    return _next(release, Act.SHADOW, shadow=model)


def stopped(release: Release, model: str) -> Release:
    """A canary or shadow no more. Raises RefusedRelease."""
    if not model or model not in (release.canary, release.shadow):
        raise RefusedRelease("This model is neither canary nor shadow.")
    if model == release.shadow:
        return _next(release, Act.STOP, shadow="")
    return _next(release, Act.STOP, canary="", percent=0, trial=0)


def rolled_back(release: Release, history: Iterable[Release], there: Iterable[str]) -> Release:
    """To the model before the live one; a second time, to the one before that. `history` is oldest first, `there` the models that are
    still kept. Raises RefusedRelease."""
    earlier = [each for each in lineage(history)[:-1] if each in frozenset(there)]
    if not earlier:
        raise RefusedRelease("There is no earlier model to go back to.")
    live = earlier[-1]
    shadow = "" if live == release.shadow else release.shadow
    return _next(release, Act.ROLLBACK, live=live, shadow=shadow, canary="", percent=0, trial=0)


def lineage(history: Iterable[Release]) -> Sequence[str]:
    """The models that were live, one after the other, without those that were taken back; the last is live."""
    line: list[str] = []
    for each in history:
        if each.act is Act.ROLLBACK and each.live in line:
            last = len(line) - 1 - line[::-1].index(each.live)
            line = line[: last + 1]
        elif each.act is Act.PROMOTE:
            line.append(each.live)
    return line


@dataclass(frozen=True, slots=True)
class Arm:
    """What came of the conversations of one model while it was compared. `missed` and `handed`: those in which something was not
    understood, or a person was asked for; `satisfied` of those `rated` gave four or five stars. `turns` of all of them together."""

    model: str = ""
    conversations: int = 0
    turns: int = 0
    missed: int = 0
    handed: int = 0
    rated: int = 0
    satisfied: int = 0
    stars: int = 0


def worse(live: Arm, canary: Arm) -> str:
    """Why the canary must stop, as a sentence; empty: it need not. Three shares are compared, each by the two-proportion z-test.

    It is asked every few seconds, so the bound is higher than for one look: of 1,500 simulated canaries that were no worse, 0.5 to 0.9 %
    were stopped for one share within 2,000 conversations; one that hands over 15 % instead of 10 is stopped after about 350.
    """
    both, rated = (live.conversations, canary.conversations), (live.rated, canary.rated)
    if _beyond_noise(live.handed, canary.handed, *both, CONVERSATIONS_LEAST):
        return _told("conversations that went to a person", live.handed, canary.handed, *both)
    if _beyond_noise(live.missed, canary.missed, *both, CONVERSATIONS_LEAST):
        return _told("conversations in which something was not understood", live.missed, canary.missed, *both)
    unhappy = (live.rated - live.satisfied, canary.rated - canary.satisfied)
    if _beyond_noise(*unhappy, *rated, RATINGS_LEAST):
        return _told("ratings below four stars", *unhappy, *rated)
    return ""


def _beyond_noise(before: int, after: int, of_before: int, of_after: int, least: int) -> bool:
    """Whether the second share is higher. Without some of what is counted, and some without it, the test means nothing."""
    events, all = before + after, of_before + of_after
    if min(of_before, of_after) < least or min(events, all - events) < EVENTS_LEAST:
        return False
    pooled = events / all
    error = math.sqrt(pooled * (1 - pooled) * (1 / of_before + 1 / of_after))
    return after / of_after - before / of_before > WORSE_ERRORS * error


def _told(what: str, before: int, after: int, of_before: int, of_after: int) -> str:
    share, other = after / of_after, before / of_before
    return f"{what}: {share:.1%} of {of_after:,} with it, {other:.1%} of {of_before:,} with the live model"


def _next(release: Release, act: Act, **changed: object) -> Release:
    return msgspec.structs.replace(release, version=release.version + 1, act=act, **changed)
