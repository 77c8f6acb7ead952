"""`/api/v1/alerts`: what fired and why, and what people do about it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ColumnElement, Connection

from service.alerting.latency import latency_of
from service.alerting.links import Action
from service.model.entity import Catalog
from service.model.user import Role
from service.storage import acknowledgements, alert_queries, alerts
from service.storage.acknowledgements import Acknowledgement
from service.storage.alert_queries import Told
from service.storage.alerts import StoredAlert
from service.web.access import Person
from service.web.api import news_shapes, shapes
from service.web.api.asking import Before, Limit, needs, paged, reads
from service.web.context import WebContext
from service.web.deeds import DEEDS, press
from service.web.directory import directory_of
from service.web.filters import Filters, read_filters
from service.web.problems import ApiProblem, Json

Asked = Annotated[Filters, Depends(read_filters)]

DEED_PATHS = {
    "ack": (Action.ACKNOWLEDGE, "Say that somebody takes care of it: it is not escalated and not sent again"),
    "snooze": (Action.SNOOZE, "For an hour nobody is told what its rule says of its subject"),
    "not-useful": (Action.NOT_USEFUL, "Count it for its rule as of no use"),
}


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["alerts"])

    @reads(
        routes,
        "/alerts",
        **needs(Role.VIEWER, "alerts:read"),
        summary="Alerts, newest first",
        response_model=news_shapes.AlertPage,
    )
    def alerts_listed(request: Request, asked: Asked, before: Before = "", limit: Limit = 50) -> Json:
        with context.database.read() as connection:
            shown = chosen(connection, context.rulebook().catalog, asked, limit + 1, before)
            rows = alert_rows(connection, shown)
        return paged(request, "alerts", rows, limit, shown[:limit][-1].alert.id if shown else "")

    @reads(
        routes, "/alerts/{alert_id}", **needs(Role.VIEWER, "alerts:read"), summary="One alert", response_model=news_shapes.Alert
    )
    def alert(alert_id: str) -> Json:
        with context.database.read() as connection:
            [row] = alert_rows(connection, [_stored(connection, alert_id)])
        return Json(row)

    for name, (action, words) in DEED_PATHS.items():
        _deed(context, routes, name, action, words)
    return routes


def _deed(context: WebContext, routes: APIRouter, name: str, action: Action, words: str) -> None:
    described: dict[str, Any] = {
        "summary": words,
        "response_model": shapes.Done,
        "operation_id": f"alert_{name.replace('-', '_')}",
    }

    @routes.post(f"/alerts/{{alert_id}}/{name}", **needs(Role.VIEWER, "alerts:write"), **described)
    def do(alert_id: str, person: Person) -> Json:
        with context.database.begin() as connection:
            stored = _stored(connection, alert_id)
            now = context.database.now(connection)
            press(connection, action, stored.alert, person.name, now)
            said = DEEDS[action].done(connection, stored.alert, person.name, now)
        return Json({"id": stored.alert.id, "said": said})


def chosen(
    connection: Connection,
    catalog: Catalog,
    asked: Filters,
    limit: int,
    before: str = "",
    within: ColumnElement[bool] | None = None,
) -> list[StoredAlert]:
    """The alerts that are asked for, newest first; `within` is any further condition on them."""
    narrowed = asked.asked(directory_of(catalog))
    narrowed["within"] = within
    return alert_queries.page(connection, limit=limit, before=before, **narrowed)


def _stored(connection: Connection, alert_id: str) -> StoredAlert:
    stored = alerts.get(connection, alert_id)
    if stored is None:
        raise ApiProblem("not-found", "There is no alert with this id; it may have been removed.")
    return stored


def alert_rows(connection: Connection, shown: Sequence[StoredAlert]) -> list[dict[str, object]]:
    """The alerts with what became of them, as the API shows them."""
    ids = [stored.alert.id for stored in shown]
    told = alert_queries.told(connection, ids)
    fetched = alert_queries.fetched(connection, {stored.item_id for stored in shown})
    known = acknowledgements.acknowledged(connection, ids)
    return [as_json(one, told.get(one.alert.id, []), fetched.get(one.item_id), known.get(one.alert.id)) for one in shown]


def as_json(
    stored: StoredAlert, deliveries: list[Told], fetched_at: datetime | None, known: Acknowledgement | None
) -> dict[str, object]:
    """An alert as `news_shapes.Alert` describes it."""
    alert = stored.alert
    plain = ("id", "title", "rule", "subject", "alias", "entity", "body", "owner", "runbook", "excerpt", "reason", "headline")
    origin = ("link", "source", "publisher", "rules_version", "story", "follows")
    return {
        **{name: getattr(alert, name) for name in (*plain, *origin)},
        "severity": alert.severity.value,
        "event": alert.event_type,
        "facts": dict(alert.facts),
        "labels": dict(alert.labels),
        "marks": [list(mark) for mark in alert.marks],
        "published": alert.published.isoformat() if alert.published else None,
        "created_at": alert.created_at.isoformat(),
        "occurrences": [{**asdict(one), "at": one.at.isoformat()} for one in alert.occurrences],
        "item": stored.item_id,
        "novelty": alert.novelty.value,
        "fetched_at": fetched_at.isoformat() if fetched_at else None,
        "acknowledged": {"by": known.by, "at": known.at.isoformat()} if known else None,
        "deliveries": [_delivery(stored, delivery, fetched_at) for delivery in deliveries],
    }


def _delivery(stored: StoredAlert, delivery: Told, fetched_at: datetime | None) -> dict[str, object]:
    alert = stored.alert
    latency = latency_of(alert.published, fetched_at, alert.created_at, delivery.created_at, delivery.sent_at)
    return {
        "receiver": delivery.receiver,
        "state": delivery.state.value,
        "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
        "latency": asdict(latency),
    }
