"""Who gets whom: the next who waits goes to the agent with the least to do, of those to the one who has been idle longest. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Free:
    """An agent who is available. `since` is when their load last changed (ms); 0: they have had nothing yet."""

    agent: str
    load: int
    since: int = 0


def match(
    waiting: Sequence[str],
    agents: Iterable[Free],
    capacity: int,
    not_to: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """(conversation, agent), in the order of `waiting`, as far as there are seats. `not_to`: conversation → agents who just had
    it, or did not want it.
    """
    heap = [(each.load, each.since, each.agent) for each in agents if each.load < capacity]
    heapq.heapify(heap)
    matched = []
    for turn, conversation in enumerate(waiting):
        if not heap:
            break
        skipped, found = [], None
        while heap and found is None:
            first = heapq.heappop(heap)
            if first[2] in not_to.get(conversation, ()):
                skipped.append(first)
            else:
                found = first
        for each in skipped:
            heapq.heappush(heap, each)
        if found is None:
            continue
        load, _, agent = found
        matched.append((conversation, agent))
        if load + 1 < capacity:
            # Given something just now: later than all who were idle before, in the order of giving.
            heapq.heappush(heap, (load + 1, _LATER + turn, agent))
    return matched


_LATER = 2**62
