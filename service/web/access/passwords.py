"""Passwords, hashed with argon2id.

Guarantee: at most two are hashed at a time (64 MiB each), in threads of their own, so that a storm of tries takes neither the
memory nor the threads of the others; a name that nobody has takes as long as one that somebody has. Must not store or log one.
"""

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import HTTPException

from service.web.i18n import gettext as _

AT_A_TIME = 2
WAITING_AT_MOST = 30
SHORTEST = 10
LONGEST = 500


class Passwords:
    """One for an application."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
        self._limiter = CapacityLimiter(AT_A_TIME)

    async def hashed(self, password: str) -> str:
        """What is stored; 429 when too many wait."""
        self._require_room()
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def are_same(self, stored: str, password: str) -> bool:
        """Whether this is the password; "" for none takes as long and is not. 429 when too many wait."""
        if len(password) > LONGEST:
            return False
        if not stored:
            await self.hashed(password)
            return False
        self._require_room()
        return await to_thread.run_sync(self._verify, stored, password, limiter=self._limiter)

    def is_dated(self, stored: str) -> bool:
        """Whether it was hashed with the parameters of another day."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _require_room(self) -> None:
        if self._limiter.statistics().tasks_waiting >= WAITING_AT_MOST:
            raise HTTPException(429, _("Many people log in at the moment. Try again in a moment."), {"Retry-After": "5"})
