"""`/users`: who may use the console, and as what. For administrators.

Guarantee: an administrator is always left; a link that lets somebody in is shown once, in the answer to the one who asked for it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from service.errors import ConfigurationError
from service.model.user import Role, User, user_name
from service.storage import audit, users
from service.storage.users import Account
from service.web.access import Person, allow
from service.web.access.choosing import fault_of_name
from service.web.access.gate import role_word
from service.web.access.invitations import password_link
from service.web.access.login_page import Name
from service.web.access.peers import shown_base
from service.web.access.people import give_role, let_in, shut_out
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages

UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]
AskedRole = Annotated[Role, Form()]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/users", dependencies=[allow(Role.ADMIN)])

    def page(request: Request, status: int = 200, **values: object) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            known = users.everyone(connection)
        roles = [(role.value, role_word(role)) for role in Role]
        shown = {"now": now, "users": known, "roles": roles, "link": "", "invited": "", "fault": "", "name": "", **values}
        return pages.html("users.html", request, shown, status)

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        return page(request)

    @routes.post("")
    def add(request: Request, person: Person, role: AskedRole, name: Name = "") -> HTMLResponse:
        if fault := fault_of_name(name):
            return page(request, 422, fault=fault, name=name)
        with context.database.begin() as connection:
            now = context.database.now(connection)
            made = users.add(connection, user_name(name), role, "", now)
            if made is None:
                return page(request, 409, fault=_("There is a user of this name already."), name=name)
            audit.write(connection, who=person.name, what="user.add", subject=made.user.name, after=role.value, now=now)
            link = password_link(connection, shown_base(request, context.access), made.id, now)
        return page(request, link=link, invited=made.user.name)

    @routes.post("/{user_id}/link")
    def invite(request: Request, person: Person, user_id: UserId) -> HTMLResponse:
        with context.database.begin() as connection:
            now, account = context.database.now(connection), _known(connection, user_id)
            if account.disabled_at is not None:
                raise HTTPException(409, _("This user is disabled: enable them first."))
            audit.write(connection, who=person.name, what="user.link", subject=account.user.name, now=now)
            link = password_link(connection, shown_base(request, context.access), user_id, now)
        return page(request, link=link, invited=account.user.name)

    _changes(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext) -> None:
    def change(person: User, user_id: int, act: Callable[[Connection, str, Account, datetime], None]) -> RedirectResponse:
        try:
            with context.database.begin() as connection:
                act(connection, person.name, _known(connection, user_id), context.database.now(connection))
        except ConfigurationError as error:
            raise HTTPException(409, str(error)) from error
        return RedirectResponse("/users", 303)

    @routes.post("/{user_id}/role")
    def set_role(person: Person, user_id: UserId, role: AskedRole) -> RedirectResponse:
        return change(person, user_id, lambda connection, who, account, now: give_role(connection, who, account, role, now))

    @routes.post("/{user_id}/disable")
    def disable(person: Person, user_id: UserId) -> RedirectResponse:
        return change(person, user_id, shut_out)

    @routes.post("/{user_id}/enable")
    def enable(person: Person, user_id: UserId) -> RedirectResponse:
        return change(person, user_id, let_in)


def _known(connection: Connection, user_id: int) -> Account:
    account = users.get(connection, user_id)
    if account is None:
        raise HTTPException(404, _("There is no such user."))
    return account
