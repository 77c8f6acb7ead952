"""`/tokens`: what programs show to use the API. For administrators.

Guarantee: a token is shown once, in the answer to the one who made it; what is stored opens nothing.
"""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.model.user import SCOPES, Role
from service.storage import audit, tokens, users
from service.storage.tokens import NewToken
from service.web.access import Person, allow
from service.web.access.cookies import new_secret
from service.web.access.gate import role_word
from service.web.access.login_page import Name
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages

TokenId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Scopes = Annotated[list[str], Form(default_factory=list, max_length=len(SCOPES))]
Days = Annotated[int, Form(ge=0, le=3650)]
PREFIX = "tw_"
"""Says what it is to whoever finds one, and to programs that look for secrets in places where none should be."""
LONGEST_NAME = 100


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/tokens", dependencies=[allow(Role.ADMIN)])

    def page(request: Request, status: int = 200, **values: object) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            shown = {
                "tokens": tokens.listed(connection),
                "users": [one for one in users.everyone(connection) if not one.disabled_at],
            }
        choices = {"scopes": SCOPES, "words": role_word, "name": "", "made": "", "fault": "", "chosen": (), "days": 90}
        return pages.html("tokens.html", request, {"now": now, **shown, **choices, **values}, status)

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        return page(request)

    @routes.post("")
    def add(request: Request, person: Person, scopes: Scopes, name: Name = "", owner: Name = "", days: Days = 90) -> HTMLResponse:
        fault = fault_of(name, scopes)
        if fault:
            return page(request, 422, fault=fault, name=name, chosen=tuple(scopes), days=days)
        secret = new_token()
        with context.database.begin() as connection:
            now = context.database.now(connection)
            account = users.named(connection, owner or person.name)
            if account is None:
                raise HTTPException(404, _("There is no such user."))
            tokens.add(connection, secret, NewToken(account.id, name.strip(), set(scopes), expiry(days, now)), now)
            told = f"{account.user.name}: {' '.join(sorted(scopes))}"
            audit.write(connection, who=person.name, what="token.add", subject=name.strip(), after=told, now=now)
        return page(request, made=secret)

    @routes.post("/{token_id}/revoke")
    def revoke(person: Person, token_id: TokenId) -> RedirectResponse:
        with context.database.begin() as connection:
            now = context.database.now(connection)
            ended = tokens.revoke(connection, token_id, now)
            if ended:
                audit.write(connection, who=person.name, what="token.revoke", subject=ended.name, before=ended.owner, now=now)
        return RedirectResponse("/tokens", 303)

    return routes


def new_token() -> str:
    """The secret of a new token."""
    return PREFIX + new_secret()


def expiry(days: int, now: datetime) -> datetime | None:
    """When a token ends that is to hold so many days; 0 is never."""
    return now + timedelta(days=days) if days else None


def fault_of(name: str, scopes: list[str]) -> str:
    """Why no token can be made of this; "" when one can."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        return _("Say what the token is for, in at most %(most)s characters.") % {"most": LONGEST_NAME}
    if not scopes or set(scopes) - set(SCOPES):
        return _("Choose what the token may do: at least one of %(scopes)s.") % {"scopes": ", ".join(SCOPES)}
    return ""
