"""What both queues share: who may be claimed now, and how many for each host or target.

Guarantee: no row is picked by two workers (locked rows are skipped on PostgreSQL, SQLite's write lock serialises), and one key's
long backlog neither fills a claim nor hides the rows behind it. Must not know which queue it serves.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, select, tuple_

PAGE = 64
"""Rows of the first page of a claim."""


def new_token() -> str:
    """Fences one claim from every other one."""
    return uuid.uuid4().hex


def due(table: Table, now: datetime) -> ColumnElement[bool]:
    """Its time has come; a claim moves that to the end of its lease, so what is held is not looked at again before."""
    return table.c.next_at <= now


Share = int | Callable[[str], int] | None
"""At most so many rows of one key: the same for all, or as the key has it."""


class Quota:
    """How many rows of each key may still be picked; `used` counts what is already under way."""

    def __init__(self, per_key: Share, used: Mapping[str, int], excluded: frozenset[str]) -> None:
        self._per_key = per_key
        self._used = Counter(used)
        self.closed = set(excluded) | {key for key in used if self._is_full(key)}

    def take(self, key: str) -> bool:
        """Whether one more of this key fits; counts it."""
        if key in self.closed:
            return False
        if not self._used[key] and self._is_full(key):  # a share of nothing
            self.closed.add(key)
            return False
        self._used[key] += 1
        if self._is_full(key):
            self.closed.add(key)
        return True

    def _is_full(self, key: str) -> bool:
        share = self._per_key(key) if callable(self._per_key) else self._per_key
        return share is not None and self._used[key] >= share


def pick(
    connection: Connection, table: Table, key: Column[str], now: datetime, limit: int, quota: Quota, *columns: Column[Any]
) -> list[Row[Any]]:
    """Up to `limit` due rows, earliest first, locked until the transaction ends: `id`, `next_at`, the key and these columns.

    They are read in pages that grow, each behind the one before, so that little is locked in vain when one key has a long
    backlog: the rest of its rows are left out as soon as its quota is used up.
    """
    picked: list[Row[Any]] = []
    place = (table.c.next_at, table.c.id)
    asked = (
        select(*dict.fromkeys((*place, key, *columns))).where(due(table, now)).order_by(*place).with_for_update(skip_locked=True)
    )
    page, after = PAGE, asked
    while (missing := limit - len(picked)) > 0:
        size = min(missing, page)
        found = connection.execute(after.where(key.not_in(sorted(quota.closed))).limit(size)).all()
        picked.extend(row for row in found if quota.take(getattr(row, key.name)))
        if len(found) < size:
            break
        page *= 4
        last = (found[-1].next_at, found[-1].id)
        after = asked.where(tuple_(*place) > tuple_(*last, types=[column.type for column in place]))
    return picked
