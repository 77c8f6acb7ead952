"""`/entities/{id}`: a security, index or company, with its names, the alerts about it, and all its events on a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from service.model.entity import Entity
from service.model.user import Role
from service.storage import alert_queries, entity_events
from service.storage.entity_events import LARGEST_ID, Reported
from service.web import times
from service.web.access import allow
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.i18n import reader
from service.web.rendering import Pages
from service.web.views import EventView, event_views

EVENTS = 50
ALERTS = 12

EntityId = Annotated[str, Path(max_length=200)]
Before = Annotated[int, Query(ge=1, le=LARGEST_ID)]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event on the timeline."""

    reported: Reported
    view: EventView


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/entities/{entity_id}", methods=["GET", "HEAD"])
    def show(request: Request, entity_id: EntityId, before: Before = LARGEST_ID) -> HTMLResponse:
        entity = context.rulebook().catalog.get(entity_id)
        with context.database.read() as connection:
            now = context.database.now(connection)
            found = entity_events.page(connection, entity_id, limit=EVENTS + 1, before=before)
            alerted = alert_queries.page(connection, limit=ALERTS, entities=[entity_id])
        if entity is None and not found and not alerted and before == LARGEST_ID:
            raise HTTPException(404, _("Nothing is known by this name: no watchlist has it, and no article tells of it."))
        shown = found[:EVENTS]
        values = {
            "now": now,
            "id": entity_id,
            "entity": entity,
            "title": named(entity) if entity else entity_id,
            "alerts": [stored.alert for stored in alerted],
            "days": _by_day(shown),
            "older": shown[-1].number if len(found) > EVENTS else 0,
            "first": before == LARGEST_ID,
        }
        return pages.html("entity.html", request, values)

    return routes


def named(entity: Entity) -> str:
    """The name to show, in the reader's language where it has one."""
    own = entity.names_zh if reader().language == "zh" else entity.names_en
    return own[0] if own else entity.name


def _by_day(found: Sequence[Reported]) -> list[tuple[datetime, list[Happening]]]:
    """In the order given; the day is that of the article."""
    views = event_views([one.event for one in found])
    happenings = [Happening(one, view) for one, view in zip(found, views, strict=True)]
    days = groupby(happenings, key=lambda one: times.here(one.reported.at).date())
    grouped = [list(group) for _, group in days]
    return [(group[0].reported.at, group) for group in grouped]
