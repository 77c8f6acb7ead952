"""`/setup`: where a one-time link leads. It makes the first administrator, or sets the password of one user.

Guarantee: without a link that holds nothing is hashed or changed; a link works once, and of many who set a server up at the
same time one becomes administrator. The role stands in the link's row, never in the form.
"""

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from service.model.user import Role, user_name
from service.storage import audit, one_time_links, users
from service.storage.users import Account
from service.web.access import anyone
from service.web.access.choosing import fault_of_name, fault_of_password
from service.web.access.login_page import Name, Password
from service.web.access.logins import logins_of
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages

log = logging.getLogger(__name__)

Link = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link stands for: `user` is None for setting up the server."""

    user: Account | None


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(dependencies=[anyone()])

    async def page(request: Request, status: int, values: dict[str, object]) -> Response:
        bind = await logins_of(request).gate.anchor(request)
        values = {"offer": None, "link": "", "name": "", "fault": "", **values}
        answer = await run_in_threadpool(pages.html, "setup.html", request, values, status)
        answer.headers["Cache-Control"] = "no-store"
        bind(answer)
        return answer

    @routes.api_route("/setup", methods=["GET", "HEAD"])
    async def ask(request: Request, link: str = "") -> Response:
        asker = await logins_of(request).gate.asker(request)
        offer = await run_in_threadpool(_offer, context, link)
        if offer is None and not link and not asker.before_users:
            return RedirectResponse("/login", 303)
        return await page(request, 200 if offer or not link else 410, {"offer": offer, "link": link})

    @routes.post("/setup")
    async def set_up(
        request: Request, link: Link = "", name: Name = "", password: Password = "", again: Password = ""
    ) -> Response:
        offer = await run_in_threadpool(_offer, context, link)
        if offer is None:
            return await page(request, 410, {"link": link})
        name = offer.user.user.name if offer.user else user_name(name) or name
        fault = fault_of_name(name) or fault_of_password(password, again, name)
        if fault:
            return await page(request, 422, {"offer": offer, "link": link, "name": name, "fault": fault})
        logins = logins_of(request)
        account = await run_in_threadpool(_accept, context, link, name, await logins.passwords.hashed(password))
        answer = RedirectResponse("/", 303)
        await logins.enter(request, answer, account)
        return answer

    return routes


def _offer(context: WebContext, link: str) -> Offer | None:
    """What the link stands for; None where it has ended or was used."""
    with context.database.read() as connection:
        now = context.database.now(connection)
        if one_time_links.may_set_up(connection, link, now) and not users.any_user(connection):
            return Offer(None)
        found = one_time_links.user_of(connection, link, now)
        return Offer(users.get(connection, found)) if found else None


def _accept(context: WebContext, link: str, name: str, stored: str) -> Account:
    """Use the link; whoever comes too late is told so."""
    with context.database.begin() as connection:
        now = context.database.now(connection)
        if one_time_links.use_set_up(connection, link, now):
            made = users.add(connection, name, Role.ADMIN, stored, now)
            assert made is not None  # there was no user
            audit.write(connection, who=name, what="server.set_up", subject=name, after=Role.ADMIN.value, now=now)
            log.info("the server was set up: %s is its administrator", name)
            return made
        account = _owner(connection, one_time_links.use(connection, link, now))
        users.set_password(connection, account.id, stored)
        audit.write(connection, who=account.user.name, what="user.password", subject=account.user.name, now=now)
        return account


def _owner(connection: Connection, user_id: int | None) -> Account:
    account = users.get(connection, user_id) if user_id else None
    if account is None:
        raise HTTPException(410, _("This link was used already. Ask for a new one."))
    return account
