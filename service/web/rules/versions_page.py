"""`/rules/versions`: every switch of the rules folder, by whom and why; what each changed; the way back."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.editing import OutOfDate, back_to
from service.errors import InvalidFiles
from service.model.user import Role, User
from service.rulefiles import ENTRUSTED, may_be_changed, name_of, place_of
from service.rulefolder import Texts
from service.ruleversions import differing
from service.storage import rulesets
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.difference import Line, difference
from service.web.failures import status_of
from service.web.i18n import gettext as _
from service.web.rendering import Pages

PAGE = 50
MOST_FILES = 40

Before = Annotated[int, Query(ge=0, le=2**63 - 1)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/rules/versions", methods=["GET", "HEAD"])
    def show(request: Request, before: Before = 0) -> HTMLResponse:
        with context.database.read() as connection:
            found = rulesets.activations(connection, limit=PAGE + 1, before=before)
            now = context.database.now(connection)
        older = found[PAGE - 1].number if len(found) > PAGE else 0
        values = {"now": now, "history": found[:PAGE], "older": older, "in_force": context.desk.current.version}
        return pages.html("rules/versions.html", request, values)

    @routes.api_route("/rules/versions/{number}", methods=["GET", "HEAD"])
    def one(request: Request, person: Person, number: int) -> HTMLResponse:
        return pages.html("rules/version.html", request, _version(context, person, number))

    @routes.post("/rules/versions/{number}", dependencies=[allow(Role.EDITOR)])
    def put_back(
        request: Request,
        person: Person,
        number: int,
        base: Annotated[str, Form(max_length=64)],
        place: Annotated[str, Form(max_length=300)] = "",
    ) -> Response:
        values = _version(context, person, number)
        texts, now = _texts(context, str(values["one"].version)), context.desk.current.texts  # type: ignore[attr-defined]
        changes = {name: text for name, text in back_to(now, texts).items() if place in ("", name)}
        why = _("Back to version %(version)s") % {"version": values["one"].version}  # type: ignore[attr-defined]
        try:
            context.desk.save(changes, base, person.name, why)
        except (InvalidFiles, OutOfDate) as error:
            values = {**_version(context, person, number), "refused": str(error)}
            return pages.html("rules/version.html", request, values, status_of(error))
        return RedirectResponse("/rules/versions", 303)

    return routes


def _texts(context: WebContext, version: str) -> Texts:
    with context.database.read() as connection:
        return rulesets.texts(connection, version) or {}


def _version(context: WebContext, person: User, number: int) -> dict[str, object]:
    """A switch with what it changed, and what putting it back would change now."""
    if not 0 < number < 2**62:
        raise HTTPException(404)
    with context.database.read() as connection:
        found = rulesets.activation(connection, number)
        if found is None:
            raise HTTPException(404)
        one, before = found
        texts = rulesets.texts(connection, one.version) or {}
        earlier = (rulesets.texts(connection, before.version) or {}) if before else {}
        now = context.database.now(connection)
    book = context.desk.current
    places = differing(earlier, texts) if before else []
    return {
        "now": now,
        "one": one,
        "in_force": book.version,
        "before": before,
        "files": [(place, _changed(person, place, earlier, texts)) for place in places[:MOST_FILES]],
        "more": max(0, len(places) - MOST_FILES),
        "back": sorted(back_to(book.texts, texts)),
        "beyond": [place for place in differing(book.texts, texts) if not may_be_changed(place)],
        "count": len([name for name in texts if place_of(name).startswith("alerts/")]),
        "refused": "",
    }


def _changed(person: User, place: str, before: Texts, after: Texts) -> list[Line]:
    if place in ENTRUSTED and not person.may(Role.EDITOR):
        return [Line("place", _("Editors alone see what changed here: an address in this file may hold a secret."))]
    return difference(_text(before, place), _text(after, place))


def _text(texts: Texts, place: str) -> str:
    return texts.get(name_of(texts, place), b"").decode("utf-8", "replace")
