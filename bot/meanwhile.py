"""What was said while the bot was not the holder, as events for the tracker: a project's code sees what people promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from bot.dialogue.exchange import Heard
from bot.dialogue.tracker import Tracker
from models.conversation import Conversation
from models.entry import AuthorKind, Entry, Message
from stream.log import Log


async def caught_up(log: Log, heard: Heard, state: Conversation, tracker: bytes | None) -> Heard:
    """With the holder's token, and with what was said since the bot's last turn, where the holder has changed since.

    Raises Unavailable, and msgspec.MsgspecError where the bytes are no tracker.
    """
    if state.token == 0:
        return heard
    known = Tracker.from_bytes(tracker)
    if known.token == state.token:
        return msgspec.structs.replace(heard, token=state.token)
    entries, _ = await log.after(state.id, known.seq)
    between = tuple(events(each for each in entries if each.seq < heard.seq))
    return msgspec.structs.replace(heard, token=state.token, meanwhile=between)


def events(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Messages of customers and agents (rasa-formats 1.4), masked as they are in the log. What a customer said has no intent: nobody
    was to understand it."""
    for entry in entries:
        if not isinstance(entry.body, Message):
            continue
        said = {"text": entry.body.text, "timestamp": entry.at / 1000}
        match entry.body.author.kind:
            case AuthorKind.AGENT:
                yield {"event": "agent", "data": {}, **said}
            case AuthorKind.CUSTOMER:
                message = {"text": entry.body.text, "intent": {"name": None, "confidence": 0.0}, "entities": []}
                yield {"event": "user", "parse_data": message, "input_channel": entry.body.channel, **said}
            case _:
                pass
