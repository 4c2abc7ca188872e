"""What agents could say to a customer's last message: made by the bot's worker, kept for an hour, told to whoever watches. Of a message
that somebody has answered since, nothing is told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.entry import AuthorKind, Message
from models.frames import SuggestedFrame, encode
from models.suggestions import Proposal, Proposed
from stream import keys
from stream.log import Log
from stream.store import Store, reaching

KEPT_SECONDS = 3600
# Whether somebody spoke since is seen in these; more lie between only where many notes do.
ENTRIES = 50
_SPEAKERS = (AuthorKind.CUSTOMER, AuthorKind.AGENT)

_encoder = msgspec.json.Encoder()
_read = msgspec.json.Decoder(Proposed).decode


class Proposals:
    """All raise Unavailable."""

    def __init__(self, store: Store, log: Log) -> None:
        self._store = store
        self._log = log

    async def put(self, conversation: str, seq: int, proposals: Sequence[Proposal]) -> None:
        """In place of those to an earlier message. Who watches is told where there are any."""
        p = self._log.partition(conversation)
        key = keys.suggested(p, conversation)
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            if proposals:
                pipe.set(key, _encoder.encode(Proposed(seq, tuple(proposals))), ex=KEPT_SECONDS)
                frame = SuggestedFrame(conversation, seq)
                pipe.publish(keys.push(p, conversation), "~" + encode(frame))
            else:
                pipe.delete(key)
            await pipe.execute()

    async def now(self, conversation: str) -> Proposed | None:
        """None where there is nothing, or where the customer or an agent has spoken since."""
        async with reaching():
            kept = await self._store.commands.get(keys.suggested(self._log.partition(conversation), conversation))
        if kept is None:
            return None
        found = _read(kept)
        entries, more = await self._log.after(conversation, found.seq, ENTRIES)
        spoken = any(isinstance(each.body, Message) and each.body.author.kind in _SPEAKERS for each in entries)
        return None if spoken or more else found
