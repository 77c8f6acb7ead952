"""The tables of those who use the console: users, sessions, tokens, one-time links, throttles, and who changed what.

Beside `tables`, whose conventions hold here. Guarantee: what opens a door is kept as a hash alone, so that whoever reads the
database cannot use it.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class UserRow(Row, table=True):
    """Somebody with a role. `folded` is the name as it is compared; `password` is an argon2 hash, or "" for none."""

    __tablename__ = "users"

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    name: str = Field(sa_type=CleanText)
    folded: str = Field(sa_type=CleanText, unique=True)
    role: str = Field(sa_type=CleanText)
    password: str = Field(sa_type=CleanText)
    language: str = Field(sa_type=CleanText)
    time_zone: str = Field(sa_type=CleanText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_login_at: datetime | None = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(sa_type=UtcDateTime)


class SessionRow(Row, table=True):
    """A browser that logged in."""

    __tablename__ = "sessions"

    hash: str = Field(sa_type=CleanText, primary_key=True)
    user_id: int = Field(sa_column=Column("user_id", BIG_ID, ForeignKey("users.id"), nullable=False, index=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    address: str = Field(sa_type=CleanText)
    agent: str = Field(sa_type=CleanText)


class TokenRow(Row, table=True):
    """What a program shows instead of a password. `scopes` is a JSON array."""

    __tablename__ = "tokens"

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    hash: str = Field(sa_type=CleanText, unique=True)
    user_id: int = Field(sa_column=Column("user_id", BIG_ID, ForeignKey("users.id"), nullable=False, index=True))
    name: str = Field(sa_type=CleanText)
    scopes: str = Field(sa_type=CleanText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(sa_type=UtcDateTime)


class OneTimeLinkRow(Row, table=True):
    """A link that may be used once: to set the server up (no user), or to set the password of a user."""

    __tablename__ = "one_time_links"

    hash: str = Field(sa_type=CleanText, primary_key=True)
    user_id: int | None = Field(sa_column=Column("user_id", BIG_ID, ForeignKey("users.id"), nullable=True, index=True))
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ThrottleRow(Row, table=True):
    """How far the tries of one account or address have used up their time; see `throttle`."""

    __tablename__ = "throttles"

    key: str = Field(sa_type=CleanText, primary_key=True)
    used_until: int = Field(sa_column=Column("used_until", BigInteger, nullable=False, index=True))


class AuditRow(Row, table=True):
    """Who changed what, from what to what."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "who", "id"), Index(None, "what", "id"), Index(None, "subject", "id"))

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(sa_type=CleanText)
    what: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    before: str = Field(sa_type=CleanText)
    after: str = Field(sa_type=CleanText)


USERS = table_of(UserRow)
SESSIONS = table_of(SessionRow)
TOKENS = table_of(TokenRow)
ONE_TIME_LINKS = table_of(OneTimeLinkRow)
THROTTLES = table_of(ThrottleRow)
AUDIT_LOG = table_of(AuditRow)
