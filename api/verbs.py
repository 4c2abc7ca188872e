"""What each frame does. Every right is asked for here; an unknown conversation and somebody else's are answered alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b

from api.auth import Identity, Role
from api.hub import Connection, Hub, author
from handoff import desk
from handoff.queue import Queue
from models.conversation import Conversation, Expect, Holder, IllegalMove, NotYours
from models.entry import Author, AuthorKind, Message, Note
from models.frames import (
    Ack,
    Close,
    ErrorFrame,
    FromClient,
    GiveBack,
    HolderFrame,
    Limits,
    Ping,
    Pong,
    Read,
    Resume,
    Resumed,
    Say,
    SayNote,
    Status,
    Take,
    Typing,
    TypingFrame,
    Watch,
    Welcome,
    rfc3339,
    shown,
)  # fmt: skip
from models.sealed import KeyRing
from models.sensitive import seal_text
from models.settings import Settings
from stream.change import Change, Committed
from stream.errors import IdConflict, Stale, Unavailable
from stream.log import Log
from stream.presence import Presence

RESUME_ENTRIES = 200
UNAVAILABLE_RETRY_MS = 1000


class Refused(Exception):
    """The frame is not done; `frame` says why."""

    def __init__(self, code: str, message: str, id: str | None = None, retry_ms: int | None = None) -> None:
        super().__init__(code)
        self.frame = ErrorFrame(code, message, id=id, retry_ms=retry_ms)


class Verbs:
    """Shared by all sockets of a node."""

    def __init__(self, log: Log, hub: Hub, presence: Presence, ring: KeyRing, settings: Settings, queue: Queue) -> None:
        self._log = log
        self._hub = hub
        self._presence = presence
        self._ring = ring
        self._settings = settings
        self._queue = queue

    async def do(self, connection: Connection, frame: FromClient) -> None:
        """Raises Refused."""
        try:
            await self._do(connection, frame)
        except Unavailable:
            raise Refused(
                "unavailable",
                "We cannot take this just now. Keep it and try again.",
                getattr(frame, "id", None),
                UNAVAILABLE_RETRY_MS,
            ) from None

    async def _do(self, connection: Connection, frame: FromClient) -> None:
        match frame:
            case Say():
                await self._say(connection, frame)
            case SayNote():
                await self._note(connection, frame)
            case Typing():
                await self._typing(connection, frame)
            case Read():
                await self._read(connection, frame)
            case Resume():
                await self._resume(connection, frame)
            case Ping():
                await self._ping(connection)
            case Watch():
                await self._watch(connection, frame)
            case Take():
                await self._move(connection, frame.conversation, desk.take, "take")
            case GiveBack():
                await self._move(connection, frame.conversation, desk.give_back, "give_back")
            case Close():
                await self._close(connection, frame)
            case Status():
                self._staff(connection.identity)
                await self._presence.set_status(connection.identity.person, frame.status)

    async def welcome(self, connection: Connection) -> None:
        """The first frame, and what a client of this role must know at once. Raises Unavailable."""
        identity, settings = connection.identity, self._settings
        epoch = await self._log.epoch()
        limits = Limits(settings.frame_bytes, settings.text_characters)
        heartbeat = settings.heartbeat.total_seconds()
        if identity.staff:
            held = [name for name, agent in (await self._queue.held()).items() if agent == identity.person]
            connection.send(Welcome(epoch, True, heartbeat, limits, identity.role, author(identity), holds=tuple(held)))
            connection.send(await self._queue.snapshot())
            return
        state = await self._log.state(identity.conversation) or Conversation(identity.conversation)
        connection.send(
            Welcome(
                epoch, True, heartbeat, limits, identity.role, author(identity),
                conversation=identity.conversation, seq=state.seq, holder=state.holder,
            )
        )  # fmt: skip
        await self._hub.watch(connection, identity.conversation, state.seq)
        await self._holder(connection, state)

    async def _holder(self, connection: Connection, state: Conversation) -> None:
        """Who answers now, and where a waiting customer stands: no entry, so without `at`."""
        place = await self._queue.position(state.id) if state.holder is Holder.QUEUE else None
        agent = Author(AuthorKind.AGENT, state.agent, state.agent_name or None) if state.agent else None
        connection.send(
            HolderFrame(
                state.id, state.seq, state.holder, reason=state.reason or None, agent=agent,
                position=place[0] if place else None, wait_seconds=place[1] if place else None,
            )
        )  # fmt: skip

    async def _say(self, connection: Connection, frame: Say) -> None:
        identity = connection.identity
        name = self._named(identity, frame.conversation)
        if identity.staff and (not frame.text or frame.payload):
            raise Refused("bad_frame", "Agents say text.", frame.id)
        text = frame.text or frame.payload or ""
        row = f"{identity.person}:{frame.id}"
        masked, sealed = seal_text(text, self._ring, row)
        message = Message(
            author(identity), masked, id=frame.id, payload=frame.payload, sealed=sealed, row=row if sealed else ""
        )
        mine = (
            Expect(holder=Holder.AGENT, agent=identity.person) if identity.staff else Expect(not_holder=Holder.NOBODY)
        )
        change = Change(
            name,
            (message,),
            client_id=row,
            fingerprint=self.fingerprint(text, frame.payload or ""),
            expect=mine,
            set={} if identity.staff else {"customer": identity.person, "name": identity.name},
            add={"unread_customer" if identity.staff else "unread_agent": 1},
        )
        await self._commit(connection, change, frame.id)

    async def _note(self, connection: Connection, frame: SayNote) -> None:
        identity = self._staff(connection.identity, frame.id)
        await self._known(identity, frame.conversation, frame.id)
        row = f"{identity.person}:{frame.id}"
        masked, sealed = seal_text(frame.text, self._ring, row)
        note = Note(author(identity), masked, id=frame.id, sealed=sealed, row=row if sealed else "")
        change = Change(frame.conversation, (note,), client_id=row, fingerprint=self.fingerprint(frame.text, "note"))
        await self._commit(connection, change, frame.id)

    async def _commit(self, connection: Connection, change: Change, id: str) -> Committed:
        identity = connection.identity
        try:
            done = await self._log.commit(change)
        except IdConflict:
            raise Refused("id_conflict", "This id was used for another message.", id) from None
        except Stale:
            if identity.staff:
                await self._known(identity, change.conversation, id)
                raise Refused("not_assigned", "You do not hold this conversation.", id) from None
            raise Refused("closed", "This conversation is closed.", id) from None
        connection.send(Ack(id, change.conversation, done.seq, rfc3339(done.at), duplicate=done.duplicate))
        return done

    def fingerprint(self, text: str, more: str) -> str:
        """Tells a repeat from a conflict, and nothing to who reads the store."""
        return blake2b(f"{text}\0{more}".encode(), digest_size=8, key=self._ring.signing[:32]).hexdigest()

    async def _typing(self, connection: Connection, frame: Typing) -> None:
        name = self._named(connection.identity, frame.conversation)
        await self._known(connection.identity, name)
        await self._log.whisper(name, TypingFrame(name, author(connection.identity), frame.on))

    async def _read(self, connection: Connection, frame: Read) -> None:
        name = self._named(connection.identity, frame.conversation)
        state = await self._known(connection.identity, name)
        if frame.seq <= state.seq:
            await self._log.seen(name, author(connection.identity).kind, frame.seq)

    async def _resume(self, connection: Connection, frame: Resume) -> None:
        identity = connection.identity
        name = self._named(identity, frame.conversation)
        state = await self._known(identity, name)
        epoch = await self._log.epoch()
        if frame.after > state.seq:
            connection.send(Resumed(name, state.seq, False, False, epoch))
            return
        entries, more = await self._log.after(name, frame.after, RESUME_ENTRIES)
        for entry in entries:
            connection.send(shown(entry, identity.staff))
        reached = entries[-1].seq if entries else frame.after
        connection.send(Resumed(name, reached, more, True, epoch))
        if not more and name in connection.sent and reached > connection.sent[name]:
            connection.sent[name] = reached

    async def _watch(self, connection: Connection, frame: Watch) -> None:
        identity = self._staff(connection.identity)
        state = await self._known(identity, frame.conversation)
        await self._hub.watch(connection, state.id, state.seq)
        await self._holder(connection, state)

    async def _ping(self, connection: Connection) -> None:
        names = list(connection.sent)
        states = await self._log.states(names)
        await self._presence.here(connection.identity.person, connection.id)
        connection.send(
            Pong(
                {name: state.seq for name, state in states.items()},
                {name: state.archived for name, state in states.items()},
            )
        )

    async def _close(self, connection: Connection, frame: Close) -> None:
        if not connection.identity.staff:
            self._named(connection.identity, frame.conversation)
        await self._move(connection, frame.conversation, desk.close, "close")

    async def _move(
        self, connection: Connection, name: str, verb: Callable[[Conversation, Author, int], Change], kind: str
    ) -> None:
        if kind != "close":
            self._staff(connection.identity)
        state = await self._known(connection.identity, name)
        if kind == "take":
            await self._hub.watch(connection, name, state.seq)
        try:
            await self._log.commit(verb(state, author(connection.identity), int(time.time() * 1000)))
        except IllegalMove:
            raise Refused("not_possible", "That is not possible now.") from None
        except NotYours:
            raise Refused("not_assigned", "You do not hold this conversation.") from None
        except Stale:
            raise Refused("taken", "Somebody else was quicker.") from None

    def _staff(self, identity: Identity, id: str | None = None) -> Identity:
        if not identity.staff:
            raise Refused("forbidden", "This is for agents.", id)
        return identity

    def _named(self, identity: Identity, conversation: str | None) -> str:
        """Customers have one conversation; agents name theirs."""
        if identity.role is Role.CUSTOMER:
            if conversation not in (None, identity.conversation):
                raise Refused("not_found", "There is no such conversation.")
            return identity.conversation
        if conversation is None:
            raise Refused("bad_frame", "Name the conversation.")
        return conversation

    async def _known(self, identity: Identity, conversation: str, id: str | None = None) -> Conversation:
        state = await self._log.state(conversation)
        if state is None or (not identity.staff and state.customer not in ("", identity.person)):
            raise Refused("not_found", "There is no such conversation.", id)
        return state
