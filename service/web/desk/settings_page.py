"""`/settings`: what this process was started with. For administrators, to read: settings come from the environment.

Guarantee: no secret is shown; what may hold one is said to be set, and no more.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.ADMIN)])

    @routes.api_route("/settings", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        return pages.html("settings.html", request, {"settings": context.settings})

    return routes
