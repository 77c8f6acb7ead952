"""`/sources`: how each source is, and the parts of the program."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.storage import sources
from service.storage.sources import SourceStatus
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source and its condition in one word; `kind` of the word is a class."""

    status: SourceStatus
    publisher: str
    condition: str
    words: str


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/sources", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        with context.database.read() as connection:
            now: datetime = context.database.now(connection)
            known = sources.overview(connection)
        publishers = {source.id: source.publisher for source in context.rulebook().sources}
        views = [_view(status, publishers.get(status.id, "")) for status in known]
        views.sort(key=lambda view: (_ORDER.index(view.condition), view.status.id))
        return pages.html("sources.html", request, {"now": now, "sources": views})

    return routes


_ORDER = ("failing", "waiting", "well", "off")
"""What needs attention comes first."""


def _view(status: SourceStatus, publisher: str) -> SourceView:
    if not status.active:
        return SourceView(status, publisher, "off", "not read")
    if status.state.failures:
        return SourceView(status, publisher, "failing", f"failing ({status.state.failures} in a row)")
    if status.last_success_at is None:
        return SourceView(status, publisher, "waiting", "not read yet")
    return SourceView(status, publisher, "well", "reading now" if status.fetching else "well")
