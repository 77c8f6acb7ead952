"""Tokens of programs that speak to the API.

Guarantee: a token is stored as a hash, so it can be shown once alone; one that is revoked, has expired or whose owner is disabled
is not found. Revoked ones are kept for the audit.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, desc, insert, or_, select, update

from service.model.user import Role, User
from service.storage.access_tables import TOKENS, USERS
from service.storage.sessions import hashed
from service.storage.types import dump_texts, load_texts


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; `expires_at` None is never."""

    id: int
    owner: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything still."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is made of."""

    user_id: int
    name: str
    scopes: Collection[str]
    expires_at: datetime | None = None


def add(connection: Connection, secret: str, new: NewToken, now: datetime) -> int:
    """Store a token; its number."""
    row = {"hash": hashed(secret), "user_id": new.user_id, "name": new.name, "scopes": dump_texts(sorted(new.scopes))}
    row |= {"created_at": now, "expires_at": new.expires_at}
    made: int = connection.execute(insert(TOKENS).values(row).returning(TOKENS.c.id)).scalar_one()
    return made


def find(connection: Connection, secret: str, now: datetime) -> tuple[Token, User] | None:
    """The token and its owner, if it holds."""
    wanted = _TOKEN.where(TOKENS.c.hash == hashed(secret), TOKENS.c.revoked_at.is_(None), USERS.c.disabled_at.is_(None))
    row = connection.execute(wanted.where(or_(TOKENS.c.expires_at.is_(None), TOKENS.c.expires_at > now))).first()
    if row is None:
        return None
    return _token(row), User(row.owner, Role(row.role), row.language, row.time_zone, row.user_id)


def used(connection: Connection, number: int, now: datetime) -> None:
    """It was shown just now."""
    connection.execute(update(TOKENS).where(TOKENS.c.id == number).values(used_at=now))


def listed(connection: Connection) -> Sequence[Token]:
    """All tokens, those that ended too, newest first."""
    return [_token(row) for row in connection.execute(_TOKEN.order_by(desc(TOKENS.c.id)))]


def revoke(connection: Connection, number: int, now: datetime) -> Token | None:
    """End a token; None when there is none that has not ended."""
    mine = (TOKENS.c.id == number, TOKENS.c.revoked_at.is_(None))
    if not connection.execute(update(TOKENS).where(*mine).values(revoked_at=now)).rowcount:
        return None
    return _token(connection.execute(_TOKEN.where(TOKENS.c.id == number)).one())


_OWNER = (USERS.c.name.label("owner"), USERS.c.role, USERS.c.language, USERS.c.time_zone)
_TOKEN = select(TOKENS, *_OWNER).join_from(TOKENS, USERS, TOKENS.c.user_id == USERS.c.id)


def _token(row: Row[Any]) -> Token:
    times = (row.created_at, row.expires_at, row.used_at, row.revoked_at)
    return Token(row.id, row.owner, row.name, load_texts(row.scopes), *times)
