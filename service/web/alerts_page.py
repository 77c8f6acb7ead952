"""`/`: the alerts, newest first, under a chart of when and why they fired."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from service.model.rule import Severity
from service.model.user import Role
from service.storage import alert_queries, alerts
from service.web import chart
from service.web.access import allow
from service.web.context import WebContext
from service.web.filters import MAX_TEXT, Filters, read_filters
from service.web.rendering import Pages
from service.web.views import AlertView, alert_view

PAGE = 30
BUSIEST = 6

Asked = Annotated[Filters, Depends(read_filters)]
Values = dict[str, object]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/", methods=["GET", "HEAD"])
    def show(request: Request, asked: Asked, before: str = "") -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            listed = _list(connection, asked, before[:MAX_TEXT])
            window = _window(asked, alert_queries.newest_time(connection), now)
            start = window.start(now)
            moments = alert_queries.by_time(connection, start, window.unit, severity=asked.severity, rule=asked.rule)
            fired = alert_queries.by_rule(connection, start)
        rulebook = context.rulebook()
        values = {
            "now": now,
            "filters": asked,
            "rules": sorted({*(rule.id for rule in rulebook.rules), *(rule for rule, _ in fired), asked.rule} - {""}),
            "source_count": len(rulebook.sources),
            "windows": list(chart.WINDOWS.values()),
            "chart": chart.draw(_columns(moments, window, start), window, now),
        }
        return pages.html("alerts.html", request, {**values, **listed, **_facets(fired, asked)})

    return routes


def _list(connection: Connection, asked: Filters, before: str) -> Values:
    found = alert_queries.page(
        connection, limit=PAGE + 1, before=before, severity=asked.severity, rule=asked.rule, words=asked.words
    )
    shown = found[:PAGE]
    told = alert_queries.told(connection, [stored.alert.id for stored in shown])
    cards = [alert_view(stored.alert, stored.item_id, told.get(stored.alert.id, ())) for stored in shown]
    total = alerts.count(connection)
    return {
        "total": total,
        "young": total <= PAGE and not asked.active,
        "days": _by_day(cards),
        "newest": shown[0].alert.id if shown and not before else "",
        "older": shown[-1].alert.id if len(found) > PAGE else "",
        "older_than": before,
    }


def _by_day(cards: Sequence[AlertView]) -> list[tuple[datetime, list[AlertView]]]:
    days = groupby(cards, key=lambda view: view.alert.created_at.date())
    return [(views[0].alert.created_at, views) for views in (list(group) for _, group in days)]


def _window(asked: Filters, newest: datetime | None, now: datetime) -> chart.Window:
    """The one asked for, else the shortest that has something to show."""
    if asked.span:
        return chart.WINDOWS[asked.span]
    age = now - newest if newest else timedelta(0)
    fitting = [window for window in chart.WINDOWS.values() if age < window.length - window.column]
    return fitting[0] if fitting else list(chart.WINDOWS.values())[-1]


def _columns(moments: chart.Counts, window: chart.Window, start: datetime) -> chart.Counts:
    """Hours or days summed up into the columns of the window."""
    columns: Counter[tuple[datetime, Severity]] = Counter()
    for (at, severity), count in moments.items():
        columns[(start + (at - start) // window.column * window.column, severity)] += count
    return columns


def _facets(rules: Mapping[tuple[str, Severity], int], asked: Filters) -> Values:
    """Counts by rule and by severity; each leaves out its own filter, so that it shows what else could be chosen."""
    severities = Counter(dict.fromkeys(Severity, 0))
    for (rule, severity), count in rules.items():
        severities[severity] += count if asked.rule in ("", rule) else 0
    shown = {key: count for key, count in rules.items() if asked.severity in (None, key[1])}
    return {"bars": chart.bars(shown, BUSIEST), "severity_counts": severities}
