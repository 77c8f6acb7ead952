"""How often passwords may be tried.

Guarantee: no account sees more than 10 tries in any minute and no address makes more than 40, in all processes together. Who is
refused is remembered here until they may try again, so that a storm costs neither a transaction nor a hash.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection

from service.model.user import LONGEST_NAME, folded_name
from service.storage import throttles
from service.storage.database import Database
from service.storage.throttles import Limit

ACCOUNT = Limit(5, timedelta(seconds=12))
ADDRESS = Limit(20, timedelta(seconds=3))
REMEMBERED = 10_000


class Throttle:
    """One for an application."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._refused: dict[str, datetime] = {}
        self._lock = Lock()

    def take(self, address: str, name: str) -> timedelta:
        """Count a try; how long to wait when it may not be made. An address that is refused uses up nobody's account."""
        keys = ((f"address:{address}", ADDRESS), (f"account:{folded_name(name)[:LONGEST_NAME]}", ACCOUNT))
        with self._database.read() as connection:
            now = self._database.now(connection)
        known = max((self._known(key, now) for key, _ in keys), default=timedelta(0))
        if known:
            return known
        with self._database.begin() as connection:
            now = self._database.now(connection)
            wait = self._first_wait(connection, keys, now)
            throttles.clear(connection, now)
        return wait

    def _first_wait(self, connection: Connection, keys: Sequence[tuple[str, Limit]], now: datetime) -> timedelta:
        for key, limit in keys:
            wait = throttles.take(connection, key, limit, now)
            if wait:
                self._remember(key, now + wait)
                return wait
        return timedelta(0)

    def _known(self, key: str, now: datetime) -> timedelta:
        with self._lock:
            return max(timedelta(0), self._refused.get(key, now) - now)

    def _remember(self, key: str, until: datetime) -> None:
        with self._lock:
            if len(self._refused) >= REMEMBERED:
                self._refused.clear()
            self._refused[key] = until
