"""`/inbox`: what the local receiver was sent. Reading changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.storage import alert_queries, inbox
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages

SHOWN = 50
LARGEST_ID = 2**63 - 1

Before = Annotated[int, Query(ge=1, le=LARGEST_ID)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/inbox", methods=["GET", "HEAD"])
    def show(request: Request, before: Before = LARGEST_ID) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            found = inbox.latest(connection, SHOWN + 1, before)
            messages = found[:SHOWN]
            titles = alert_queries.titles(connection, {alert for message in messages for alert in message.alerts})
        older = messages[-1].number if len(found) > SHOWN else 0
        values = {"now": now, "messages": messages, "titles": titles, "older": older, "first": before == LARGEST_ID}
        return pages.html("inbox.html", request, values)

    return routes
