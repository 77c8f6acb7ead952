"""`/alerts/{id}`: one alert with its whole article, why it fired, and what became of it."""

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from service.alerting.latency import latency_of
from service.model.alert import Alert
from service.model.user import Role
from service.storage import acknowledgements, alert_queries, alerts, decisions, deliveries, items
from service.storage.decisions import Decision
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages
from service.web.views import alert_view, article_view

ATTEMPTS = 8


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"])
    def show(request: Request, alert_id: str) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            stored = alerts.get(connection, alert_id)
            if stored is None:
                raise HTTPException(404, "There is no alert with this id; it may have been removed.")
            item = items.get(connection, stored.item_id)
            events = items.events_of(connection, stored.item_id)
            decided = decisions.of_item(connection, stored.item_id)
            delivered = deliveries.of_alert(connection, alert_id)
            titles = alert_queries.titles(connection, [row.alert_id for row in decided if row.alert_id])
            known = acknowledgements.acknowledged(connection, [alert_id]).get(alert_id)
            tries = alert_queries.attempts(connection, [delivery.key for delivery in delivered], ATTEMPTS)
        alert = stored.alert
        values = {
            "now": now,
            "known": known,
            "view": alert_view(alert, stored.item_id, delivered),
            "article": article_view(item.item.document, item.item.title, alert, events) if item else None,
            "decisions": decided,
            "untold": untold(alert, decided),
            "titles": titles,
            "deliveries": delivered,
            "attempts": tries,
            "latencies": {
                delivery.key: latency_of(
                    alert.published, item.fetched_at if item else None, alert.created_at, delivery.created_at, delivery.sent_at
                )
                for delivery in delivered
                if delivery.sent_at
            },
        }
        return pages.html("alert.html", request, values)

    return routes


def untold(alert: Alert, decided: Sequence[Decision]) -> str:
    """Why nobody was told of an alert when it was made; "" where somebody was to be."""
    mine = [one for one in decided if one.alert_id == alert.id]
    held = bool(mine) and all(one.outcome == "suppressed" for one in mine)
    return mine[0].reason.removeprefix(f"{alert.reason}; ") if held else ""
