"""`/audit`: who changed what, and from what to what. For administrators; it cannot be changed here."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.storage import audit
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages

SHOWN = 50
Asked = Annotated[str, Query(max_length=500)]
Before = Annotated[int, Query(ge=0, le=2**63 - 1)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.ADMIN)])

    @routes.api_route("/audit", methods=["GET", "HEAD"])
    def show(request: Request, who: Asked = "", what: Asked = "", subject: Asked = "", before: Before = 0) -> HTMLResponse:
        asked = {"who": who.strip(), "what": what.strip(), "subject": subject.strip()}
        with context.database.read() as connection:
            now = context.database.now(connection)
            found = audit.page(connection, limit=SHOWN + 1, before=before, **asked)
            kinds = audit.kinds(connection)
        given = {name: value for name, value in asked.items() if value}
        older = f"/audit?{urlencode({**given, 'before': found[SHOWN - 1].id})}" if len(found) > SHOWN else ""
        values = {"now": now, "changes": found[:SHOWN], "kinds": kinds, "asked": asked, "older": older}
        values |= {"narrowed": bool(given), "newest": f"/audit?{urlencode(given)}" if before else ""}
        return pages.html("audit.html", request, values)

    return routes
