"""The browsers that are logged in.

Guarantee: a session is found by the hash of its secret alone, never after its end, and never for a user who is disabled.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, desc, insert, select, update

from service.model.user import Role, User
from service.storage.access_tables import SESSIONS, USERS

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was used last: not every request writes."""
LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Session:
    """`hash` names it; `address` and `agent` are for its user to recognize it by."""

    hash: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


def hashed(secret: str) -> str:
    """What is stored of a secret that was drawn by us: it cannot be guessed, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def begin(connection: Connection, secret: str, user_id: int, expires_at: datetime, seen: tuple[str, str], now: datetime) -> None:
    """Open a session; `seen` is the address and the browser. What ended is cleared away."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
    address, agent = seen
    row = {"hash": hashed(secret), "user_id": user_id, "created_at": now, "seen_at": now, "expires_at": expires_at}
    connection.execute(insert(SESSIONS).values({**row, "address": address, "agent": agent[:LONGEST_AGENT]}))


def find(connection: Connection, secret: str, idle: timedelta, now: datetime) -> tuple[Session, User] | None:
    """The session and its user, if it still holds."""
    wanted = select(SESSIONS, USERS.c.name, USERS.c.role, USERS.c.language, USERS.c.time_zone)
    wanted = wanted.join_from(SESSIONS, USERS, SESSIONS.c.user_id == USERS.c.id)
    holds = (SESSIONS.c.expires_at > now, SESSIONS.c.seen_at > now - idle, USERS.c.disabled_at.is_(None))
    row = connection.execute(wanted.where(SESSIONS.c.hash == hashed(secret), *holds)).first()
    if row is None:
        return None
    return _session(row), User(row.name, Role(row.role), row.language, row.time_zone, row.user_id)


def seen(connection: Connection, session: str, now: datetime) -> None:
    """It was used just now."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.hash == session).values(seen_at=now))


def of_user(connection: Connection, user_id: int, now: datetime) -> Sequence[Session]:
    """The sessions of a user, the one used last first."""
    mine = select(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.expires_at > now)
    return [_session(row) for row in connection.execute(mine.order_by(desc(SESSIONS.c.seen_at)))]


def end(connection: Connection, session: str, user_id: int) -> bool:
    """End one session of a user; False when there is none."""
    mine = (SESSIONS.c.hash == session, SESSIONS.c.user_id == user_id)
    return connection.execute(delete(SESSIONS).where(*mine)).rowcount > 0


def forget(connection: Connection, secret: str) -> None:
    """End the session of a browser, if it has one."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == hashed(secret)))


def end_all(connection: Connection, user_id: int, but: str = "") -> int:
    """End all sessions of a user but one; how many there were."""
    return connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.hash != but)).rowcount


def _session(row: Row[Any]) -> Session:
    return Session(row.hash, row.created_at, row.seen_at, row.expires_at, row.address, row.agent)
