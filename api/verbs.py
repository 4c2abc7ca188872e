"""What each frame does, for one socket. Every right is asked for here: an unknown conversation and somebody else's are answered alike."""

from __future__ import annotations

import time
from typing import assert_never

from api.connection import Connection
from api.looking import Looks
from api.moving import Moving
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from api.saying import Saying
from api.supervising import Supervising
from api.visiting import Visiting
from handoff.expecting import place_frame
from handoff.lines import answer_in
from models.conversation import Conversation, Holder
from models.entry import Author, AuthorKind
from models.frames import (
    Assign,
    Close,
    Decline,
    FromClient,
    GiveBack,
    HolderFrame,
    Limits,
    Look,
    Page,
    Ping,
    Pong,
    Rate,
    Read,
    Reopen,
    Resume,
    Resumed,
    Say,
    SayNote,
    Status,
    Take,
    Transfer,
    Typing,
    TypingFrame,
    Watch,
    Welcome,
    rfc3339,
)

RESUME_ENTRIES = 200


class Verbs:
    """All raise what api/problems.py makes an error frame of."""

    def __init__(self, node: Node, connection: Connection) -> None:
        self._node = node
        self._connection = connection
        self._identity = connection.identity
        self._rights = Rights(node.log, connection.identity)
        self._saying = Saying(node, connection, self._rights)
        self._looks = Looks(node, connection, self._rights)
        self._moving = Moving(node, connection, self._rights)
        self._visiting = Visiting(node, connection, self._rights)
        self._supervising = Supervising(node, connection, self._rights)

    async def do(self, frame: FromClient) -> None:
        match frame:
            case Say():
                await self._saying.say(frame)
            case Reopen():
                await self._reopen(frame.conversation)
            case SayNote():
                await self._saying.note(frame)
            case Typing():
                await self._typing(frame)
            case Read():
                await self._read(frame)
            case Resume():
                await self._resume(frame)
            case Ping():
                await self._ping()
            case Watch():
                await self._watch(frame.conversation)
            case Look():
                await self._looks.look(frame.conversation)
            case Take():
                await self._take(frame.conversation)
            case Decline():
                await self._moving.decline(frame.conversation)
            case GiveBack():
                await self._moving.give_back(frame.conversation)
            case Transfer():
                await self._moving.transfer(frame.conversation, frame.to, frame.note)
            case Assign():
                await self._supervising.assign(frame.conversation, frame.to)
            case Close():
                await self._moving.close(frame.conversation)
            case Rate():
                await self._visiting.rate(frame)
            case Page():
                self._visiting.page(frame)
            case Status():
                await self._supervising.status(frame.status, frame.agent)
            case _:
                assert_never(frame)

    async def here(self) -> None:
        """A heartbeat: this person is online."""
        await self._node.presence.here(self._identity.person, self._connection.id)
        await self._looks.still()

    async def gone(self) -> None:
        """The socket has ended."""
        await self._looks.away()
        await self._node.presence.gone(self._identity.person, self._connection.id)

    async def welcome(self) -> None:
        """The first frame, and what a client of this role must know at once."""
        if self._identity.staff:
            held = await self._node.queue.held()
            mine = tuple(name for name, agent in held.items() if agent == self._identity.person)
            self._connection.send(await self._welcome(holds=mine))
            self._connection.send(await self._node.queue.snapshot())
            await self._moving.offered()
            return
        name = self._identity.conversation
        state = await self._node.log.state(name) or Conversation(name)
        self._connection.send(await self._welcome(state))
        await self._node.hub.watch(self._connection, name, state.seq)
        if state.holder is not Holder.BOT:
            await self._tell_holder(state)

    async def _welcome(self, state: Conversation | None = None, holds: tuple[str, ...] = ()) -> Welcome:
        settings = self._node.settings
        return Welcome(
            epoch=await self._node.log.epoch(),
            recovered=True,
            heartbeat=settings.heartbeat.total_seconds(),
            limits=Limits(settings.frame_bytes, settings.text_characters),
            role=self._identity.role,
            person=self._identity.author,
            conversation=state.id if state else None,
            seq=state.seq if state else 0,
            holder=state.holder if state else None,
            holds=holds,
            at=rfc3339(int(time.time() * 1000)),
        )

    async def _tell_holder(self, state: Conversation) -> None:
        """Who answers now, and where a waiting customer stands. It repeats the state and is no entry: no `at`."""
        if state.holder is Holder.QUEUE and (place := await self._node.queue.stands(state.id)):
            somebody = bool(answer_in(place.queue, await self._node.presence.available()))
            self._connection.send(place_frame(state, place.position, await self._node.queue.costs(), somebody))
            return
        agent = Author(AuthorKind.AGENT, state.agent, state.agent_name or None) if state.agent else None
        self._connection.send(HolderFrame(state.id, state.seq, state.holder, state.reason or None, agent))

    async def _typing(self, frame: Typing) -> None:
        """An agent who only looks on does not seem to write."""
        state = await self._rights.known(self._rights.named(frame.conversation))
        if self._rights.speaks_in(state):
            await self._node.log.whisper(state.id, TypingFrame(state.id, self._identity.author, frame.on))

    async def _read(self, frame: Read) -> None:
        """A seq that is not there yet cannot have been read. What an agent reads who only looks on is not read by us."""
        state = await self._rights.known(self._rights.named(frame.conversation))
        if frame.seq <= state.seq and self._rights.speaks_in(state):
            await self._node.log.seen(state.id, self._identity.kind, frame.seq)

    async def _resume(self, frame: Resume) -> None:
        """A seq beyond the top comes from a log that was lost: the client reads everything anew."""
        state = await self._rights.known(self._rights.named(frame.conversation))
        epoch = await self._node.log.epoch()
        if frame.after > state.seq:
            self._connection.send(Resumed(state.id, state.seq, more=False, recovered=False, epoch=epoch))
            return
        reached, more = await self._node.hub.replay(self._connection, state.id, frame.after, RESUME_ENTRIES)
        self._connection.send(Resumed(state.id, reached, more, recovered=True, epoch=epoch))

    async def _ping(self) -> None:
        await self.here()
        states = await self._node.log.states(list(self._connection.sent))
        tops = {name: state.seq for name, state in states.items()}
        self._connection.send(Pong(tops, {name: state.archived for name, state in states.items()}))
        self._node.hub.behind(self._connection, tops.items())

    async def _watch(self, conversation: str) -> None:
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        await self._node.hub.watch(self._connection, state.id, state.seq)
        await self._tell_holder(state)

    async def _reopen(self, conversation: str) -> None:
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        await self._node.hub.watch(self._connection, state.id, state.seq)
        await self._moving.reopen(state)

    async def _take(self, conversation: str) -> None:
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        await self._node.hub.watch(self._connection, state.id, state.seq)
        if self._rights.holds(state):
            await self._tell_holder(state)
        elif state.holder is Holder.AGENT:
            raise Refused("taken")
        else:
            await self._moving.take(state)
