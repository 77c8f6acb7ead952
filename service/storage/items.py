"""Items and the events found in them.

Guarantee: an item is stored once for each source and guid, whoever else stores it at the same moment.
Must not decide whether an item is news: the caller asks `known` and says what it did (`disposition`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, desc, func, insert, select, update

from service.model.event import Event, Status
from service.model.item import Item
from service.model.span import Span
from service.storage import search
from service.storage.database import insert_new as insert_new_rows
from service.storage.database import one_of
from service.storage.tables import EVENTS, ITEMS
from service.storage.types import clean, dump_mapping, in_utc, load_mapping

Disposition = Literal["evaluated", "baseline", "noted"]
BATCH = 1000
SEEN_EVERY = timedelta(days=1)
"""How often it is written down that a source still lists an item."""
GUID_BYTES = 1024
"""Longer guids are cut and keep their identity by a hash: an index entry of PostgreSQL holds 2,700 bytes."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with what was done to it."""

    id: int
    item: Item
    fetched_at: datetime
    disposition: str
    rules_version: str


def known(connection: Connection, source: str, guids: Iterable[str], content_hashes: Iterable[str]) -> tuple[set[str], set[str]]:
    """Which of these guids, and which of these contents, the source has published before."""
    asked = {stored_guid(guid): guid for guid in guids}
    found = _among(connection, source, "guid", list(asked))
    return {asked[guid] for guid in found}, _among(connection, source, "content_hash", list(content_hashes))


def long_unseen(
    connection: Connection, source: str, guids: Iterable[str], content_hashes: Iterable[str], now: datetime
) -> list[int]:
    """The ids of those of these items whose source was not seen to list them for a day."""
    before = (ITEMS.c.source == source, func.coalesce(ITEMS.c.seen_at, ITEMS.c.fetched_at) < now - SEEN_EVERY)
    found: set[int] = set()
    for column, values in (("guid", [stored_guid(guid) for guid in guids]), ("content_hash", list(content_hashes))):
        for start in range(0, len(values), BATCH):
            asked = one_of(connection, ITEMS.c[column], values[start : start + BATCH])
            found.update(connection.execute(select(ITEMS.c.id).where(*before, asked)).scalars())
    return sorted(found)


def mark_seen(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Write down that their source lists these items."""
    for start in range(0, len(ids), BATCH):
        mine = one_of(connection, ITEMS.c.id, ids[start : start + BATCH])
        connection.execute(update(ITEMS).where(mine).values(seen_at=now))


def insert_new(
    connection: Connection, items: Sequence[Item], *, disposition: Disposition, rules_version: str, now: datetime
) -> list[tuple[int, Item]]:
    """Store the items whose guid is new to their source; those, as stored, in the order given, with their ids."""
    stored: list[tuple[int, Item]] = []
    for start in range(0, len(items), BATCH):
        batch: dict[tuple[str, str], Item] = {}
        for item in map(as_stored, items[start : start + BATCH]):
            batch.setdefault((item.source, item.guid), item)
        common = {"fetched_at": now, "disposition": disposition, "rules_version": rules_version}
        rows = [{**_item_row(item), **common} for item in batch.values()]
        inserted = insert_new_rows(connection, ITEMS, rows, "id", "source", "guid")
        ids = {(source, guid): number for number, source, guid in inserted}
        new = [(ids[key], item) for key, item in batch.items() if key in ids]
        search.add(connection, [(number, item.title, item.text) for number, item in new])
        stored += new
    return stored


def save_events(connection: Connection, pairs: Sequence[tuple[int, Event]]) -> None:
    """Store events with the ids of their items, in the order of the text."""
    if pairs:
        connection.execute(insert(EVENTS), [_event_row(item_id, event) for item_id, event in pairs])


def get(connection: Connection, item_id: int) -> StoredItem | None:
    """One item by its id."""
    return _one(connection, select(ITEMS).where(ITEMS.c.id == item_id))


def find(connection: Connection, text: str) -> StoredItem | None:
    """The item that a person means: its id, else its guid (the latest, when several sources have it)."""
    by_id = get(connection, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return by_id or _one(connection, select(ITEMS).where(ITEMS.c.guid == stored_guid(text)).order_by(desc(ITEMS.c.id)).limit(1))


def events_of(connection: Connection, item_id: int) -> list[Event]:
    """The events of an item, in the order of the text."""
    return [event_of(row) for row in connection.execute(select(EVENTS).where(EVENTS.c.item_id == item_id).order_by(EVENTS.c.id))]


def recent(connection: Connection, limit: int) -> list[StoredItem]:
    """The items stored last, newest first."""
    return [stored_item(row) for row in connection.execute(select(ITEMS).order_by(desc(ITEMS.c.id)).limit(limit))]


def newest(connection: Connection, since: datetime, most: int) -> tuple[int, bool]:
    """The number after which at most `most` items came since then, and whether that leaves some of them out.

    Numbers grow with the time of arrival, so that halves are looked into instead of every item.
    """
    last = connection.execute(select(func.max(ITEMS.c.id))).scalar_one() or 0
    low, high = 0, last  # everything up to `low` is older; the answer is at most `high`
    while low < high:
        middle = (low + high) // 2
        found = select(ITEMS.c.id, ITEMS.c.fetched_at).where(ITEMS.c.id > middle).order_by(ITEMS.c.id).limit(1)
        row = connection.execute(found).first()
        if row is not None and row.fetched_at < since:
            low = row.id
        else:
            high = middle
    return max(low, last - most), last - most > low


def replay(
    connection: Connection, since: datetime, dispositions: Sequence[Disposition], after: int = 0
) -> Iterator[tuple[StoredItem, list[Event]]]:
    """Every item that came since then with its events, in the order of arrival, a batch at a time; `after` this number only."""
    last = after
    wanted = (ITEMS.c.fetched_at >= since, ITEMS.c.disposition.in_(dispositions))
    while True:
        asked = select(ITEMS).where(ITEMS.c.id > last, *wanted).order_by(ITEMS.c.id).limit(BATCH)
        rows = connection.execute(asked).all()
        if not rows:
            return
        events: dict[int, list[Event]] = {}
        between = EVENTS.c.item_id.between(rows[0].id, rows[-1].id)
        for event in connection.execute(select(EVENTS).where(between).order_by(EVENTS.c.item_id, EVENTS.c.id)):
            events.setdefault(event.item_id, []).append(event_of(event))
        for row in rows:
            yield stored_item(row), events.get(row.id, [])
        last = rows[-1].id


def _among(connection: Connection, source: str, column: str, values: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(values), BATCH):
        asked = one_of(connection, ITEMS.c[column], values[start : start + BATCH])
        found.update(connection.execute(select(ITEMS.c[column]).where(ITEMS.c.source == source, asked)).scalars())
    return found


def stored_guid(guid: str) -> str:
    """The guid as it is stored: clean, and cut to what an index takes."""
    guid = clean(guid)
    encoded = guid.encode()
    if len(encoded) <= GUID_BYTES:
        return guid
    return f"{encoded[: GUID_BYTES // 2].decode(errors='ignore')}…sha256:{hashlib.sha256(encoded).hexdigest()}"


def as_stored(item: Item) -> Item:
    """The item as it is stored: what it is asked and answered by from then on."""
    return Item(
        source=clean(item.source),
        guid=stored_guid(item.guid),
        title=clean(item.title),
        text=clean(item.text),
        link=clean(item.link),
        published=in_utc(item.published) if item.published else None,
        publisher=clean(item.publisher),
        language=clean(item.language),
    )


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "source": item.source,
        "guid": item.guid,
        "content_hash": item.content_hash,
        "title": item.title,
        "text": item.text,
        "link": item.link,
        "published": item.published,
        "publisher": item.publisher,
        "language": item.language,
    }


def _one(connection: Connection, statement: Select[Any]) -> StoredItem | None:
    row = connection.execute(statement).first()
    return stored_item(row) if row else None


def stored_item(row: Row[Any]) -> StoredItem:
    """The item of a row of ITEMS."""
    item = Item(
        source=row.source,
        guid=row.guid,
        title=row.title,
        text=row.text,
        link=row.link,
        published=row.published,
        publisher=row.publisher,
        language=row.language,
    )
    return StoredItem(row.id, item, row.fetched_at, row.disposition, row.rules_version)


def _event_row(item_id: int, event: Event) -> dict[str, Any]:
    subject_start, subject_end = event.subject_span or (None, None)
    return {
        "item_id": item_id,
        "type": event.type,
        "subject": event.subject,
        "evidence_start": event.evidence.start,
        "evidence_end": event.evidence.end,
        "trigger_start": event.trigger.start,
        "trigger_end": event.trigger.end,
        "status": event.status.value,
        "entity": event.entity,
        "alias": event.alias,
        "subject_start": subject_start,
        "subject_end": subject_end,
        "day": event.day,
        "fields": dump_mapping(event.fields),
        "entry": event.entry,
    }


def event_of(row: Row[Any]) -> Event:
    """The event of a row of EVENTS."""
    return Event(
        type=row.type,
        subject=row.subject,
        evidence=Span(row.evidence_start, row.evidence_end),
        trigger=Span(row.trigger_start, row.trigger_end),
        status=Status(row.status),
        entity=row.entity,
        alias=row.alias,
        subject_span=None if row.subject_start is None else Span(row.subject_start, row.subject_end),
        day=row.day,
        fields=load_mapping(row.fields),
        entry=row.entry,
    )
