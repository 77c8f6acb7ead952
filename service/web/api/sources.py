"""`/api/v1/sources`: where news comes from, and how that goes."""

from fastapi import APIRouter

from service.model.source import Source
from service.model.user import Role
from service.storage import audit, sources
from service.storage.sources import SourceStatus
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import found, needs, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["sources"])
    read = needs(Role.VIEWER, "rules:read")

    @reads(routes, "/sources", **read, summary="All sources, by id", response_model=shapes.SourceList)
    def sources_listed() -> Json:
        with context.database.read() as connection:
            known = sources.overview(connection)
        return Json({"sources": [_source(one, _defined(one.id)) for one in known], "next": None})

    @reads(routes, "/sources/{source_id}", **read, summary="One source", response_model=shapes.Source)
    def source(source_id: str) -> Json:
        with context.database.read() as connection:
            known = sources.get(connection, source_id)
        return found(_source(known, _defined(source_id)) if known else None, "source")

    @routes.post(
        "/sources/{source_id}/poll",
        **needs(Role.EDITOR, "sources:write"),
        summary="Fetch a source now",
        response_model=shapes.Done,
    )
    def source_polled(source_id: str, person: Person) -> Json:
        """It is due at once: whichever process is free fetches it within a second or two."""
        with context.database.begin() as connection:
            now = context.database.now(connection)
            if sources.get(connection, source_id) is None:
                raise ApiProblem("not-found", "There is no source of this name.")
            if not sources.poll_now(connection, source_id, now):
                raise ApiProblem("conflict", "This source is not read any more.")
            audit.write(connection, who=person.name, what="source.poll", subject=source_id, now=now)
        return Json({"id": source_id, "said": "It is fetched now."})

    def _defined(source_id: str) -> Source | None:
        return next((one for one in context.rulebook().sources if one.id == source_id), None)

    return routes


def _source(one: SourceStatus, defined: Source | None) -> dict[str, object]:
    times = {"next_at": one.next_at, "last_success_at": one.last_success_at, "last_failure_at": one.last_failure_at}
    return {
        "id": one.id,
        "kind": one.kind,
        "host": one.host,
        "publisher": defined.publisher if defined else "",
        "interval": defined.interval.total_seconds() if defined else None,
        "active": one.active,
        "failures": one.state.failures,
        "fetching": one.fetching,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "last_error": one.last_error,
        "last_reason": one.last_reason,
        "last_new_items": one.last_new_items,
        "warnings": list(one.warnings),
    }
