"""`/api/v1`: what the pages show and do, for programs. Fields may be added; none is removed or changes its meaning within v1.

Guarantee: every list has the shape of `asking.paged`, every mistake that of `problems`, every route is described in
`/api/v1/openapi.json`, and what a route does is decided where the page decides it. Must not decide anything itself.
"""

from fastapi import APIRouter

from service.web.api import alerts, deliveries, description, events, items, routing, rules, silences, sources, status, stream
from service.web.context import WebContext

__all__ = ["router"]

RESOURCES = (stream, alerts, items, events, rules, sources, routing, deliveries, silences, status)


def router(context: WebContext) -> APIRouter:
    """The routes under /api/v1."""
    routes = APIRouter(prefix="/api/v1")
    for resource in RESOURCES:
        routes.include_router(resource.router(context))
    description.add(routes, context.version)
    return routes
