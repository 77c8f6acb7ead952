"""The schedule and memory of the sources.

Guarantee: a source that is due is claimed by one worker at a time; a claim that another worker took over after its lease, or
whose source was changed or removed meanwhile, can no longer record anything. Must not fetch.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from service.model.source import Source, SourceState
from service.storage.claiming import Quota, new_token, pick
from service.storage.database import database_now, insert_new, one_of
from service.storage.items import SEEN_EVERY
from service.storage.tables import SOURCES
from service.storage.types import dump_texts, load_texts


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to fetch one source once, until the lease ends."""

    source_id: str
    state: SourceState
    token: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What is known of one source, for people."""

    id: str
    kind: str
    host: str
    active: bool
    state: SourceState
    next_at: datetime | None
    fetching: bool
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_error: str
    last_reason: str
    last_new_items: int
    warnings: tuple[str, ...]


def sync(connection: Connection, sources: Sequence[Source], now: datetime) -> None:
    """Make the schedule say what sources.yaml says.

    New sources are due at once. A changed one too, and a fetch of it that is under way will not be recorded; when what changed is
    the address (kind, URL, options) its validators and its baseline are void. One that is gone stops and keeps its memory.
    """
    columns = (SOURCES.c.id, SOURCES.c.active, SOURCES.c.definition_hash, SOURCES.c.address_hash)
    known = {row.id: row for row in connection.execute(select(*columns).order_by(SOURCES.c.id).with_for_update())}
    new = []
    for source in sources:
        row = known.pop(source.id, None)
        if row is None:
            new.append(_new_row(source, now))
        elif not row.active or row.definition_hash != _definition_hash(source):
            changes = {**_definition(source), **_due_at_once(now)}
            if row.address_hash != _address_hash(source):
                changes |= _memory(SourceState())
            connection.execute(update(SOURCES).where(SOURCES.c.id == source.id).values(changes))
    insert_new(connection, SOURCES, new, "id")
    gone = [row.id for row in known.values() if row.active]
    connection.execute(
        update(SOURCES).where(SOURCES.c.id.in_(gone)).values(active=False, next_at=None, lease_until=None, token=None)
    )


def claim_due(connection: Connection, *, limit: int, per_host: int, lease: timedelta) -> list[Claim]:
    """The sources whose time has come, earliest first; at most `per_host` of one host are under way at any time."""
    now = database_now(connection)
    fetching = select(SOURCES.c.host, func.count()).where(SOURCES.c.lease_until > now).group_by(SOURCES.c.host)
    quota = Quota(per_host, {host: count for host, count in connection.execute(fetching)}, frozenset())
    rows = pick(connection, SOURCES, SOURCES.c.host, now, limit, quota, *SOURCES.c)
    if not rows:
        return []
    token = new_token()
    claimed = update(SOURCES).where(one_of(connection, SOURCES.c.id, [row.id for row in rows]))
    connection.execute(claimed.values(token=token, lease_until=now + lease, next_at=now + lease))
    return [Claim(row.id, _state(row), token) for row in rows]


def release(connection: Connection, now: datetime) -> int:
    """Give all leases back, due at once: for the start of a process that is alone with its database. How many there were."""
    leased = update(SOURCES).where(SOURCES.c.token.is_not(None))
    return connection.execute(leased.values(token=None, lease_until=None, next_at=now)).rowcount


def record_success(
    connection: Connection,
    claim: Claim,
    *,
    state: SourceState,
    next_at: datetime,
    new_items: int = 0,
    warnings: Sequence[str] = (),
) -> bool:
    """Store what the fetch learnt and when to come again; False when the claim was fenced off (then roll back)."""
    learnt = {"last_new_items": new_items, "warnings": dump_texts(warnings)}
    learnt["listed_since"] = database_now(connection) - 2 * SEEN_EVERY  # the second for a fetch that takes long
    return _finish(connection, claim, {**_succeeded(connection, state, next_at), **learnt})


def record_unchanged(connection: Connection, claim: Claim, *, state: SourceState, next_at: datetime) -> bool:
    """The source said that nothing changed: what was said of its last body stays. False when the claim was fenced off."""
    return _finish(connection, claim, _succeeded(connection, state, next_at))


def record_failure(connection: Connection, claim: Claim, *, error: str, reason: str, next_at: datetime) -> bool:
    """Count one more failure in a row; False when the claim was fenced off."""
    return _finish(
        connection,
        claim,
        {
            "failures": SOURCES.c.failures + 1,
            "next_at": next_at,
            "last_failure_at": database_now(connection),
            "last_error": error,
            "last_reason": reason,
        },
    )


def overview(connection: Connection) -> list[SourceStatus]:
    """All sources ever known, by id."""
    return [_status(row) for row in connection.execute(select(SOURCES).order_by(SOURCES.c.id))]


def get(connection: Connection, source_id: str) -> SourceStatus | None:
    """One source."""
    row = connection.execute(select(SOURCES).where(SOURCES.c.id == source_id)).one_or_none()
    return _status(row) if row else None


def poll_now(connection: Connection, source_id: str, now: datetime) -> bool:
    """Make a source due at once; False for one that is not read. One that is being fetched is left to whoever fetches it."""
    mine = (SOURCES.c.id == source_id, SOURCES.c.active, SOURCES.c.token.is_(None) | (SOURCES.c.lease_until <= now))
    connection.execute(update(SOURCES).where(*mine).values(next_at=now))
    known = get(connection, source_id)
    return known is not None and known.active


def _finish(connection: Connection, claim: Claim, changes: Mapping[str, Any]) -> bool:
    mine = update(SOURCES).where(SOURCES.c.id == claim.source_id, SOURCES.c.token == claim.token)
    return connection.execute(mine.values({**changes, "token": None, "lease_until": None})).rowcount == 1


def _succeeded(connection: Connection, state: SourceState, next_at: datetime) -> dict[str, Any]:
    now = database_now(connection)
    return {**_memory(state), "next_at": next_at, "last_success_at": now, "last_error": "", "last_reason": ""}


def _new_row(source: Source, now: datetime) -> dict[str, Any]:
    return {
        "id": source.id,
        **_definition(source),
        **_due_at_once(now),
        **_memory(SourceState()),
        "created_at": now,
        "last_error": "",
        "last_reason": "",
        "last_new_items": 0,
        "warnings": "[]",
    }


def _definition(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "host": source.host,
        "definition_hash": _definition_hash(source),
        "address_hash": _address_hash(source),
        "active": True,
    }


def _due_at_once(now: datetime) -> dict[str, Any]:
    return {"next_at": now, "lease_until": None, "token": None}


def _memory(state: SourceState) -> dict[str, Any]:
    return {
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "failures": state.failures,
        "baselined": state.baselined,
    }


def _state(row: Row[Any]) -> SourceState:
    return SourceState(row.etag, row.last_modified, row.body_hash, row.failures, row.baselined)


def _status(row: Row[Any]) -> SourceStatus:
    return SourceStatus(
        id=row.id,
        kind=row.kind,
        host=row.host,
        active=row.active,
        state=_state(row),
        next_at=row.next_at,
        fetching=row.token is not None,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_error=row.last_error,
        last_reason=row.last_reason,
        last_new_items=row.last_new_items,
        warnings=load_texts(row.warnings),
    )


def _address_hash(source: Source) -> str:
    return _hash(source.kind, source.url, dict(source.options))


def _definition_hash(source: Source) -> str:
    rest = (source.interval.total_seconds(), source.publisher, source.language, source.baseline)
    return _hash(_address_hash(source), *rest)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
