"""Queues that admins chose: who waits where, who answers there, and that no queue holds up another. Rules, then the real thing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import absence, desk
from handoff.lines import OTHERS, Asked, answer_in, candidates, queue_of, served, standing
from handoff.queue import Queue
from handoff.routing import Free, match
from models.choices import QueueChoice, QueuesChoice, UnusableChoice, taken
from models.choosing import Choices
from models.conversation import Conversation, Holder
from models.entry import Message
from models.settings import Routing, Settings
from stream.change import Change
from stream.log import Log
from stream.presence import Presence
from stream.store import Store
from tests.fixtures_store import eventually
from tests.test_absence import said, watching
from tests.test_routing import CUSTOMER, LI, WEN, known, log

__all__ = ["log"]

MONEY = QueueChoice(id="money", name="Money", topics=("refund", "invoice"), members=("a_wen",), priority=2)
ENGLISH = QueueChoice(id="english", name="English", languages=("en",))
CHOSEN = QueuesChoice((MONEY, ENGLISH))


def test_the_first_queue_that_takes_topic_and_language_has_it() -> None:
    assert queue_of(Asked("c", topic="refund", language="en"), CHOSEN) == MONEY
    assert queue_of(Asked("c", reason="invoice"), CHOSEN) == MONEY
    assert queue_of(Asked("c", topic="shipping", language="en-GB"), CHOSEN) == ENGLISH
    assert queue_of(Asked("c", topic="shipping", language="zh"), CHOSEN) == OTHERS
    assert queue_of(Asked("c", topic="refund"), QueuesChoice()) == OTHERS


def test_the_highest_priority_is_served_first_and_places_are_those_of_ones_own_queue() -> None:
    waiting = [
        Asked("a"),
        Asked("b", topic="refund"),
        Asked("c", language="en"),
        Asked("d", topic="refund"),
        Asked("e"),
    ]
    found = standing(waiting, CHOSEN)
    assert [(each.conversation, each.queue.id, each.position) for each in found] == [
        ("b", "money", 1), ("d", "money", 2), ("a", "", 1), ("c", "english", 1), ("e", "", 2),
    ]  # fmt: skip


def test_priority_is_worth_minutes_and_who_came_back_goes_first() -> None:
    minute = 60_000
    waiting = [
        Asked("old", at=0),
        Asked("late", topic="refund", at=19 * minute),
        Asked("later", topic="refund", at=21 * minute),
        Asked("back", at=30 * minute, returned=True),
    ]
    assert [each.conversation for each in standing(waiting, CHOSEN)] == ["back", "late", "old", "later"]
    quick = QueuesChoice(CHOSEN.queues, head_start_minutes=60)
    assert [each.conversation for each in standing(waiting, quick)] == ["back", "late", "later", "old"]


def test_a_queue_whose_agents_are_busy_holds_up_no_other() -> None:
    waiting = [Asked(f"m{n}", topic="refund") for n in range(500)] + [Asked("a"), Asked("b")]
    free = {"a_wen": 0, "a_li": 1}
    could = candidates(standing(waiting, CHOSEN), free)
    assert [each.conversation for each in could] == ["a", "b"]
    assert served(CHOSEN, ["a_li"]) == {"english", ""}
    assert served(CHOSEN, []) == frozenset()


@pytest.mark.parametrize(
    "queues",
    [
        [{"id": "a", "name": "A"}, {"id": "a", "name": "B"}],
        [{"id": "", "name": "A"}],
        [{"id": "a", "name": " "}],
        [{"id": "A b", "name": "A"}],
        [{"id": "a", "name": "A", "priority": 10}],
        [{"id": "a", "name": "A", "priority": True}],
        [{"id": "a", "name": "A", "languages": ["English"]}],
        [{"id": "a", "name": "A", "skills": ["x"]}],
    ],
)
def test_queues_that_cannot_be_honoured_are_refused(queues: list[dict[str, object]]) -> None:
    with pytest.raises(UnusableChoice):
        taken("queues", {"queues": queues})


names = st.sampled_from(["x", "y", "z"])
agents = st.sampled_from(["a1", "a2", "a3", "a4"])
queue_lists = st.lists(
    st.builds(
        QueueChoice,
        id=st.uuids().map(str),
        name=st.just("Q"),
        topics=st.lists(names, max_size=2).map(tuple),
        languages=st.lists(st.sampled_from(["zh", "en"]), max_size=1).map(tuple),
        members=st.lists(agents, max_size=3).map(tuple),
        priority=st.integers(0, 2),
    ),
    max_size=4,
).map(lambda found: QueuesChoice(tuple(found)))
asked = st.tuples(names, names, st.sampled_from(["", "zh", "zh-CN", "en"]))


@given(queue_lists, st.lists(asked, max_size=40), st.dictionaries(agents, st.integers(0, 3)), st.integers(1, 4))
def test_whatever_is_chosen_nobody_is_lost_nobody_jumps_and_only_members_answer(
    chosen: QueuesChoice, waiting: list[tuple[str, str, str]], load: dict[str, int], capacity: int
) -> None:
    who = [Asked(f"c{n}", *each) for n, each in enumerate(waiting)]
    stand = standing(who, chosen)
    assert Counter(each.conversation for each in stand) == Counter(each.conversation for each in who)
    for queue in {each.queue for each in stand}:
        own = [each for each in stand if each.queue == queue]
        assert [each.position for each in own] == list(range(1, len(own) + 1))
        assert own == sorted(own, key=lambda each: int(each.conversation[1:])), "first come, first served"
    priorities = [each.queue.priority for each in stand]
    assert priorities == sorted(priorities, reverse=True)
    free = {agent: max(0, capacity - held) for agent, held in load.items()}
    could = candidates(stand, free)
    assert [each for each in stand if each in could] == could
    of = {each.conversation: each.queue for each in could}
    not_to = {name: set(load) - answer_in(queue, load) for name, queue in of.items()}
    given_to = match(list(of), [Free(agent, held, capacity) for agent, held in load.items()], not_to)
    got = Counter(agent for _, agent in given_to)
    assert all(got[agent] <= free[agent] for agent in got)
    assert len({name for name, _ in given_to}) == len(given_to)
    assert all(agent in answer_in(of[name], load) for name, agent in given_to)
    # Nobody waits while somebody who answers in their queue has a seat.
    left = {each.conversation for each in stand} - {name for name, _ in given_to}
    idle = {agent for agent in free if free[agent] > got[agent]}
    assert not [each for each in stand if each.conversation in left and answer_in(each.queue, idle)]


async def asking(log: Log, name: str, topic: str, at: int) -> Conversation:
    state = await known_or_new(log, name)
    change = desk.ask(state, CUSTOMER, at, "asked")
    await log.commit(replace(change, set={**change.set, "topic": topic}))
    return await known(log, name)


async def known_or_new(log: Log, name: str) -> Conversation:
    await log.commit(Change(name, (Message(CUSTOMER, "hello"),), set={"customer": "u_1"}))
    return await known(log, name)


async def test_the_leader_gives_each_to_a_member_of_their_queue_and_tells_those_for_whom_nobody_is_there(
    store: Store, settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "ABSENT_SECONDS", 0.2)
    queues = [{"id": "money", "name": "Money", "topics": ["refund"], "members": ["a_wen"], "priority": 1}]
    Choices(log.history.engine).put("queues", 0, {"queues": queues}, "a_boss")
    presence = Presence(store, settings)
    await presence.here("a_li", "s")
    await presence.set_status(LI, "available")

    async def is_lis() -> bool:
        return (await known(log, "c_2")).agent == "a_li"

    async def is_told() -> bool:
        return any("Nobody is here" in text for _, text in await said(log, "c_1"))

    async def is_wens() -> bool:
        return (await known(log, "c_1")).agent == "a_wen"

    async with watching(store, replace(settings, routing=Routing.ASSIGN), log):
        await asking(log, "c_1", "refund", 1_000)
        await asking(log, "c_2", "shipping", 2_000)
        await eventually(is_lis, "Li has a seat, and who stands before waits for Wen")
        await eventually(is_told, "nobody answers in that queue just now")
        assert (await known(log, "c_1")).holder is Holder.QUEUE
        choice = QueuesChoice((QueueChoice(id="money", name="Money", topics=("refund",), members=("a_wen",)),))
        shown = (await Queue(store, lambda: choice).snapshot()).waiting
        assert [(each.conversation, each.queue, each.position) for each in shown] == [("c_1", "Money", 1)]
        await presence.here("a_wen", "s")
        await presence.set_status(WEN, "available")
        await eventually(is_wens, "Wen is there")


async def test_places_are_told_anew_where_an_admin_changes_the_queues(
    store: Store, settings: Settings, log: Log
) -> None:
    queue = Queue(store, lambda: CHOSEN)
    for name, topic, at in (("c_1", "shipping", 1_000), ("c_2", "refund", 2_000), ("c_3", "refund", 3_000)):
        state = await asking(log, name, topic, at)
        await queue.apply(state, state.seq, "ask", at)
    stands = await queue.stands("c_3")
    assert stands is not None
    assert (stands.queue.id, stands.position) == ("money", 2)
    plain = await Queue(store).stands("c_3")
    assert plain is not None
    assert plain.position == 3
    assert [each.conversation for each in await queue.standing()] == ["c_2", "c_3", "c_1"]
    await queue.stand({"c_3": 2, "c_gone": 5})
    async with store.commands.pipeline(transaction=False) as pipe:
        pipe.hgetall("{handoff}:places")
        (places,) = await pipe.execute()
    assert places == {b"c_1": b"1", b"c_2": b"2", b"c_3": b"2"}
