"""What people say: sealed first, then committed, then acknowledged. Nothing typed is written anywhere in clear."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

from api.connection import Connection
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from models.contact import BadContact, sealed_contact
from models.conversation import Expect, Holder
from models.database import NO_SQL
from models.entry import Contact, File, Message, Note
from models.frames import Ack, Say, SayNote, ToReach, rfc3339
from models.sealed import KeyRing
from models.sensitive import SealedSpan, redact, seal_text
from stream.change import Change
from stream.errors import Stale, Unavailable

FINGERPRINT_BYTES = 8


class Saying:
    """Of one socket."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._log = node.log
        self._ring = node.ring
        self._uploads = node.uploads
        self._connection = connection
        self._identity = connection.identity
        self._rights = rights

    async def say(self, frame: Say) -> None:
        name, asked = self._rights.named(frame.conversation), 0
        if frame.payload is not None and (self._identity.staff or not frame.payload.startswith("/")):
            raise Refused("bad_payload")
        if self._identity.staff:
            # A commit to a conversation that nobody has heard of would begin it.
            asked = (await self._rights.known(name)).asked
        text = frame.text or frame.payload or ""
        files = await self._files(name, frame.files)
        row = f"{self._identity.person}:{frame.id}"
        masked, sealed, contact = self._sealed(text, frame.contact, row)
        payload = redact(frame.payload) if frame.payload else None
        message = Message(
            self._identity.author,
            masked,
            id=frame.id,
            payload=payload,
            files=files,
            contact=contact,
            sealed=sealed,
            row=row,
        )
        same = fingerprint(self._ring, "say", text, frame.payload or "", *frame.files, *_parts(frame.contact))
        await self._commit(self._said(name, message, same, asked), frame)

    def _sealed(
        self, text: str, contact: ToReach | None, row: str
    ) -> tuple[str, tuple[SealedSpan, ...], Contact | None]:
        """Raises Refused."""
        if contact is None:
            return *seal_text(text, self._ring, row), None
        if self._identity.staff:
            raise Refused("bad_contact")
        try:
            return sealed_contact(text, contact.name or "", contact.reach, self._ring, row)
        except BadContact:
            raise Refused("bad_contact") from None

    async def _files(self, conversation: str, ids: Sequence[str]) -> tuple[File, ...]:
        """Only one's own, and only where they were sent to: an id alone gives nobody a file. Raises Refused, Unavailable."""
        if not ids:
            return ()
        try:
            found = await asyncio.to_thread(self._uploads.found, ids)
        except NO_SQL:
            raise Unavailable("what is known of files is in SQL") from None
        mine = [found[id] for id in dict.fromkeys(ids) if id in found]
        if len(mine) != len(ids) or any(
            (each.conversation, each.person) != (conversation, self._identity.person) for each in mine
        ):
            raise Refused("no_file")
        if not await self._claimed(ids):
            raise Refused("no_file")
        return tuple(
            File(each.id, each.name, each.type, each.bytes, each.width or None, each.height or None) for each in mine
        )  # fmt: skip

    async def _claimed(self, ids: Sequence[str]) -> bool:
        """Before the commit: a message never names a file that is taken away meanwhile. Raises Unavailable."""
        try:
            return await asyncio.to_thread(self._uploads.claim, ids)
        except NO_SQL:
            raise Unavailable("what is known of files is in SQL") from None

    def _said(self, name: str, message: Message, print_of_it: str, asked: int) -> Change:
        """`asked`: since when a person was waited for; an agent's answer ends that."""
        if self._identity.staff:
            expect = Expect(holder=Holder.AGENT, agent=self._identity.person)
            return Change(
                name, (message,), client_id=message.row, fingerprint=print_of_it, expect=expect,
                set={"replied": str(asked)} if asked else {}, add={"unread_customer": 1},
            )  # fmt: skip
        mine = {
            "customer": self._identity.person,
            "name": self._identity.name,
            "signed": "1" * self._identity.signed,
            **self._connection.page,
        }
        return Change(
            name, (message,), client_id=message.row, fingerprint=print_of_it, expect=Expect(not_holder=Holder.NOBODY),
            set={field: value for field, value in mine.items() if value}, add={"unread_agent": 1},
        )  # fmt: skip

    async def note(self, frame: SayNote) -> None:
        self._rights.require_staff()
        await self._rights.known(frame.conversation)
        row = f"{self._identity.person}:{frame.id}"
        masked, sealed = seal_text(frame.text, self._ring, row)
        note = Note(self._identity.author, masked, id=frame.id, sealed=sealed, row=row)
        same = fingerprint(self._ring, "note", frame.text)
        await self._commit(Change(frame.conversation, (note,), client_id=row, fingerprint=same), frame)

    async def _commit(self, change: Change, frame: Say | SayNote) -> None:
        try:
            done = await self._log.commit(change)
        except Stale as stale:
            closed = stale.state.holder is Holder.NOBODY
            raise Refused("closed" if closed else "not_assigned") from None
        self._connection.send(Ack(frame.id, change.conversation, done.seq, rfc3339(done.at), duplicate=done.duplicate))


def _parts(contact: ToReach | None) -> tuple[str, ...]:
    return (contact.name or "", contact.reach) if contact else ()


def fingerprint(ring: KeyRing, *parts: str) -> str:
    """Tells a repeat from a conflict, and nothing to whoever reads the store: keyed, and not reversible."""
    return blake2b("\0".join(parts).encode(), digest_size=FINGERPRINT_BYTES, key=ring.signing[:64]).hexdigest()
