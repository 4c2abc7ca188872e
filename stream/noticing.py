"""What admins should look at: turns of which the bot was not sure, that failed, or that ended with a person, and bad ratings. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from models.conversation import Holder
from models.entry import Rated
from models.inbox import Item, Why
from models.understood import Understood, read
from stream.change import Line

# Of five: who is content has nothing to teach.
BAD_STARS = 2
# Why a person took over, where it says nothing of what the bot understood.
_NOT_OF_THE_BOT = frozenset({"joined"})


def item_of(line: Line) -> Item | None:
    """Of a turn of the bot; its commit carries what was understood."""
    understood = read(line.state.get("understood", ""))
    if understood is None:
        return None
    why = _why(line.state, understood)
    seq = int(line.state.get("answered") or line.entry.seq)
    return _item(line, line.state.get("language", ""), understood, seq, why) if why else None


def rated_badly(line: Line) -> bool:
    return isinstance(line.entry.body, Rated) and line.entry.body.stars <= BAD_STARS


def item_of_rating(line: Line, state: Mapping[str, str]) -> Item | None:
    """`state` are the fields of the conversation: what was understood last may be what went wrong."""
    understood = read(state.get("understood", ""))
    seq = int(state.get("answered") or line.entry.seq)
    return _item(line, state.get("language", ""), understood, seq, Why.RATING) if understood else None


def _why(state: Mapping[str, str], understood: Understood) -> Why | None:
    if state.get("holder") == Holder.QUEUE and state.get("reason") not in _NOT_OF_THE_BOT:
        return Why.HANDOFF
    if understood.tries:
        return Why.FALLBACK
    return Why.DOUBT if understood.zone else None


def _item(line: Line, language: str, understood: Understood, seq: int, why: Why) -> Item | None:
    if not understood.text.strip():
        return None
    return Item(line.entry.conversation, seq, line.entry.at, language, understood.text, understood.ranking, why)
