"""`/alerts/{id}`: one alert with its whole article, why it fired, who reports it, and what became of it."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from service.model.alert import Alert
from service.model.user import Role
from service.storage import alert_queries, alerts, decisions, deliveries, items, stories
from service.storage.decisions import Decision
from service.storage.deliveries import DeliveryStatus
from service.web.access import Person, allow
from service.web.cards import cards
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages
from service.web.timeline import timeline
from service.web.views import article_view

ATTEMPTS = 50
REPORTS = 30
SISTERS = 20

Values = dict[str, object]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"])
    def show(request: Request, alert_id: str, person: Person) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            stored = alerts.get(connection, alert_id)
            if stored is None:
                raise HTTPException(404, _("There is no alert with this id; it may have been removed."))
            (card,) = cards(connection, [stored], person.name, now)
            alert = stored.alert
            item = items.get(connection, stored.item_id)
            events = items.events_of(connection, stored.item_id)
            article = article_view(item.item.document, item.item.title, alert, events) if item else None
            delivered = deliveries.of_alert(connection, alert_id)
            moments = timeline(alert.published, item.fetched_at if item else None, alert.created_at, delivered, card.known)
            tries = alert_queries.attempts(connection, [delivery.key for delivery in delivered], ATTEMPTS)
            values: Values = {"now": now, "card": card, "view": card.view, "article": article, "moments": moments}
            began = alert.published or (item.fetched_at if item else alert.created_at)
            values |= {"deliveries": delivered, "attempts": tries, "totals": totals(delivered, began)}
            values |= _decided(connection, alert, stored.item_id) | _story(connection, alert)
        return pages.html("alert.html", request, values)

    return routes


def _decided(connection: Connection, alert: Alert, item_id: int) -> Values:
    decided = decisions.of_item(connection, item_id)
    titles = alert_queries.titles(connection, [row.alert_id for row in decided if row.alert_id])
    return {"decisions": decided, "untold": untold(alert, decided), "titles": titles}


def _story(connection: Connection, alert: Alert) -> Values:
    """Who reports it, and what else was alerted of it."""
    shown, reports = stories.members(connection, alert.story, REPORTS) if alert.story else ([], 0)
    sisters = alert_queries.of_story(connection, alert.story, SISTERS + 1) if alert.story else []
    return {
        "reports": shown,
        "more_reports": reports - len(shown),
        "headlines": alert_queries.headlines(connection, [report.item_id for report in shown]),
        "sisters": [one for one in sisters if one.id != alert.id][:SISTERS],
    }


def totals(delivered: Sequence[DeliveryStatus], began: datetime) -> dict[str, float]:
    """How many seconds each delivery took from the publication on; one that lies in the future counts as no delay."""
    return {one.key: max(0.0, (one.sent_at - began).total_seconds()) for one in delivered if one.sent_at}


def untold(alert: Alert, decided: Sequence[Decision]) -> str:
    """Why nobody was told of an alert when it was made; "" where somebody was to be."""
    mine = [one for one in decided if one.alert_id == alert.id]
    held = bool(mine) and all(one.outcome == "suppressed" for one in mine)
    return mine[0].reason.removeprefix(f"{alert.reason}; ") if held else ""
