"""Which queue somebody waits in, who answers there, and in what order. Pure: what admins chose comes in as an argument.

A conversation waits in the first queue that takes its topic and its language, else in the one of all others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.choices import QueueChoice, QueuesChoice

# The queue of those whom no other takes: everybody answers there.
OTHERS = QueueChoice(id="", name="")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of one who waits decides on their queue and their turn. `language` may be `zh-CN`; `at` is since when they wait (ms).
    `returned`: they were with an agent already, and stand in front.
    """

    conversation: str
    reason: str = ""
    topic: str = ""
    language: str = ""
    at: int = 0
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Stands:
    """`position` counts from 1 in one's own queue."""

    conversation: str
    queue: QueueChoice
    position: int


def queue_of(asked: Asked, chosen: QueuesChoice) -> QueueChoice:
    base = asked.language.partition("-")[0].lower()
    for each in chosen.queues:
        topical = not each.topics or asked.topic in each.topics or asked.reason in each.topics
        if topical and (not each.languages or base in each.languages):
            return each
    return OTHERS


def standing(waiting: Sequence[Asked], chosen: QueuesChoice) -> list[Stands]:
    """In the order in which they are served, from those who wait, first come first: who came back before all others, then as they came,
    where each point of priority counts like minutes waited. So a queue that is always full holds up nobody for ever.
    """
    places: dict[str, int] = {}
    found = []
    turns = []
    head_start = chosen.head_start_minutes * 60_000
    for each in waiting:
        queue = queue_of(each, chosen)
        places[queue.id] = places.get(queue.id, 0) + 1
        found.append(Stands(each.conversation, queue, places[queue.id]))
        turns.append((not each.returned, each.at - queue.priority * head_start))
    # `sorted` leaves those of one moment as they came.
    return [found[at] for at in sorted(range(len(found)), key=turns.__getitem__)]


def answer_in(queue: QueueChoice, agents: Collection[str]) -> set[str]:
    """Who of `agents` answers in this queue."""
    return set(agents) & set(queue.members) if queue.members else set(agents)


def served(chosen: QueuesChoice, agents: Collection[str]) -> frozenset[str]:
    """The ids of the queues in which one of `agents` answers."""
    return frozenset(each.id for each in (*chosen.queues, OTHERS) if answer_in(each, agents))


def candidates(stand: Sequence[Stands], free: Mapping[str, int]) -> list[Stands]:
    """Those who could be given to somebody now, in order: of each queue twice as many as its agents have seats (`free`: agent → seats), so
    that one whose agents are busy holds up no other.
    """
    room: dict[str, int] = {}
    found = []
    for each in stand:
        if each.queue.id not in room:
            room[each.queue.id] = 2 * sum(free[agent] for agent in answer_in(each.queue, free))
        if room[each.queue.id] > 0:
            room[each.queue.id] -= 1
            found.append(each)
    return found
