"""Who gets whom: the next who waits goes to the agent with the least to do, of those to the one who has been idle longest. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, order=True)
class Free:
    """An agent who is available. `load` of `capacity` seats are in use; `since` is when that last changed (ms); 0: they have had
    nothing yet.
    """

    agent: str
    load: int
    capacity: int
    since: int = 0


def match(
    waiting: Sequence[str],
    agents: Iterable[Free],
    not_to: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """(conversation, agent), in the order of `waiting`, as far as there are seats. `not_to`: conversation → agents who just had
    it, or did not want it. Who may hold twice as many as another gets twice as many.
    """
    heap = [(each.load / each.capacity, each.since, each.agent, each) for each in agents if each.load < each.capacity]
    heapq.heapify(heap)
    matched = []
    for turn, conversation in enumerate(waiting):
        if not heap:
            break
        skipped, found = [], None
        while heap and found is None:
            first = heapq.heappop(heap)
            if first[3].agent in not_to.get(conversation, ()):
                skipped.append(first)
            else:
                found = first
        for each in skipped:
            heapq.heappush(heap, each)
        if found is None:
            continue
        given = replace(found[3], load=found[3].load + 1)
        matched.append((conversation, given.agent))
        if given.load < given.capacity:
            # Given something just now: later than all who were idle before, in the order of giving.
            heapq.heappush(heap, (given.load / given.capacity, _LATER + turn, given.agent, given))
    return matched


_LATER = 2**62
