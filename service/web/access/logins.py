"""Passwords held against accounts, and the sessions that follow.

Guarantee: a session is drawn anew at each login, and the one that the browser had before is ended; a wrong password, an unknown
name and a user who is disabled look and last alike. Must not know any page.
"""

import logging
import math
from datetime import timedelta

from fastapi import HTTPException, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from service.model.user import user_name
from service.storage import audit, sessions, users
from service.storage.database import Database
from service.storage.users import Account
from service.web.access import cookies, peers
from service.web.access.gate import Gate, GateContext
from service.web.access.passwords import Passwords
from service.web.access.throttling import Throttle
from service.web.i18n import gettext as _
from service.web.languages import LANGUAGE, YEAR

log = logging.getLogger(__name__)

SHOWN_OF_A_WRONG_NAME = 64


class Logins:
    """One for an application."""

    def __init__(self, context: GateContext, gate: Gate) -> None:
        self.passwords = Passwords()
        self.gate = gate
        self._database: Database = context.database
        self._throttle = Throttle(context.database)

    async def account(self, request: Request, name: str, password: str) -> Account | None:
        """The account that this name and password open; 429 when they were tried too often."""
        address = peers.client_address(request, self.gate.settings.proxy)
        wait = await run_in_threadpool(self._throttle.take, peers.address_key(address), user_name(name))
        if wait:
            raise too_often(wait)
        found = await run_in_threadpool(self._stored, name)
        if not await self.passwords.are_same(found.password if found else "", password) or found is None:
            log.warning("a login from %s as %r was refused", address, name[:SHOWN_OF_A_WRONG_NAME])
            return None
        if self.passwords.is_dated(found.password):
            await self._renew(found, password)
        return found

    async def enter(self, request: Request, response: Response, account: Account) -> None:
        """Log the browser in."""
        secret = cookies.new_secret()
        await run_in_threadpool(self._begin, request, account, secret)
        https, lasts = self.gate.is_https(request), self.gate.settings.session_lasts
        cookies.write(response, cookies.SESSION, secret, https=https, seconds=round(lasts.total_seconds()))
        cookies.remove(response, cookies.FORM, https=https)
        speak(response, account.user.language)

    def _stored(self, name: str) -> Account | None:
        with self._database.read() as connection:
            found = users.named(connection, user_name(name)) if user_name(name) else None
        return found if found and found.disabled_at is None else None

    def _begin(self, request: Request, account: Account, secret: str) -> None:
        before = cookies.read(request, cookies.SESSION, https=self.gate.is_https(request))
        seen = (peers.client_address(request, self.gate.settings.proxy), request.headers.get("user-agent", ""))
        with self._database.begin() as connection:
            now = self._database.now(connection)
            sessions.forget(connection, before)
            sessions.begin(connection, secret, account.id, now + self.gate.settings.session_lasts, seen, now)
            users.logged_in(connection, account.id, now)
            audit.write(
                connection, who=account.user.name, what="session.begin", subject=account.user.name, after=seen[0], now=now
            )

    async def _renew(self, account: Account, password: str) -> None:
        stored = await self.passwords.hashed(password)

        def write() -> None:
            with self._database.begin() as connection:
                users.refresh_password(connection, account.id, stored)

        await run_in_threadpool(write)


def logins_of(request: Request) -> Logins:
    """Those of the application that answers."""
    made: Logins = request.app.state.logins
    return made


def too_often(wait: timedelta) -> HTTPException:
    """The refusal of one try too many."""
    seconds = math.ceil(wait.total_seconds())
    words = _("Too many tries. Try again in %(seconds)s s.") % {"seconds": seconds}
    return HTTPException(429, words, {"Retry-After": str(seconds)})


def speak(response: Response, language: str) -> None:
    """From now on the pages speak the language that the person chose."""
    if language:
        response.set_cookie(LANGUAGE, language, max_age=YEAR, httponly=True, samesite="lax")


def end_session(connection: Connection, request: Request, gate: Gate) -> None:
    """Log this browser out, whoever it is."""
    sessions.forget(connection, cookies.read(request, cookies.SESSION, https=gate.is_https(request)))
