"""`/account`: what a person changes for themself: the password, how the pages speak, and where they are logged in.

Guarantee: a new password needs the old one and ends all other sessions at once.
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from service.model.user import Role, User
from service.storage import audit, sessions, users
from service.web.access import Person, allow
from service.web.access.choosing import fault_of_password
from service.web.access.gate import role_word
from service.web.access.login_page import Password
from service.web.access.logins import logins_of, speak
from service.web.context import WebContext
from service.web.i18n import LANGUAGES, zones
from service.web.i18n import gettext as _
from service.web.rendering import Pages

Short = Annotated[str, Form(max_length=100)]
COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Zurich",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "UTC",
)


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/account", dependencies=[allow(Role.VIEWER)])

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request, person: Person) -> Response:
        return _page(context, pages, request, person) if person.id else RedirectResponse("/setup", 303)

    @routes.post("/password")
    async def change_password(
        request: Request, person: Person, old: Password = "", password: Password = "", again: Password = ""
    ) -> Response:
        logins = logins_of(request)
        fault = fault_of_password(password, again, person.name)
        account = None if fault else await logins.account(request, person.name, old)
        if account is None:
            fault = fault or _("The present password is wrong.")
            answer = await run_in_threadpool(_page, context, pages, request, person, fault)
            answer.status_code = 422
            return answer
        await run_in_threadpool(_set_password, context, person, await logins.passwords.hashed(password))
        changed = RedirectResponse("/account", 303)
        await logins.enter(request, changed, account)
        return changed

    _taste(routes, context)
    _endings(routes, context)
    return routes


def _taste(routes: APIRouter, context: WebContext) -> None:
    @routes.post("/taste")
    def taste(person: Person, language: Short = "", time_zone: Short = "") -> RedirectResponse:
        if language and language not in LANGUAGES:
            raise HTTPException(400, _("There is no such language."))
        if time_zone and time_zone not in zones():
            raise HTTPException(400, _("There is no such time zone; write one like Asia/Shanghai."))
        with context.database.begin() as connection:
            users.set_taste(connection, person.id, language, time_zone)
        answer = RedirectResponse("/account", 303)
        speak(answer, language)
        return answer


def _endings(routes: APIRouter, context: WebContext) -> None:
    @routes.post("/sessions/end")
    def end_one(person: Person, session: Short = "") -> RedirectResponse:
        with context.database.begin() as connection:
            if sessions.end(connection, session, person.id):
                _note(context, connection, person, "one")
        return RedirectResponse("/account", 303)

    @routes.post("/sessions/end-others")
    async def end_others(request: Request, person: Person) -> RedirectResponse:
        asker = await logins_of(request).gate.asker(request)

        def end() -> None:
            with context.database.begin() as connection:
                if count := sessions.end_all(connection, person.id, but=asker.session):
                    _note(context, connection, person, str(count))

        await run_in_threadpool(end)
        return RedirectResponse("/account", 303)


def _page(context: WebContext, pages: Pages, request: Request, person: User, fault: str = "") -> HTMLResponse:
    with context.database.read() as connection:
        now = context.database.now(connection)
        mine = sessions.of_user(connection, person.id, now)
        account = users.get(connection, person.id)
    values = {"now": now, "sessions": mine, "this": request.state.asker.session, "fault": fault}
    values |= {
        "me": person,
        "role": role_word(person.role),
        "has_password": bool(account and account.password),
        "zones": COMMON_ZONES,
    }
    return pages.html("account.html", request, values)


def _set_password(context: WebContext, person: User, stored: str) -> None:
    with context.database.begin() as connection:
        users.set_password(connection, person.id, stored)
        now = context.database.now(connection)
        audit.write(connection, who=person.name, what="user.password", subject=person.name, now=now)


def _note(context: WebContext, connection: Connection, person: User, count: str) -> None:
    now = context.database.now(connection)
    audit.write(connection, who=person.name, what="session.end", subject=person.name, before=count, now=now)
