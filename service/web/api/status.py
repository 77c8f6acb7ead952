"""`/api/v1/status` and `/api/v1/me`: how the service is, and who asks."""

from fastapi import APIRouter

from service.model.user import Role
from service.storage import deliveries, latencies, sources
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import needs, reads
from service.web.context import WebContext
from service.web.desk.status_page import LOOKED_AT
from service.web.problems import Json


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["status"])

    @reads(
        routes,
        "/status",
        **needs(Role.VIEWER, "alerts:read"),
        summary="How the service is: parts, backlog, latency, failing sources",
        response_model=shapes.Status,
    )
    def status() -> Json:
        health, book = context.health(), context.rulebook()
        with context.database.read() as connection:
            now = context.database.now(connection)
            counts, oldest = deliveries.counts(connection), deliveries.oldest_due(connection)
            taken = latencies.latest(connection, LOOKED_AT)
            cuts = latencies.percentiles(taken)
            read = [one for one in sources.overview(connection) if one.active]
        return Json(
            {
                "version": context.version,
                "rules_version": book.version,
                "ready": health.ready,
                "reasons": list(health.reasons),
                "parts": [{"name": part.name, "well": part.well, "words": part.words} for part in health.parts],
                "deliveries": {state.value: count for state, count in counts.items()},
                "oldest_due_seconds": (now - oldest).total_seconds() if oldest else 0.0,
                "latency": {"count": len(taken), **{f"p{name}": cuts.get(name) for name in latencies.PERCENTILES}},
                "sources_failing": [one.id for one in read if one.state.failures],
                "sources_active": len(read),
            }
        )

    @reads(routes, "/me", **needs(Role.VIEWER, "alerts:read"), summary="Who asks", response_model=shapes.Me)
    def me(person: Person) -> Json:
        return Json({"name": person.name, "role": person.role.value})

    return routes
