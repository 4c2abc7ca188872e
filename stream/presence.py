"""Who is online. A socket says so at each heartbeat; a node that dies says nothing, and its people are gone after 35 s."""

from __future__ import annotations

from collections.abc import Sequence

from models.entry import Author, AuthorKind
from models.settings import Settings
from stream import keys
from stream.store import Script, Store, reaching

STATUS = "{handoff}:status"
NAMES = "{handoff}:names"
LANGUAGES = "{handoff}:languages"
AVAILABLE = "available"
AWAY = "away"
OFFLINE = "offline"


class Presence:
    """`online:<person>` is a sorted set of the person's sockets, scored by when they end; the key itself lives as long as the youngest."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._life_ms = int(settings.online.total_seconds() * 1000)
        self._script = Script("online.lua")

    async def here(self, person: str, socket: str) -> None:
        """At connect and at each heartbeat. Raises Unavailable."""
        await self._script(self._store.commands, [keys.online(person)], ["here", socket, self._life_ms])

    async def gone(self, person: str, socket: str) -> None:
        await self._script(self._store.commands, [keys.online(person)], ["gone", socket, self._life_ms])

    async def online(self, persons: Sequence[str]) -> dict[str, bool]:
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            for person in persons:
                pipe.exists(keys.online(person))
            return {person: bool(there) for person, there in zip(persons, await pipe.execute(), strict=True)}

    async def set_status(self, agent: Author, status: str) -> None:
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            pipe.hset(STATUS, agent.id or "", status)
            pipe.hset(NAMES, agent.id or "", agent.name or "")
            await pipe.execute()

    async def set_languages(self, agent: str, languages: Sequence[str]) -> None:
        """In which they answer; none: in all."""
        async with reaching():
            await self._store.commands.hset(LANGUAGES, agent, " ".join(languages))

    async def languages(self) -> dict[str, frozenset[str]]:
        async with reaching():
            found = await self._store.commands.hgetall(LANGUAGES)
        return {agent.decode(): frozenset(spoken.decode().split()) for agent, spoken in found.items()}

    async def available(self) -> dict[str, Author]:
        """Agents who say so and have a socket, by id."""
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            pipe.hgetall(STATUS)
            pipe.hgetall(NAMES)
            statuses, names = await pipe.execute()
        willing = [agent.decode() for agent, status in statuses.items() if status == AVAILABLE.encode()]
        online = await self.online(willing)
        return {
            agent: Author(AuthorKind.AGENT, agent, names.get(agent.encode(), b"").decode() or None)
            for agent in willing
            if online[agent]
        }

    async def statuses(self) -> dict[str, str]:
        """agent → what they last said of themselves."""
        async with reaching():
            return {
                agent.decode(): each.decode() for agent, each in (await self._store.commands.hgetall(STATUS)).items()
            }

    async def status(self, agent: str) -> str:
        async with reaching():
            return ((await self._store.commands.hget(STATUS, agent)) or OFFLINE.encode()).decode()
