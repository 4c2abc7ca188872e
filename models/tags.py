"""Tags: short words that agents put on conversations, to find them again. Who put which on or off is on record."""

from __future__ import annotations

import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from models import audit
from models.database import writing
from models.frames import plain, visible
from models.sensitive import find
from models.tables import TAG_CHARACTERS, tags

# Of one conversation.
MOST = 20
# MariaDB turns longer IN lists into a subquery, and then reads the whole table.
_AT_ONCE = 500
_TRIES = 5


class UnusableTag(Exception):
    """It cannot be put on; the message says why, never what was sent."""


def cleaned(tag: str) -> str:
    """As it is kept: small letters, single spaces. Raises UnusableTag."""
    kept = " ".join(unicodedata.normalize("NFKC", tag).lower().split())
    if not visible(kept) or not plain(kept) or len(kept) > TAG_CHARACTERS:
        raise UnusableTag(f"A tag has 1 to {TAG_CHARACTERS} characters.")
    if find(kept):
        raise UnusableTag("A tag holds no phone, card or id number, and no address: it is kept in clear.")
    return kept


class Tags:
    """Synchronous: call it through asyncio.to_thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def change(self, conversation: str, add: Iterable[str], remove: Iterable[str], person: str) -> tuple[str, ...]:
        """Those that it has then. What is there already, or not there, changes nothing. Raises UnusableTag."""
        put, taken = {cleaned(each) for each in add}, {cleaned(each) for each in remove}
        for _ in range(_TRIES):
            # Of two who put the same one on at once MySQL refuses the second, who then sees it there.
            with suppress(IntegrityError):
                return self._change(conversation, put, taken, person)
        return self._change(conversation, put, taken, person)

    def _change(self, conversation: str, put: set[str], taken: set[str], person: str) -> tuple[str, ...]:
        with writing(self._engine) as connection:
            has = _of(connection, conversation)
            new, gone = sorted(put - has), sorted((taken & has) - put)
            if len(has) + len(new) - len(gone) > MOST:
                raise UnusableTag(f"A conversation has at most {MOST} tags.")
            t, at = tags.c, time.time_ns() // 1_000_000
            for each in gone:
                connection.execute(delete(tags).where(t.conversation == conversation, t.tag == each))
                audit.write(connection, person, "tag.remove", conversation, each)
            for each in new:
                connection.execute(insert(tags).values(conversation=conversation, tag=each, at=at, person=person))
                audit.write(connection, person, "tag.add", conversation, each)
        return tuple(sorted((has | set(new)) - set(gone)))

    def of(self, conversations: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Those that have any."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        t = tags.c
        with self._engine.connect() as connection:
            for first in range(0, len(conversations), _AT_ONCE):
                some = t.conversation.in_(conversations[first : first + _AT_ONCE])
                for row in connection.execute(select(t.conversation, t.tag).where(some).order_by(t.tag)):
                    found[row.conversation].append(row.tag)
        return {conversation: tuple(each) for conversation, each in found.items()}

    def known(self, limit: int = 200) -> list[tuple[str, int]]:
        """Each with how many conversations have it, the most used first."""
        count = func.count()
        asked = select(tags.c.tag, count).group_by(tags.c.tag).order_by(count.desc(), tags.c.tag).limit(limit)
        with self._engine.connect() as connection:
            return [(tag, number) for tag, number in connection.execute(asked)]


def _of(connection: Connection, conversation: str) -> set[str]:
    return set(connection.scalars(select(tags.c.tag).where(tags.c.conversation == conversation).with_for_update()))
