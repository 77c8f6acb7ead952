"""Links that may be used once: to set the server up, or to set the password of one user.

Guarantee: a link is used by one request alone, however many come together, and the first user of a server is made by one of
them alone. Links are stored as hashes.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from service.storage.access_tables import ONE_TIME_LINKS
from service.storage.sessions import hashed
from service.storage.users import any_user


def add(connection: Connection, secret: str, user_id: int | None, expires_at: datetime, now: datetime) -> None:
    """A new link: for a user, or (None) for setting up. Those that ended are cleared away."""
    connection.execute(delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.expires_at <= now))
    connection.execute(insert(ONE_TIME_LINKS).values(hash=hashed(secret), user_id=user_id, expires_at=expires_at))


def may_set_up(connection: Connection, secret: str, now: datetime) -> bool:
    """Whether this link would set the server up, without using it."""
    mine = (ONE_TIME_LINKS.c.hash == hashed(secret), ONE_TIME_LINKS.c.user_id.is_(None), ONE_TIME_LINKS.c.expires_at > now)
    return connection.execute(select(ONE_TIME_LINKS.c.hash).where(*mine)).first() is not None


def use_set_up(connection: Connection, secret: str, now: datetime) -> bool:
    """Whether the caller makes the first user. All links for it are gone then: whoever comes at the same time waits for the
    same rows, finds them gone or a user there, and is refused.
    """
    if not may_set_up(connection, secret, now):
        return False
    gone = delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.user_id.is_(None)).returning(ONE_TIME_LINKS.c.hash)
    return hashed(secret) in connection.execute(gone).scalars().all() and not any_user(connection)


def user_of(connection: Connection, secret: str, now: datetime) -> int | None:
    """Whose password this link would set, without using it."""
    mine = (ONE_TIME_LINKS.c.hash == hashed(secret), ONE_TIME_LINKS.c.user_id.is_not(None), ONE_TIME_LINKS.c.expires_at > now)
    return connection.execute(select(ONE_TIME_LINKS.c.user_id).where(*mine)).scalar_one_or_none()


def use(connection: Connection, secret: str, now: datetime) -> int | None:
    """Whose password the caller sets; the link is gone then."""
    mine = (ONE_TIME_LINKS.c.hash == hashed(secret), ONE_TIME_LINKS.c.user_id.is_not(None), ONE_TIME_LINKS.c.expires_at > now)
    return connection.execute(delete(ONE_TIME_LINKS).where(*mine).returning(ONE_TIME_LINKS.c.user_id)).scalar_one_or_none()
