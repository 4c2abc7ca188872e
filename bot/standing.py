"""How a conversation stands when its turn begins, as the log has it, and what the turn leaves there of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.dialogue.exchange import Outcome
from models import trial
from models.conversation import Conversation
from models.release import Release
from models.trial import Trial
from stream.log import Log, parsed

# Fields of the conversation's hash.
MODEL, TRIAL = "model", "trial"


@dataclass(frozen=True, slots=True)
class Standing:
    """`model` began the form that is on, and goes on with it; empty: no form is on."""

    state: Conversation
    tracker: bytes | None
    model: str = ""
    trial: Trial | None = None


async def standings(log: Log, conversations: Sequence[str]) -> dict[str, Standing]:
    """Of those that Redis has. Raises Unavailable."""
    found = await log.fields(conversations) if conversations else {}
    return {name: _standing(name, fields) for name, fields in found.items() if fields}


async def standing(log: Log, conversation: str) -> Standing:
    """From Redis, else SQL. Raises Unavailable."""
    found = await standings(log, [conversation])
    if conversation in found:
        return found[conversation]
    base = await log.base(conversation)
    return _standing(conversation, {key.encode(): value.encode() for key, value in base.items()})


def _standing(conversation: str, fields: Mapping[bytes, bytes]) -> Standing:
    return Standing(
        parsed(conversation, fields),
        fields.get(b"tracker"),
        fields.get(MODEL.encode(), b"").decode(),
        trial.read(fields.get(TRIAL.encode(), b"")),
    )


def marks(was: Standing, outcome: Outcome, version: str, release: Release) -> dict[str, str]:
    """The fields that a turn with the model `version` sets. Only what changes: they are written with every turn."""
    found = {}
    pin = version if outcome.form else ""
    if pin != was.model:
        found[MODEL] = pin
    if release.canary and version in (release.live, release.canary):
        handed = outcome.handoff is not None
        made = trial.after(was.trial, release.trial, version, missed=outcome.missed, handed=handed)
        found[TRIAL] = trial.written(made)
    return found
