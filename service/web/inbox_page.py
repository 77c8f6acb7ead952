"""`/inbox`: what the local receiver was sent. Reading changes nothing."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.storage import inbox
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages

SHOWN = 50


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/inbox", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            messages = inbox.latest(connection, SHOWN)
        return pages.html("inbox.html", request, {"now": now, "messages": messages})

    return routes
