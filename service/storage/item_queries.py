"""What lists ask about items and the events in them: pages, newest first, each row as it was stored.

Guarantee: reads only; every list is answered along an index, however much is stored. Must not know what a page looks like.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from service.model.event import Event
from service.storage import search
from service.storage.database import one_of
from service.storage.items import StoredItem, event_of, stored_guid, stored_item
from service.storage.search_words import Term
from service.storage.tables import EVENTS, ITEMS

LARGEST_ID = search.LARGEST_ID
SLACK = timedelta(minutes=10)
"""Items get their numbers when they are stored, a little after they came: the order of both may differ by so much."""


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event with what a list says of its item."""

    id: int
    event: Event
    item_id: int
    title: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """Of one type, one entity, or of a time in which their items came; what is empty narrows nothing."""

    type: str = ""
    entity: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(
    connection: Connection, *, limit: int, before: int = LARGEST_ID, words: Sequence[Term] | None = None
) -> list[StoredItem]:
    """Items, those stored last first; with `words` those that say all of them (none at all: no item)."""
    statement = select(ITEMS).where(ITEMS.c.id < before).order_by(ITEMS.c.id.desc()).limit(limit)
    if words is not None:
        statement = statement.where(ITEMS.c.id.in_(search.find(connection, words, limit, before=before)))
    return [stored_item(row) for row in connection.execute(statement)]


def of_source(connection: Connection, source: str, limit: int, before: int = LARGEST_ID) -> list[StoredItem]:
    """The items of one source, those stored last first."""
    mine = (ITEMS.c.source == source, ITEMS.c.id < before)
    return [stored_item(row) for row in connection.execute(select(ITEMS).where(*mine).order_by(ITEMS.c.id.desc()).limit(limit))]


def by_hour(connection: Connection, since: datetime) -> dict[datetime, int]:
    """How many items came in each hour (UTC) since then."""
    first = _first_since(connection, since - SLACK)
    if connection.dialect.name == "postgresql":
        hour = func.date_trunc("hour", ITEMS.c.fetched_at)
    else:
        hour = func.substr(ITEMS.c.fetched_at, 1, len("2025-12-22 01"))  # times are text
    mine = (ITEMS.c.id >= first, ITEMS.c.fetched_at >= since)
    rows = connection.execute(select(hour, func.count()).where(*mine).group_by(hour))
    return {hour_of(at): count for at, count in rows}


def hour_of(value: str | datetime) -> datetime:
    """SQLite answers with the first letters of a time, PostgreSQL with a time."""
    at = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return at.astimezone(UTC)


def numbers(connection: Connection, source: str, guids: Collection[str]) -> dict[str, int]:
    """The numbers of the items of a source with these guids."""
    asked = {stored_guid(guid): guid for guid in guids}
    known = select(ITEMS.c.guid, ITEMS.c.id).where(ITEMS.c.source == source, one_of(connection, ITEMS.c.guid, list(asked)))
    return {asked[guid]: number for guid, number in connection.execute(known)}


def events(connection: Connection, wanted: WantedEvents, limit: int, before: int = LARGEST_ID) -> list[ListedEvent]:
    """Events, those of the items that were stored last first."""
    shown = (ITEMS.c.title, ITEMS.c.source, ITEMS.c.fetched_at)
    statement = select(EVENTS, *shown).join(ITEMS, ITEMS.c.id == EVENTS.c.item_id).where(EVENTS.c.id < before)
    if wanted.type:
        statement = statement.where(EVENTS.c.type == wanted.type)
    if wanted.entity:
        statement = statement.where(EVENTS.c.entity == wanted.entity)
    statement = _in_time(connection, statement, wanted)
    rows = connection.execute(statement.order_by(EVENTS.c.id.desc()).limit(limit))
    return [ListedEvent(row.id, event_of(row), row.item_id, row.title, row.source, row.fetched_at) for row in rows]


def _in_time(connection: Connection, statement: Select[Any], wanted: WantedEvents) -> Select[Any]:
    """Times stand in no index; the numbers of the items follow them, so the first and last number bound the search."""
    if wanted.since is not None:
        first = _first_since(connection, wanted.since - SLACK)
        statement = statement.where(EVENTS.c.id >= _event_from(connection, first), ITEMS.c.fetched_at >= wanted.since)
    if wanted.until is not None:
        last = _first_since(connection, wanted.until + SLACK)
        statement = statement.where(EVENTS.c.id < _event_from(connection, last), ITEMS.c.fetched_at < wanted.until)
    return statement


def _event_from(connection: Connection, item: int) -> int:
    """The number of the first event of this item or of a later one."""
    asked = select(EVENTS.c.id).where(EVENTS.c.item_id >= item).order_by(EVENTS.c.item_id, EVENTS.c.id).limit(1)
    return connection.execute(asked).scalar_one_or_none() or LARGEST_ID


def _first_since(connection: Connection, moment: datetime) -> int:
    """The number of the first item that came at this time or later; by halves, as numbers and times grow together."""
    low = 0
    high = (connection.execute(select(func.max(ITEMS.c.id))).scalar_one() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = select(ITEMS.c.id, ITEMS.c.fetched_at).where(ITEMS.c.id >= middle).order_by(ITEMS.c.id).limit(1)
        found: Any = connection.execute(at).first()
        if found is None or found.fetched_at >= moment:
            high = middle
        else:
            low = found.id + 1
    return low
