"""What machines ask: `/healthz` (the process answers), `/readyz` (it can do its job, else why not), `/metrics`.

These answers are plain text and need no database.
"""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from service.metrics import CONTENT_TYPE
from service.model.user import Role
from service.web.access import allow, anyone
from service.web.context import WebContext


def router(context: WebContext) -> APIRouter:
    """The three routes."""
    routes = APIRouter()

    @routes.api_route("/healthz", methods=["GET", "HEAD"], dependencies=[anyone()])
    def alive() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @routes.api_route("/readyz", methods=["GET", "HEAD"], dependencies=[anyone()])
    def ready() -> PlainTextResponse:
        health = context.health()
        lines = ["ready" if health.ready else "not ready", *health.reasons]
        return PlainTextResponse("".join(f"{line}\n" for line in lines), 200 if health.ready else 503)

    @routes.api_route("/metrics", methods=["GET", "HEAD"], dependencies=[allow(Role.VIEWER, scope="metrics:read")])
    def metrics() -> Response:
        return Response(context.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return routes
