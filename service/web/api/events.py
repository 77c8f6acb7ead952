"""`/api/v1/events` and `/api/v1/entities`: what the news asserted, and of whom."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from service.folding import fold
from service.model.entity import Catalog, Entity
from service.model.user import Role
from service.storage import item_queries
from service.storage.item_queries import ListedEvent, WantedEvents
from service.web.api import news_shapes
from service.web.api.asking import LARGEST_ID, LONGEST, Before, BeforeNumber, Limit, Moment, found, needs, paged, reads
from service.web.api.items import event_json
from service.web.context import WebContext
from service.web.problems import Json

Text = Annotated[str, Query(max_length=LONGEST)]
Came = Annotated[Moment | None, Query(description="When its item came in.", examples=["2025-12-22T00:00:00Z"])]


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["events"])
    read = needs(Role.VIEWER, "alerts:read")

    @reads(routes, "/events", **read, summary="Events, those found last first", response_model=news_shapes.EventPage)
    def events_listed(  # noqa: PLR0913 - each is a parameter of the question
        request: Request,
        event: Annotated[Text, Query(alias="type")] = "",
        entity: Text = "",
        since: Came = None,
        until: Came = None,
        before: BeforeNumber = LARGEST_ID,
        limit: Limit = 50,
    ) -> Json:
        wanted = WantedEvents(event, entity, since, until)
        with context.database.read() as connection:
            shown = item_queries.events(connection, wanted, limit + 1, before)
        return paged(request, "events", [_event(one) for one in shown], limit, shown[:limit][-1].id if shown else 0)

    @reads(routes, "/entities", **read, summary="Entities of the watchlists, by id", response_model=news_shapes.EntityPage)
    def entities_listed(request: Request, q: Text = "", before: Before = "", limit: Limit = 50) -> Json:
        """With `q` those of whose names or id it is a part; `before` is the last id of the page before."""
        chosen = [one for one in _named(context.desk.current.catalog, q) if one.id > before]
        rows = [_entity(one) for one in chosen[: limit + 1]]
        return paged(request, "entities", rows, limit, chosen[:limit][-1].id if chosen else "")

    @reads(routes, "/entities/{entity_id}", **read, summary="One entity", response_model=news_shapes.Entity)
    def entity(entity_id: str) -> Json:
        known = context.desk.current.catalog.get(entity_id)
        return found(_entity(known) if known else None, "entity")

    return routes


def _named(catalog: Catalog, text: str) -> list[Entity]:
    asked = fold(text.strip())
    names = ((one, (one.id, *one.names_en, *one.names_zh)) for one in catalog.values())
    return sorted((one for one, called in names if any(asked in fold(name) for name in called)), key=lambda one: one.id)


def _event(one: ListedEvent) -> dict[str, object]:
    item = {"item": one.item_id, "title": one.title, "source": one.source, "fetched_at": one.fetched_at.isoformat()}
    return {"id": one.id, **event_json(one.event), **item}


def _entity(one: Entity) -> dict[str, object]:
    names = {"names_en": list(one.names_en), "names_zh": list(one.names_zh), "tags": sorted(one.tags)}
    return {"id": one.id, "kind": one.kind.value, "name": one.name, **names}
