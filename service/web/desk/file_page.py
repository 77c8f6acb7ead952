"""`/files/sources.yaml`, `/files/routes.yaml`: the two files that are edited as a whole, for editors.

Guarantee: what is saved was checked with all other files, is shown as a difference to what is in force, and never takes back what
somebody else saved meanwhile. Other pages propose a change by calling `propose`: nothing is saved before a person has seen it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.editing import OutOfDate, typed
from service.errors import InvalidFiles
from service.model.user import Role
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.difference import difference
from service.web.i18n import N_
from service.web.i18n import gettext as _
from service.web.rendering import Pages

FILES = {"sources.yaml": ("/sources", N_("Sources")), "routes.yaml": ("/routes", N_("Routes"))}
"""Each file with the page that shows what it says."""
LARGEST = 1 << 20


class Edited(BaseModel):
    """What the form sends; `do` is save, or anything else to check alone."""

    text: str = Field("", max_length=LARGEST)
    base: str = Field("", max_length=100)
    why: str = Field("", max_length=500)
    do: str = Field("check", max_length=10)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file as somebody wants it: made from `base`, the version that was in force when its text was read."""

    text: str
    base: str
    why: str = ""
    problems: Sequence[dict[str, Any]] = ()
    outdated: bool = False


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/files", dependencies=[allow(Role.EDITOR)])

    @routes.api_route("/{place}", methods=["GET", "HEAD"])
    def show(request: Request, place: str) -> HTMLResponse:
        _known(place)
        book = context.desk.current
        return propose(context, pages, request, place, Proposal(context.desk.text(place), book.version))

    @routes.post("/{place}")
    def save(request: Request, person: Person, place: str, form: Annotated[Edited, Form()]) -> Response:
        _known(place)
        asked = Proposal(form.text, form.base, form.why)
        if form.do != "save":
            return propose(context, pages, request, place, asked)
        try:
            context.desk.save({place: typed(form.text)}, form.base, person.name, form.why.strip())
        except InvalidFiles:
            return propose(context, pages, request, place, asked, status=422)
        except OutOfDate:
            again = Proposal(form.text, context.desk.current.version, form.why, outdated=True)
            return propose(context, pages, request, place, again, status=409)
        return RedirectResponse(FILES[place][0], 303)

    return routes


def propose(context: WebContext, pages: Pages, request: Request, place: str, asked: Proposal, status: int = 200) -> HTMLResponse:
    """The page of a file with a text that is not saved: what would change, and everything that is wrong with it."""
    with context.database.read() as connection:
        now = context.database.now(connection)
    before = context.desk.text(place)
    after = typed(asked.text).decode()
    found = context.desk.drafts.look(context.desk.current, place, after, now)["problems"] if after != before else []
    path, name = FILES[place]
    values = {"place": place, "asked": asked, "problems": found, "changes": difference(before, after), "page": path, "name": name}
    return pages.html("file.html", request, values, status)


def _known(place: str) -> None:
    if place not in FILES:
        raise HTTPException(404, _("There is no such file to edit here."))
