"""`/api/problems`: what the API takes and what its mistakes mean, to read; made from its description."""

from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.web import api
from service.web.access import allow
from service.web.api.description import describe
from service.web.context import WebContext
from service.web.problems import KINDS
from service.web.rendering import Pages


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])
    whole = lru_cache(maxsize=1)(lambda: describe(list(api.router(context).routes), context.version))

    @routes.api_route("/api/problems", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        paths = [
            {"path": path, "method": method.upper(), "summary": operation["summary"], "scopes": operation["security"][0]["token"]}
            for path, operations in whole()["paths"].items()
            for method, operation in operations.items()
        ]
        kinds = [
            {"kind": kind, "status": status, "title": title, "words": words} for kind, (status, title, words) in KINDS.items()
        ]
        return pages.html("api.html", request, {"paths": paths, "kinds": kinds})

    return routes
