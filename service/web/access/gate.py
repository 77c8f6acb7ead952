"""Who asks, and whether they are let in.

Guarantee: a person is known by a session that holds, a token that holds, or the name that a configured proxy gives, read anew at
each request, so that revoking, disabling and a changed role count at once. Must not know any page.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol
from urllib.parse import quote

from fastapi import HTTPException, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from service.errors import StorageError
from service.model.user import Role, User, user_name
from service.storage import audit, sessions, tokens, users
from service.storage.database import Database
from service.web.access import cookies, peers
from service.web.access.asker import Asker, is_asking
from service.web.access.forgery import SAFE, form_token
from service.web.access.settings import AccessSettings
from service.web.i18n import gettext as _
from service.web.i18n import reader, reading

log = logging.getLogger(__name__)

ANY = "any"
"""A scope that every token has."""
FEEDS = "/feeds/"
"""Where a token may stand in the address (`?token=`), for readers that can send no headers; one that may only read."""
FORM_SECONDS = 24 * 60 * 60
LOCAL = User("local", Role.VIEWER)
"""Whoever reads on this machine before there are users."""


class GateContext(Protocol):
    """What the gate needs of the context of the pages."""

    @property
    def database(self) -> Database: ...
    @property
    def link_key(self) -> bytes: ...
    @property
    def access(self) -> AccessSettings: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who asks, and what to write down of it; `newcomer`: whom a proxy names for the first time."""

    asker: Asker
    note: Callable[[Connection], None] | None = None
    newcomer: str = ""


class Gate:
    """One for an application."""

    def __init__(self, context: GateContext) -> None:
        self._database = context.database
        self._key = context.link_key
        self.settings = context.access
        self._set_up = False

    def is_https(self, request: Request) -> bool:
        """Whether the person's browser speaks https to us."""
        return peers.is_https(request, self.settings)

    async def asker(self, request: Request) -> Asker:
        """Who asks; looked up once for a request."""
        known: Asker | None = getattr(request.state, "asker", None)
        if known is None:
            known = await run_in_threadpool(self._look, request)
            request.state.asker = known
        is_asking(known)
        if known.user is not None and known.user.time_zone:
            reading(replace(reader(), zone_name=known.user.time_zone))
        return known

    def recognize(self, request: Request) -> None:
        """For pages that no decision came before, such as that of an address with nothing there: show it to whom it is shown."""
        known: Asker | None = getattr(request.state, "asker", None)
        if known is None:
            with suppress(StorageError, HTTPException):
                known = request.state.asker = self._look(request)
        if known is not None:
            is_asking(known)

    async def anchor(self, request: Request) -> Callable[[Response], None]:
        """Bind the forms of this page to the browser, though nobody is logged in; what is returned puts it into the answer."""
        https = self.is_https(request)
        asker = await self.asker(request)
        if asker.form_token:
            return lambda answer: None
        secret = cookies.new_secret()
        request.state.asker = replace(asker, form_token=form_token(self._key, secret))
        is_asking(request.state.asker)
        return lambda answer: cookies.write(answer, cookies.FORM, secret, https=https, seconds=FORM_SECONDS)

    def admit(self, request: Request, asker: Asker, role: Role, scope: str) -> User:
        """The person, if they may; raises the refusal otherwise."""
        if asker.user is None:
            return self._stranger(request, asker, role)
        if asker.by_token and scope not in (ANY, *asker.scopes):
            raise HTTPException(403, _lacking(scope))
        if not asker.user.may(role):
            raise HTTPException(403, _too_low(asker.user, role))
        return asker.user

    def is_set_up(self, connection: Connection) -> bool:
        """Whether there is a user; once there is, there always is."""
        self._set_up = self._set_up or users.any_user(connection)
        return self._set_up

    def _stranger(self, request: Request, asker: Asker, role: Role) -> User:
        if asker.before_users:
            if self.settings.open_reading and role is Role.VIEWER and request.method in SAFE:
                return LOCAL
            raise _refused(request, "/setup", _("This server has no users yet: open the link that it printed when it started."))
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        place = f"?next={quote(path, safe='')}" if request.method in SAFE and path != "/" else ""
        raise _refused(request, f"/login{place}", _("Log in, or show a token: Authorization: Bearer …."))

    def _look(self, request: Request) -> Asker:
        with self._database.read() as connection:
            now = self._database.now(connection)
            seen = self._of_token(connection, request, now) or self._of_proxy(connection, request)
            seen = seen or self._of_session(connection, request, now) or self._unknown(connection, request)
        if seen.newcomer:
            seen = self._by_proxy(self._welcome(seen.newcomer))
        if seen.note:
            self._remember(seen.note)
        return seen.asker

    def _of_token(self, connection: Connection, request: Request, now: datetime) -> _Seen | None:
        shown = request.headers.getlist("authorization")
        in_address = not shown and request.url.path.startswith(FEEDS) and "token" in request.query_params
        if in_address:
            shown = [f"Bearer {request.query_params['token']}"]
        if not shown:
            return None
        kind, _, secret = shown[0].partition(" ")
        found = tokens.find(connection, secret.strip(), now) if len(shown) == 1 and kind.lower() == "bearer" else None
        if found is None:
            return _Seen(Asker(by_token=True))
        token, user = found
        if in_address and not all(scope.endswith(":read") for scope in token.scopes):
            raise HTTPException(403, _writes())
        stale = token.used_at is None or token.used_at <= now - sessions.SEEN_EVERY
        note = partial(tokens.used, number=token.id, now=now) if stale else None
        return _Seen(Asker(user, by_token=True, scopes=frozenset(token.scopes)), note)

    def _of_proxy(self, connection: Connection, request: Request) -> _Seen | None:
        named = peers.proxy_user(request, self.settings.proxy)
        if not named:
            return None
        name = user_name(named)
        known = users.named(connection, name) if name else None
        if known is None and name and self.settings.proxy.new_users is not None:
            return _Seen(Asker(), newcomer=name)
        return self._by_proxy(known)

    def _by_proxy(self, known: users.Account | None) -> _Seen:
        if known is None or known.disabled_at is not None:
            raise HTTPException(403, _("The proxy names somebody who is no user of this server."))
        return _Seen(Asker(known.user, form_token=form_token(self._key, f"proxy:{known.id}")))

    def _of_session(self, connection: Connection, request: Request, now: datetime) -> _Seen | None:
        secret = cookies.read(request, cookies.SESSION, https=self.is_https(request))
        found = sessions.find(connection, secret, self.settings.session_idle, now) if secret else None
        if found is None:
            return None
        session, user = found
        note = partial(sessions.seen, session=session.hash, now=now) if session.seen_at <= now - sessions.SEEN_EVERY else None
        return _Seen(Asker(user, session=session.hash, form_token=form_token(self._key, session.hash)), note)

    def _unknown(self, connection: Connection, request: Request) -> _Seen:
        anchor = cookies.read(request, cookies.FORM, https=self.is_https(request))
        return _Seen(Asker(form_token=form_token(self._key, anchor), before_users=not self.is_set_up(connection)))

    def _welcome(self, name: str) -> users.Account | None:
        """Somebody whom a proxy names for the first time; two requests that come together make one user."""
        role = self.settings.proxy.new_users
        assert role is not None, "then nobody is a newcomer"
        with self._database.begin() as connection:
            now = self._database.now(connection)
            made = users.add(connection, name, role, "", now)
            if made is None:
                return users.named(connection, name)
            audit.write(connection, who="proxy", what="user.add", subject=name, after=role.value, now=now)
            return made

    def _remember(self, note: Callable[[Connection], None]) -> None:
        """Nobody is turned away because it could not be written down when they came."""
        try:
            with self._database.begin() as connection:
                note(connection)
        except StorageError as error:
            log.warning("the last use of a session or token was not written down: %s", error)


def _writes() -> str:
    """Why a token that was shown in an address is refused."""
    return _("Addresses are seen by many: a token that stands in one may read alone. Make one with the scope alerts:read.")


def _lacking(scope: str) -> str:
    if not scope:
        return _("No token opens this: it is for people.")
    return _("This token lacks the scope %(scope)s.") % {"scope": scope}


def _too_low(user: User, role: Role) -> str:
    words = _("This needs the role %(needed)s, and %(name)s has the role %(role)s. An administrator can change that.")
    return words % {"needed": role_word(role), "name": user.name, "role": role_word(user.role)}


def role_word(role: Role) -> str:
    """The role in the reader's language."""
    return {Role.VIEWER: _("viewer"), Role.EDITOR: _("editor"), Role.ADMIN: _("administrator")}[role]


def _refused(request: Request, place: str, words: str) -> HTTPException:
    """A page leads its reader to where they can be let in; a program is told."""
    if request.url.path.startswith(("/api/", FEEDS)):
        return HTTPException(401, words, {"WWW-Authenticate": "Bearer"})
    if request.headers.get("hx-request") == "true":  # a part of a page: the whole page has to go there
        return HTTPException(401, words, {"HX-Redirect": place})
    return HTTPException(303, words, {"Location": place})
