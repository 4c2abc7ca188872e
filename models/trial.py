"""What a conversation came to with one of two models that are compared. It lies in the conversation's hash and is written with each
turn, so no turn counts twice or not at all; the archive brings it into SQL.
"""

from __future__ import annotations

import msgspec


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """`release`: the one at which the comparison began. `missed`: turns that were not understood; `handed`: a person was asked for."""

    release: int
    model: str
    turns: int = 0
    missed: int = 0
    handed: bool = False


def after(trial: Trial | None, release: int, model: str, *, missed: bool, handed: bool) -> Trial:
    """One more turn. Another comparison, or another model, begins at nothing."""
    if trial is None or (trial.release, trial.model) != (release, model):
        trial = Trial(release=release, model=model)
    return msgspec.structs.replace(
        trial, turns=trial.turns + 1, missed=trial.missed + missed, handed=trial.handed or handed
    )


_decoder = msgspec.json.Decoder(Trial)


def written(trial: Trial) -> str:
    return msgspec.json.encode(trial).decode()


def read(field: str | bytes) -> Trial | None:
    """None where there is none, or another version of us wrote it."""
    try:
        return _decoder.decode(field)
    except msgspec.DecodeError:
        return None
