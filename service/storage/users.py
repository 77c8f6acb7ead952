"""The users of the console.

Guarantee: no two users have names that compare equal, and none is ever deleted, so that the audit log keeps its people. A user
who is disabled has no sessions left. Must not decide who may do what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from service.model.user import Role, User, folded_name
from service.storage.access_tables import ONE_TIME_LINKS, SESSIONS, USERS
from service.storage.database import insert_new


@dataclass(frozen=True, slots=True)
class Account:
    """A user as stored. `password` is an argon2 hash or ""; it is shown to nobody."""

    user: User
    password: str
    created_at: datetime
    last_login_at: datetime | None
    disabled_at: datetime | None

    @property
    def id(self) -> int:
        """The number of the user."""
        return self.user.id


def any_user(connection: Connection) -> bool:
    """Whether the server was set up."""
    return connection.execute(select(USERS.c.id).limit(1)).first() is not None


def add(connection: Connection, name: str, role: Role, password: str, now: datetime) -> Account | None:
    """A new user; None when there is one of this name."""
    row = {"name": name, "folded": folded_name(name), "role": role.value, "password": password, "created_at": now}
    row |= {"language": "", "time_zone": ""}
    made = insert_new(connection, USERS, [row], "id")
    return get(connection, made[0][0]) if made else None


def get(connection: Connection, user_id: int) -> Account | None:
    """The user of this number."""
    return _one(connection, _ACCOUNT.where(USERS.c.id == user_id))


def named(connection: Connection, name: str) -> Account | None:
    """The user of this name."""
    return _one(connection, _ACCOUNT.where(USERS.c.folded == folded_name(name)))


def everyone(connection: Connection) -> Sequence[Account]:
    """All users by name."""
    return [account(row) for row in connection.execute(_ACCOUNT.order_by(USERS.c.folded))]


def other_admins(connection: Connection, user_id: int) -> bool:
    """Whether an administrator is left without this one. Takes the admins' rows, so that two cannot take each other away."""
    admins = select(USERS.c.id).where(USERS.c.role == Role.ADMIN.value, USERS.c.disabled_at.is_(None)).with_for_update()
    return any(found != user_id for found in connection.execute(admins.order_by(USERS.c.id)).scalars().all())


def set_role(connection: Connection, user_id: int, role: Role) -> None:
    """From the next request on."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(role=role.value))


def set_password(connection: Connection, user_id: int, password: str) -> None:
    """A new password ends all sessions and all links for setting one."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(password=password))
    _shut_out(connection, user_id)


def refresh_password(connection: Connection, user_id: int, password: str) -> None:
    """The same password, hashed anew with the parameters of today."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(password=password))


def set_disabled(connection: Connection, user_id: int, at: datetime | None) -> None:
    """Shut a user out at once, or (None) let them in again."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(disabled_at=at))
    _shut_out(connection, user_id)


def set_taste(connection: Connection, user_id: int, language: str, time_zone: str) -> None:
    """How the pages speak to a user; "" leaves it to the browser."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(language=language, time_zone=time_zone))


def logged_in(connection: Connection, user_id: int, now: datetime) -> None:
    """Remember the last login."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(last_login_at=now))


def account(row: Row[Any]) -> Account:
    """The user in a row that holds the columns of users."""
    user = User(row.name, Role(row.role), row.language, row.time_zone, row.id)
    return Account(user, row.password, row.created_at, row.last_login_at, row.disabled_at)


def _shut_out(connection: Connection, user_id: int) -> None:
    for table in (SESSIONS, ONE_TIME_LINKS):
        connection.execute(delete(table).where(table.c.user_id == user_id))


_ACCOUNT = select(USERS)


def _one(connection: Connection, wanted: Select[Any]) -> Account | None:
    row = connection.execute(wanted).first()
    return account(row) if row else None
