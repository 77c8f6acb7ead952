"""The alerts as they come, for everybody who follows them: one look at the database a second serves all streams.

Guarantee: whoever follows gets each alert that their filters let through, in the order in which it was seen; one that was
committed late is seen too. Whoever does not keep up is cut off, and goes on from where they were when they come back; nobody
follows for longer than LIFE without being asked again who they are. Must not decide who may follow.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from anyio.to_thread import run_sync
from sqlalchemy import Connection

from service.errors import StorageError
from service.storage import alert_stream
from service.storage.alerts import StoredAlert
from service.web.api.alerts import alert_rows, chosen
from service.web.context import WebContext
from service.web.filters import Filters

MOST_STREAMS = 500
LIFE = 900.0
"""Seconds; a browser comes back by itself."""
LOOK_SECONDS = 1.0
STOP_SECONDS = 0.2
"""How often it is asked whether the server is about to end."""
LATE = timedelta(seconds=60)
"""No transaction takes longer: what was made earlier than this before a look has been seen."""
WAITING = 200
"""Alerts that may wait for somebody who reads slowly."""
MOST_MISSED = 1000
"""Alerts that are told to somebody who comes back; of more the newest."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One alert, as it is told."""

    id: str
    data: str


@dataclass(eq=False, slots=True)
class Follower:
    """Somebody who follows: what they asked for, and what waits for them."""

    asked: Filters
    ends_at: float
    queue: "asyncio.Queue[Message | None]" = field(default_factory=lambda: asyncio.Queue(WAITING + 1))

    def tell(self, messages: Sequence[Message]) -> bool:
        """Put these behind what waits; False for one who does not keep up."""
        if self.queue.qsize() + len(messages) > WAITING:
            return False
        for message in messages:
            self.queue.put_nowait(message)
        return True

    def end(self) -> None:
        """Nothing more comes."""
        while self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Tape:
    """All who follow at this moment. Made once for an application; used from its event loop alone."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._followers: set[Follower] = set()
        self._looking: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._seen: frozenset[str] = frozenset()

    @property
    def full(self) -> bool:
        """Whether nobody more may follow."""
        return len(self._followers) >= MOST_STREAMS

    @asynccontextmanager
    async def following(self, asked: Filters) -> AsyncIterator[Follower]:
        """From when this is entered, nothing that is asked for is missed."""
        clock = asyncio.get_running_loop().time
        follower = Follower(asked, clock() + LIFE)
        self._followers.add(follower)
        if self._looking is None or self._looking.done():
            self._ready = asyncio.Event()
            self._looking = asyncio.create_task(self._look_on(), name="tape")
        try:
            await self._ready.wait()
            yield follower
        finally:
            self._followers.discard(follower)

    async def told(self, follower: Follower, after: str) -> AsyncIterator[Message]:
        """Every alert from now on; those that came after `after` (an id, or nothing) before."""
        missed = await run_sync(self._missed, follower.asked, after) if after else []
        for message in missed:
            yield message
        known = {message.id for message in missed}
        while (new := await follower.queue.get()) is not None:
            if new.id not in known:
                yield new

    async def _look_on(self) -> None:
        """Until nobody follows any more; whatever else ends this ends the streams too, so that nobody waits for nothing."""
        try:
            await self._look_until_alone()
        finally:
            self._ready.set()
            for follower in list(self._followers):
                self._drop(follower)

    async def _look_until_alone(self) -> None:
        clock = asyncio.get_running_loop().time
        await self._look_once(first=True)
        self._ready.set()
        next_look = clock() + LOOK_SECONDS
        while self._followers:
            await asyncio.sleep(STOP_SECONDS)
            stopping = self._context.stopping()
            for follower in [one for one in self._followers if stopping or one.ends_at <= clock()]:
                self._drop(follower)
            if clock() >= next_look and self._followers:
                next_look = clock() + LOOK_SECONDS
                await self._look_once()

    async def _look_once(self, *, first: bool = False) -> None:
        try:
            if first:
                self._seen = await run_sync(self._new)
            elif found := await run_sync(self._look, {one.asked for one in self._followers}):
                self._tell(found)
        except StorageError as error:
            log.warning("the streams wait: %s", error)

    def _tell(self, found: Mapping[Filters, Sequence[Message]]) -> None:
        for follower in list(self._followers):
            if not follower.tell(found.get(follower.asked, ())):
                self._drop(follower)

    def _drop(self, follower: Follower) -> None:
        self._followers.discard(follower)
        follower.end()

    def _new(self) -> frozenset[str]:
        with self._context.database.read() as connection:
            return self._lately(connection)

    def _lately(self, connection: Connection) -> frozenset[str]:
        return frozenset(alert_stream.since(connection, self._context.database.now(connection) - LATE))

    def _look(self, filters: Collection[Filters]) -> dict[Filters, list[Message]]:
        """What is new, by what was asked for."""
        with self._context.database.read() as connection:
            lately = self._lately(connection)
            new = lately - self._seen
            self._seen = lately
            if not new:
                return {}
            within = alert_stream.these(connection, sorted(new))
            found = {
                asked: chosen(connection, self._context.rulebook().catalog, asked, len(new), within=within) for asked in filters
            }
            every = {stored.alert.id: stored for shown in found.values() for stored in shown}
            messages = _messages(connection, list(every.values()))
        return {asked: [messages[stored.alert.id] for stored in reversed(shown)] for asked, shown in found.items()}

    def _missed(self, asked: Filters, after: str) -> list[Message]:
        with self._context.database.read() as connection:
            shown = chosen(
                connection,
                self._context.rulebook().catalog,
                asked,
                MOST_MISSED,
                within=alert_stream.later_than(connection, after),
            )
            messages = _messages(connection, shown)
        return [messages[stored.alert.id] for stored in reversed(shown)]


def _messages(connection: Connection, shown: Sequence[StoredAlert]) -> dict[str, Message]:
    rows = alert_rows(connection, shown)
    return {str(row["id"]): Message(str(row["id"]), json.dumps(row, ensure_ascii=False)) for row in rows}
