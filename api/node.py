"""What an API process holds while it runs, and how routes come to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.address import Places
from api.auth import BadToken, Disabled, Identity, Role, Tokens
from api.file_store import FileStore, file_store
from api.hub import Hub
from api.identity import Identities
from api.metrics import Metrics
from api.problems import FORBIDDEN, UNAUTHORIZED, Problem
from api.rate import Addresses
from handoff.offers import Offers
from handoff.queue import Queue
from handoff.seats import Seats
from models.audit import Audit
from models.canned import CannedResponses
from models.choices import HoursChoice, QueuesChoice
from models.choosing import Choices, Chosen
from models.database import open_engine
from models.example_list import ExampleList
from models.hooks import Webhooks
from models.hours import Hours
from models.inbox import Inbox
from models.people import HASHES_AT_ONCE, People, Person
from models.sealed import KeyRing
from models.settings import Settings
from models.suggestions import Suggestions
from models.tags import Tags
from models.taught_parts import TaughtParts
from models.teaching import Teaching
from models.uploads import Uploads
from stream.deliveries import Deliveries
from stream.history import History
from stream.log import Log
from stream.looking import Looking
from stream.presence import Presence
from stream.proposals import Proposals
from stream.push import Push
from stream.search import Search
from stream.store import Store

# Each may have its 10 MB in memory; who comes later waits with what they have in their own.
UPLOADS_AT_ONCE = 8
# Drawing a large picture anew takes a core for half a second.
DRAWN_AT_ONCE = 2
# Of one person: what is opened one by one, and not a whole table.
REVEALS_PER_SECOND = 30 / 60
REVEALS_AT_ONCE = 30
LOGINS_PER_SECOND = 20 / 60
LOGINS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Node:
    """Nothing here outlives the process; any node serves any customer."""

    settings: Settings
    ring: KeyRing
    tokens: Tokens
    people: People
    audit: Audit
    choices: Choices
    chosen: Chosen
    canned: CannedResponses
    tags: Tags
    inbox: Inbox
    examples: ExampleList
    teaching: Teaching
    parts: TaughtParts
    webhooks: Webhooks
    deliveries: Deliveries
    history: History
    search: Search
    log: Log
    push: Push
    hub: Hub
    presence: Presence
    looking: Looking
    proposals: Proposals
    suggestions: Suggestions
    queue: Queue
    seats: Seats
    offers: Offers
    visitors: Addresses
    handshakes: Addresses
    places: Places
    identities: Identities
    uploads: Uploads
    files: FileStore
    metrics: Metrics = field(default_factory=Metrics)
    # Hashing waits here and not in a thread: the threads are for everybody's SQL.
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE))
    uploading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS_AT_ONCE))
    # A file of training data is read in a process of its own, with up to 1.5 GB.
    importing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DRAWN_AT_ONCE))
    reveals: Addresses = field(default_factory=lambda: Addresses(REVEALS_PER_SECOND, REVEALS_AT_ONCE))
    logins: Addresses = field(default_factory=lambda: Addresses(LOGINS_PER_SECOND, LOGINS_AT_ONCE))

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings) -> AsyncIterator[Node]:
        ring = await asyncio.to_thread(KeyRing.load, settings.key_file)
        engine = open_engine(settings.sql_url)
        async with AsyncExitStack() as stack:
            stack.callback(engine.dispose)
            history = History(engine)
            store = await stack.enter_async_context(Store.open(settings.store_url).opened())
            log = await stack.enter_async_context(Log(store, settings, history))
            push, choices = Push(store, settings.partitions), Choices(engine)
            chosen = Chosen(choices)
            queue = Queue(store, lambda: chosen.get(QueuesChoice) or QueuesChoice())
            yield cls(
                settings=settings, ring=ring, tokens=Tokens(ring.signing, settings), people=People(engine), audit=Audit(engine),
                choices=choices, chosen=chosen, canned=CannedResponses(engine), tags=Tags(engine), inbox=Inbox(engine),
                examples=ExampleList(engine), teaching=Teaching(engine), parts=TaughtParts(engine), history=history,
                search=Search(engine), webhooks=Webhooks(engine, ring), deliveries=Deliveries(engine),
                log=log, push=push, hub=Hub(log, push, settings),
                presence=Presence(store, settings), looking=Looking(store, settings),
                proposals=Proposals(store, log), suggestions=Suggestions(engine),
                queue=queue, seats=Seats(store, settings.capacity), offers=Offers(store),
                visitors=Addresses(settings.visitors_per_minute / 60, settings.visitors_per_minute),
                handshakes=Addresses(settings.handshakes_per_second, settings.connections_per_address),
                places=Places(settings.connections_per_address),
                identities=Identities(settings.identity_secret_file, ring.signing),
                uploads=Uploads(engine), files=file_store(settings),
            )  # fmt: skip

    @property
    def hours(self) -> Hours:
        """Of now: what admins chose goes before the environment."""
        chosen = self.chosen.get(HoursChoice)
        return self.settings.hours if chosen is None else chosen.hours()

    async def valid(self, token: str) -> Identity:
        """Raises BadToken, Disabled. Staff may have been disabled, or signed out everywhere, since the token was made."""
        identity = self.tokens.read(token)
        if identity.staff:
            person, families = await asyncio.to_thread(self._standing, identity)
            judge(identity, person, families)
        return identity

    def _standing(self, identity: Identity) -> tuple[Person | None, Collection[str]]:
        return self.people.by_id(identity.person), self.people.open_families([identity.family])


def judge(identity: Identity, person: Person | None, families: Collection[str]) -> None:
    """`families`: the sign-ins that have not ended. Raises BadToken, Disabled."""
    if person is None or person.disabled:
        raise Disabled("the person may not come in")
    if identity.issued < person.tokens_valid_after or identity.role != Role(person.role):
        raise BadToken("signed out everywhere, or given another role, since")
    if identity.family not in families:
        raise BadToken("signed out since")


def _node(request: Request) -> Node:
    held: Node = request.state.node
    return held


Here = Annotated[Node, Depends(_node)]
_bearer = HTTPBearer(auto_error=False, description="The token of POST /api/visitors or POST /api/login")
_Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _identified(here: Here, given: _Given) -> Identity:
    try:
        return await here.valid(given.credentials if given else "")
    except BadToken:
        raise Problem(*UNAUTHORIZED) from None


Anyone = Annotated[Identity, Depends(_identified)]


async def _staff(identity: Anyone) -> Identity:
    if not identity.staff:
        raise Problem(*FORBIDDEN)
    return identity


async def _admin(identity: Anyone) -> Identity:
    if identity.role is not Role.ADMIN:
        raise Problem(*FORBIDDEN)
    return identity


async def _customer(identity: Anyone) -> Identity:
    if identity.staff:
        raise Problem(*FORBIDDEN)
    return identity


Staff = Annotated[Identity, Depends(_staff)]
AdminOnly = Annotated[Identity, Depends(_admin)]
CustomerOnly = Annotated[Identity, Depends(_customer)]
