"""From a commit to the API nodes. A push is a hint: it comes at most once, and `seq` is the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from models.entry import Entry, unpack
from stream import keys
from stream.store import Store

RETRY_SECONDS = 0.2
_WHISPER = b"~"


@dataclass(frozen=True, slots=True)
class Pushed:
    """Either entries in order, or `frames` of a whisper: ready JSON, no entry."""

    conversation: str
    entries: tuple[Entry, ...] = ()
    frames: tuple[bytes, ...] = ()


class Push:
    """One subscription connection of one API node."""

    def __init__(self, store: Store, partitions: int) -> None:
        self._store = store
        self._partitions = partitions
        self._channels: dict[bytes, str] = {}
        self._pubsub: PubSub | None = None

    async def subscribe(self, conversation: str) -> None:
        """Returns when the request is sent; what is missed until it holds is found by its seq."""
        channel = self._channel(conversation)
        self._channels[channel] = conversation
        await self._tell("subscribe", channel)

    async def unsubscribe(self, conversation: str) -> None:
        channel = self._channel(conversation)
        self._channels.pop(channel, None)
        await self._tell("unsubscribe", channel)

    async def _tell(self, verb: str, channel: bytes) -> None:
        if self._pubsub is not None:
            # A connection that is gone is opened again by run(), with every channel that is wanted then.
            try:
                await getattr(self._pubsub, verb)(channel)
            except (RedisError, OSError):
                return

    async def run(
        self, deliver: Callable[[Pushed], None], lost: Callable[[], None], queue: Callable[[bytes], None]
    ) -> None:
        """For ever. `lost` is called after each new connection: pushes may be missing, ask for what lies between."""
        while True:
            try:
                await self._listen(deliver, lost, queue)
            except (RedisError, OSError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(
        self, deliver: Callable[[Pushed], None], lost: Callable[[], None], queue: Callable[[bytes], None]
    ) -> None:
        async with self._store.waiting.pubsub() as pubsub:
            await pubsub.subscribe(keys.QUEUE_PUSH, *self._channels)
            self._pubsub = pubsub
            lost()
            try:
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        self._pass_on(message["channel"], message["data"], deliver, queue)
            finally:
                self._pubsub = None

    def _pass_on(
        self, channel: bytes, data: bytes, deliver: Callable[[Pushed], None], queue: Callable[[bytes], None]
    ) -> None:
        if channel == keys.QUEUE_PUSH.encode():
            queue(data)
            return
        conversation = self._channels.get(channel)
        if conversation is None:
            return
        if data.startswith(_WHISPER):
            deliver(Pushed(conversation, frames=(data[1:],)))
        else:
            deliver(Pushed(conversation, entries=tuple(unpack(conversation, line) for line in data.split(b"\n"))))

    def _channel(self, conversation: str) -> bytes:
        return keys.push(keys.partition(conversation, self._partitions), conversation).encode()
