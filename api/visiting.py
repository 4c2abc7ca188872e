"""What customers tell beside what they say: which page they are on, and afterwards how it was."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from api.connection import Connection
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from api.saying import fingerprint
from models.conversation import Expect, Holder
from models.entry import Rated
from models.frames import Page, Rate
from models.sensitive import redact, seal_text
from stream.change import Change
from stream.errors import Stale

URL_CHARACTERS = 300
TITLE_CHARACTERS = 120
# An id in a path may be anybody's: what looks like a secret is left out.
_LONG = re.compile(r"[A-Za-z0-9_-]{24,}")


class Visiting:
    """Of one socket. All raise Refused, Unavailable."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._log = node.log
        self._ring = node.ring
        self._connection = connection
        self._identity = connection.identity
        self._rights = rights

    def page(self, frame: Page) -> None:
        """Kept with the next thing that is said: who only looks around is not followed."""
        if self._identity.staff:
            raise Refused("forbidden")
        self._connection.page = shown_page(frame.url, frame.title or "")

    async def rate(self, frame: Rate) -> None:
        """Once for each time that it was closed; the same again changes nothing."""
        state = await self._rights.known(self._rights.named(frame.conversation))
        if self._identity.staff:
            raise Refused("forbidden")
        if state.holder is not Holder.NOBODY:
            raise Refused("not_closed")
        text = (frame.text or "").strip()
        id = f"rating-{state.token}"
        row = f"{self._identity.person}:{id}"
        masked, sealed = seal_text(text, self._ring, row)
        rated = Rated(self._identity.author, frame.stars, masked, id=id, sealed=sealed, row=row)
        same = fingerprint(self._ring, "rate", str(frame.stars), text)
        change = Change(state.id, (rated,), client_id=row, fingerprint=same, expect=Expect(holder=Holder.NOBODY))
        try:
            await self._log.commit(change)
        except Stale:
            raise Refused("not_closed") from None


def shown_page(url: str, title: str) -> dict[str, str]:
    """What agents see of a page: no query, no fragment, nothing that looks like a number of somebody's or a secret."""
    try:
        parts = urlsplit(url)
        place = (
            f"{parts.scheme}://{parts.hostname}{parts.path}"
            if parts.scheme in ("http", "https") and parts.hostname
            else ""
        )
    except ValueError:
        place = ""
    return {
        "page": redact(_LONG.sub("…", place))[:URL_CHARACTERS],
        "page_title": redact(title.strip())[:TITLE_CHARACTERS],
    }
