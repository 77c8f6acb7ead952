"""Silences as they were asked for, and as they ended.

Guarantee: none is forgotten before the alerts of its time, so that what was not told can be explained. Must not decide what is
silenced.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, desc, insert, select, update

from service.model.routing import Matcher
from service.model.silence import Silence
from service.storage.silence_tables import SILENCES

LARGEST_ID = 2**63 - 1


def add(connection: Connection, matchers: Sequence[Matcher], until: datetime, by: str, why: str, now: datetime) -> Silence:
    """Silence from now on what all these matchers hold for."""
    asked = {"matchers": _dump(matchers), "since": now, "until": until, "by": by, "why": why, "ended_by": ""}
    return _silence(connection.execute(insert(SILENCES).values(asked).returning(SILENCES)).one())


def in_force(connection: Connection, now: datetime) -> list[Silence]:
    """The silences that have not ended by then, oldest first."""
    found = select(SILENCES).where(SILENCES.c.until > now).order_by(SILENCES.c.id)
    return [_silence(row) for row in connection.execute(found)]


def latest(connection: Connection, limit: int, before: int = LARGEST_ID) -> list[Silence]:
    """Silences, ended ones as well, newest first; those with numbers below `before`."""
    asked = select(SILENCES).where(SILENCES.c.id < before).order_by(desc(SILENCES.c.id)).limit(limit)
    return [_silence(row) for row in connection.execute(asked)]


def get(connection: Connection, number: int) -> Silence | None:
    """One silence."""
    row = connection.execute(select(SILENCES).where(SILENCES.c.id == number)).one_or_none()
    return _silence(row) if row else None


def end(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """End a silence before its time; False when there is none that has not ended."""
    mine = (SILENCES.c.id == number, SILENCES.c.until > now)
    return connection.execute(update(SILENCES).where(*mine).values(until=now, ended_by=by)).rowcount > 0


def _dump(matchers: Sequence[Matcher]) -> str:
    return json.dumps([[one.label, one.op, one.value] for one in matchers], ensure_ascii=False)


def _silence(row: Row[Any]) -> Silence:
    matchers = tuple(Matcher(*parts) for parts in json.loads(row.matchers))
    return Silence(row.id, matchers, row.since, row.until, row.by, row.why, row.ended_by)
