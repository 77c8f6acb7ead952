"""`/api/v1`: alerts as JSON, and why items became some or did not; for reading.

Fields may be added; none is removed or changes its meaning within v1.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from service.alerting.latency import latency_of
from service.model.alert import Alert
from service.model.user import Role
from service.pipeline.why import why
from service.storage import acknowledgements, alert_queries, alerts
from service.storage.acknowledgements import Acknowledgement
from service.storage.alert_queries import Told
from service.storage.alerts import StoredAlert
from service.web.access import allow
from service.web.context import WebContext
from service.web.filters import MAX_TEXT, Filters, read_filters

LARGEST_PAGE = 200

Asked = Annotated[Filters, Depends(read_filters)]
ItemId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


def router(context: WebContext) -> APIRouter:
    """The routes under /api/v1."""
    routes = APIRouter(prefix="/api/v1", dependencies=[allow(Role.VIEWER, scope="alerts:read")])

    @routes.api_route("/alerts", methods=["GET", "HEAD"])
    def listed(asked: Asked, before: str = "", limit: Limit = 50) -> JSONResponse:
        with context.database.read() as connection:
            found = alert_queries.page(
                connection, limit=limit + 1, before=before[:MAX_TEXT], severity=asked.severity, rule=asked.rule
            )
            shown = found[:limit]
            rows = _rows(connection, shown)
        query = {"before": shown[-1].alert.id, "limit": str(limit)} if len(found) > limit else {}
        further = "&".join(filter(None, (asked.question, urlencode(query))))
        body = {
            "alerts": rows,
            "next": f"/api/v1/alerts?{further}" if query else None,
        }
        return JSONResponse(body)

    @routes.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"])
    def one(alert_id: str) -> JSONResponse:
        with context.database.read() as connection:
            stored = alerts.get(connection, alert_id)
            if stored is None:
                raise HTTPException(404, "There is no alert with this id; it may have been removed.")
            [row] = _rows(connection, [stored])
        return JSONResponse(row)

    @routes.api_route("/items/{item_id}/explain", methods=["GET", "HEAD"])
    def explained(item_id: ItemId, all_rules: Annotated[bool, Query(alias="all")] = False) -> JSONResponse:
        """What became of an item, and what the rules in force say of it, from the events that were stored."""
        with context.database.read() as connection:
            book = context.rulebook()
            found = why(connection, item_id, book.ruleset, book.version, all_rules=all_rules)
        if found is None:
            raise HTTPException(404, "There is no item with this number; it may have been removed.")
        return JSONResponse(found.as_json())

    return routes


def _rows(connection: Connection, shown: Sequence[StoredAlert]) -> list[dict[str, object]]:
    """The alerts with what became of them."""
    ids = [stored.alert.id for stored in shown]
    told = alert_queries.told(connection, ids)
    fetched = alert_queries.fetched(connection, {stored.item_id for stored in shown})
    known = acknowledgements.acknowledged(connection, ids)
    return [as_json(one.alert, told.get(one.alert.id, []), fetched.get(one.item_id), known.get(one.alert.id)) for one in shown]


def as_json(
    alert: Alert, deliveries: list[Told], fetched_at: datetime | None, known: Acknowledgement | None
) -> dict[str, object]:
    """An alert as the API shows it; times are ISO 8601 in UTC, spans are [start, end) in `excerpt`, latencies are seconds."""
    return {
        "id": alert.id,
        "severity": alert.severity.value,
        "title": alert.title,
        "rule": alert.rule,
        "event": alert.event_type,
        "subject": alert.subject,
        "alias": alert.alias,
        "entity": alert.entity,
        "facts": dict(alert.facts),
        "labels": dict(alert.labels),
        "body": alert.body,
        "owner": alert.owner,
        "runbook": alert.runbook,
        "excerpt": alert.excerpt,
        "marks": [list(mark) for mark in alert.marks],
        "reason": alert.reason,
        "headline": alert.headline,
        "link": alert.link,
        "source": alert.source,
        "publisher": alert.publisher,
        "published": alert.published.isoformat() if alert.published else None,
        "created_at": alert.created_at.isoformat(),
        "rules_version": alert.rules_version,
        "occurrences": [{**asdict(one), "at": one.at.isoformat()} for one in alert.occurrences],
        "fetched_at": fetched_at.isoformat() if fetched_at else None,
        "acknowledged": {"by": known.by, "at": known.at.isoformat()} if known else None,
        "deliveries": [_delivery(alert, delivery, fetched_at) for delivery in deliveries],
    }


def _delivery(alert: Alert, delivery: Told, fetched_at: datetime | None) -> dict[str, object]:
    latency = latency_of(alert.published, fetched_at, alert.created_at, delivery.created_at, delivery.sent_at)
    return {
        "receiver": delivery.receiver,
        "state": delivery.state.value,
        "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
        "latency": asdict(latency),
    }
