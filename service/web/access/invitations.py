"""The links that let somebody in who has no password yet: the first administrator, and each user once.

Guarantee: a link is printed or shown once; what is stored opens nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.storage import one_time_links
from service.web.access.cookies import new_secret

PATH = "/setup"
LASTS = timedelta(hours=24)


def set_up_link(connection: Connection, base_url: str, now: datetime) -> str:
    """The address at which the first administrator is made."""
    return _link(connection, base_url, None, now)


def password_link(connection: Connection, base_url: str, user_id: int, now: datetime) -> str:
    """The address at which one user sets a password."""
    return _link(connection, base_url, user_id, now)


def _link(connection: Connection, base_url: str, user_id: int | None, now: datetime) -> str:
    secret = new_secret()
    one_time_links.add(connection, secret, user_id, now + LASTS, now)
    return f"{base_url.rstrip('/')}{PATH}?link={secret}"
