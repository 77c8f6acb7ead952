"""What windows remember: occurrences, and for each rule and key what was told.

Guarantee: whoever `hold`s a rule's key holds it until the transaction ends, so those who count for it take turns, and each sees
what those before it stored; the keys are taken in one order, so that two that want several do not block each other for good.
Must not decide anything.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, desc, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.model.window import Occurrence, Told
from service.storage.database import insert_new, one_of
from service.storage.window_tables import OCCURRENCES, WINDOWS

MOST = 5000
"""Occurrences of one key that are looked at together; of more, those that came last."""
KEY_BYTES = 512
"""Longer keys keep their identity by a hash: an index entry of PostgreSQL holds 2,700 bytes."""
_NOUN = tuple(Occurrence.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class State:
    """One key of a rule: since when it is known, swept when, the last match, and what was told."""

    since: datetime
    swept_at: datetime | None
    last_at: datetime | None
    told: Told | None


def hold(connection: Connection, wanted: Iterable[tuple[str, str]], now: datetime) -> dict[tuple[str, str], State]:
    """The state of each (rule, key), made where there is none, and held until the transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    states = {}
    for rule, key in sorted(set(wanted)):
        row = {"rule": rule, "key": _key(key), "since": now, "expires_at": None}
        made = dialect.insert(WINDOWS).values(row)
        found = made.on_conflict_do_update(index_elements=["rule", "key"], set_={"rule": made.excluded.rule}).returning(WINDOWS)
        states[rule, key] = _state(connection.execute(found).one())
    return states


def watch(connection: Connection, rules: Collection[str], now: datetime, gap: timedelta) -> None:
    """Somebody watches these rules at this moment; where nobody did for longer than `gap`, the watch begins anew."""
    insert_new(
        connection, WINDOWS, [{"rule": rule, "key": "", "since": now, "expires_at": None} for rule in sorted(rules)], "rule"
    )
    broken = (WINDOWS.c.swept_at.is_(None)) | (WINDOWS.c.swept_at < now - gap)
    values = {"since": case((broken, now), else_=WINDOWS.c.since), "swept_at": now}
    connection.execute(update(WINDOWS).where(WINDOWS.c.key == "", one_of(connection, WINDOWS.c.rule, rules)).values(values))


def since(connection: Connection, rules: Collection[str]) -> dict[str, datetime]:
    """From when on each of these rules has been watched."""
    asked = select(WINDOWS.c.rule, WINDOWS.c.since).where(WINDOWS.c.key == "", one_of(connection, WINDOWS.c.rule, rules))
    return {row.rule: row.since for row in connection.execute(asked)}


def near(connection: Connection, rule: str, key: str, first: datetime, last: datetime) -> list[Occurrence]:
    """What is remembered of a key between two times, oldest first."""
    table = OCCURRENCES.c
    columns = [table[name] for name in _NOUN]
    asked = select(*columns).where(table.rule == rule, table.key == _key(key), table.at >= first, table.at <= last)
    rows = connection.execute(asked.order_by(desc(table.at), desc(table.id)).limit(MOST)).all()
    return [Occurrence(*row) for row in reversed(rows)]


def remember(connection: Connection, rows: Sequence[tuple[str, str, Occurrence, datetime]]) -> None:
    """Store (rule, key, occurrence, when to forget it)."""
    if rows:
        made = [{"rule": rule, "key": _key(key), "expires_at": until, **asdict(one)} for rule, key, one, until in rows]
        connection.execute(insert(OCCURRENCES), made)


def save(connection: Connection, rule: str, key: str, state: State, expires_at: datetime | None) -> None:
    """Write back what is held; the row of the rule itself (key "") never expires."""
    told = state.told
    values = {
        "since": state.since,
        "swept_at": state.swept_at,
        "last_at": state.last_at,
        "told_first": told.first if told else None,
        "told_last": told.last if told else None,
        "expires_at": expires_at if key else None,
    }
    connection.execute(update(WINDOWS).where(WINDOWS.c.rule == rule, WINDOWS.c.key == _key(key)).values(values))


def prune(connection: Connection, now: datetime) -> int:
    """Forget what is over; how many occurrences went."""
    connection.execute(delete(WINDOWS).where(WINDOWS.c.expires_at < now))
    gone = connection.execute(delete(OCCURRENCES).where(OCCURRENCES.c.expires_at < now))
    return gone.rowcount


def _state(row: Row[Any]) -> State:
    told = Told(row.told_first, row.told_last) if row.told_first else None
    return State(row.since, row.swept_at, row.last_at, told)


def _key(key: str) -> str:
    encoded = key.encode("utf-8", "replace")
    return key if len(encoded) <= KEY_BYTES else f"sha256:{hashlib.sha256(encoded).hexdigest()}"
