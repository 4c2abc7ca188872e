"""Who else is looking: told to agents who watch, never to customers; who leaves or dies is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models.entry import Author, AuthorKind
from models.settings import Settings
from stream.looking import Looking
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_socket import agent


def looking(who: Customer) -> list[list[str]]:
    return [sorted(each["name"] for each in frame["agents"]) for frame in who.frames if frame["type"] == "looking"]


def look(conversation: str | None) -> dict[str, Any]:
    return {"type": "look"} | ({"conversation": conversation} if conversation else {})


async def test_agents_who_watch_are_told_who_comes_and_goes_and_customers_are_not(api: Api) -> None:
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say("first"))
        async with await Customer.visitor(api.base) as other:
            await other.acknowledged(await other.say("first"))
            await wen.send(look(own.conversation))
            await wen.until(lambda: looking(wen)[-1:] == [["Wen"]], "oneself")
            async with await agent(api, "li") as li, await agent(api, "li") as twice:
                await li.send(look(own.conversation))
                await twice.send(look(own.conversation))
                await wen.until(lambda: looking(wen)[-1] == ["Li", "Wen"], "somebody else, once")
                await li.until(lambda: looking(li)[-1:] == [["Li", "Wen"]], "told at once who is there")
                await li.send(look(other.conversation))
                await twice.send(look(None))
                await wen.until(lambda: looking(wen)[-1] == ["Wen"], "they look elsewhere")
                await li.send(look(own.conversation))
                await wen.until(lambda: looking(wen)[-1] == ["Li", "Wen"], "and back")
            await wen.until(lambda: looking(wen)[-1] == ["Wen"], "the socket has ended")
            await own.send({"type": "ping"})
            await own.until(lambda: own.frames[-1]["type"] == "pong", "all has come")
            assert looking(own) == looking(other) == []


async def test_who_dies_without_a_word_is_seen_to_be_gone_at_the_next_heartbeat(
    make_api: Callable[..., Api], store: Store
) -> None:
    api = make_api()
    dead = Looking(store, Settings(partitions=api.settings.partitions, online=timedelta(seconds=3)))
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say("first"))
        assert own.conversation
        await dead.here(own.conversation, "s", Author(AuthorKind.AGENT, "a_gone", "Gone"))
        await wen.send(look(own.conversation))
        await wen.until(lambda: looking(wen)[-1:] == [["Gone", "Wen"]], "both")
        await asyncio.sleep(3.1)
        await wen.send({"type": "ping"})
        await wen.until(lambda: looking(wen)[-1] == ["Wen"], "gone")
