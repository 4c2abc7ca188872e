"""Which agents have a conversation on their screen, on whatever node. A socket says so again at each heartbeat; one that dies is
forgotten as its presence is."""

from __future__ import annotations

import msgspec

from models.entry import Author
from models.frames import LookingFrame, encode
from models.settings import Settings
from stream import keys
from stream.store import Script, Store

_frame = msgspec.json.Decoder(LookingFrame).decode


class Looking:
    """Whoever watches the conversation is pushed what has changed. All raise Unavailable."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._partitions = settings.partitions
        self._life_ms = int(settings.online.total_seconds() * 1000)
        self._script = Script("looking.lua")

    async def here(self, conversation: str, socket: str, agent: Author) -> LookingFrame:
        """Who looks now, each agent once."""
        return await self._tell("here", conversation, socket, agent)

    async def gone(self, conversation: str, socket: str, agent: Author) -> LookingFrame:
        return await self._tell("gone", conversation, socket, agent)

    async def _tell(self, verb: str, conversation: str, socket: str, agent: Author) -> LookingFrame:
        p = keys.partition(conversation, self._partitions)
        begun = encode(LookingFrame(conversation, ())).removesuffix("[]}")
        arguments = [verb, socket, msgspec.json.encode(agent), self._life_ms, keys.push(p, conversation), begun]
        return _frame(await self._script(self._store.commands, [keys.looking(p, conversation)], arguments))
