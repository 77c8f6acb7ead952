"""`/sources`: how each source is; one source with its last items; adding one, after a look at what it says."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from service.errors import InvalidFiles, OutOfDate
from service.marked_yaml.editing import with_value
from service.model.source import Source
from service.model.user import Role, User
from service.storage import audit, item_queries, sources
from service.storage.sources import SourceStatus
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages

PLACE = "sources.yaml"
SHOWN = 30

SourceId = Annotated[str, Path(max_length=64)]
Before = Annotated[int, Query(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source and its condition in one word; `condition` is a class, `words` are for the reader."""

    status: SourceStatus
    publisher: str
    condition: str
    words: str


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(prefix="/sources", dependencies=[allow(Role.VIEWER)])

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            known = sources.overview(connection)
        publishers = {source.id: source.publisher for source in context.rulebook().sources}
        views = [_view(status, publishers.get(status.id, "")) for status in known]
        views.sort(key=lambda view: (_ORDER.index(view.condition), view.status.id))
        return pages.html("sources.html", request, {"now": now, "sources": views})

    @routes.api_route("/{source_id}", methods=["GET", "HEAD"])
    def show_one(request: Request, source_id: SourceId, before: Before = 0) -> HTMLResponse:
        defined = _defined(context, source_id)
        with context.database.read() as connection:
            now = context.database.now(connection)
            view = _view(_known(connection, source_id), defined.publisher if defined else "")
            found = item_queries.of_source(connection, source_id, SHOWN + 1, before or item_queries.LARGEST_ID)
        values = {"now": now, "view": view, "defined": defined, "items": found[:SHOWN], "newest": bool(before)}
        values["older"] = found[SHOWN - 1].id if len(found) > SHOWN else 0
        return pages.html("source.html", request, values)

    _changes(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext) -> None:
    editor = [allow(Role.EDITOR)]

    @routes.post("/{source_id}/poll", dependencies=editor)
    def poll(person: Person, source_id: SourceId) -> RedirectResponse:
        with context.database.begin() as connection:
            now = context.database.now(connection)
            _known(connection, source_id)
            if not sources.poll_now(connection, source_id, now):
                raise HTTPException(409, _("This source is not read; resume it first."))
            audit.write(connection, who=person.name, what="source.poll", subject=source_id, now=now)
        return RedirectResponse(f"/sources/{source_id}", 303)

    @routes.post("/{source_id}/pause", dependencies=editor)
    def pause(person: Person, source_id: SourceId) -> RedirectResponse:
        return _enable(context, person, source_id, enabled=False)

    @routes.post("/{source_id}/resume", dependencies=editor)
    def resume(person: Person, source_id: SourceId) -> RedirectResponse:
        return _enable(context, person, source_id, enabled=True)


def _enable(context: WebContext, person: User, source_id: str, *, enabled: bool) -> RedirectResponse:
    """A version of sources.yaml in which the source is read, or is not."""
    base = context.desk.current
    why = f"{source_id} {'resumed' if enabled else 'paused'}"
    try:
        text = with_value(context.desk.text(PLACE), ("sources", "id", source_id), "enabled", enabled)
        context.desk.save({PLACE: text.encode()}, base.version, person.name, why)
    except ValueError as error:
        raise HTTPException(409, str(error)) from error
    except (InvalidFiles, OutOfDate) as error:
        raise HTTPException(409, _("sources.yaml could not be changed; edit the file itself.")) from error
    return RedirectResponse(f"/sources/{source_id}", 303)


_ORDER = ("failing", "waiting", "well", "off")
"""What needs attention comes first."""


def _view(status: SourceStatus, publisher: str) -> SourceView:
    if not status.active:
        return SourceView(status, publisher, "off", _("not read"))
    if status.state.failures:
        words = _("failing (%(count)s in a row)") % {"count": status.state.failures}
        return SourceView(status, publisher, "failing", words)
    if status.last_success_at is None:
        return SourceView(status, publisher, "waiting", _("not read yet"))
    return SourceView(status, publisher, "well", _("reading now") if status.fetching else _("well"))


def _known(connection: Connection, source_id: str) -> SourceStatus:
    status = sources.get(connection, source_id)
    if status is None:
        raise HTTPException(404, _("There is no such source."))
    return status


def _defined(context: WebContext, source_id: str) -> Source | None:
    return next((one for one in context.rulebook().sources if one.id == source_id), None)
