"""`/`: the alerts, newest first, under a chart of when and why they fired."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from service.model.rule import Severity
from service.storage import alert_queries, alerts
from service.storage.alert_queries import Tally
from service.web import chart
from service.web.context import WebContext
from service.web.filters import MAX_TEXT, Filters, read_filters
from service.web.rendering import Pages
from service.web.views import AlertView, alert_view

PAGE = 30
BUSIEST = 6

Asked = Annotated[Filters, Depends(read_filters)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter()

    @routes.api_route("/", methods=["GET", "HEAD"])
    def show(request: Request, asked: Asked, before: str = "") -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            total = alerts.count(connection)
            newest = alert_queries.newest_time(connection)
            window = _window(asked, newest, now)
            found = alert_queries.page(
                connection, limit=PAGE + 1, before=before[:MAX_TEXT], severity=asked.severity, rule=asked.rule
            )
            shown = found[:PAGE]
            told = alert_queries.told(connection, [stored.alert.id for stored in shown])
            tallies = alert_queries.tallies(connection, window.start(now))
        rulebook = context.rulebook()
        cards = [alert_view(stored.alert, stored.item_id, told.get(stored.alert.id, ())) for stored in shown]
        values = {
            "now": now,
            "total": total,
            "young": total <= PAGE and not asked.active,
            "filters": asked,
            "days": _by_day(cards),
            "newest": shown[0].alert.id if shown and not before else "",
            "older": shown[-1].alert.id if len(found) > PAGE else "",
            "older_than": before,
            "rules": sorted({rule.id for rule in rulebook.rules} | {tally.rule for tally in tallies} | ({asked.rule} - {""})),
            "source_count": len(rulebook.sources),
            "windows": list(chart.WINDOWS.values()),
        }
        return pages.html("alerts.html", request, {**values, **_drawings(tallies, asked, window, now)})

    return routes


def _window(asked: Filters, newest: datetime | None, now: datetime) -> chart.Window:
    """The one asked for, else the shortest that has something to show."""
    if asked.span:
        return chart.WINDOWS[asked.span]
    age = now - newest if newest else timedelta(0)
    fitting = [window for window in chart.WINDOWS.values() if age < window.length - window.column]
    return fitting[0] if fitting else list(chart.WINDOWS.values())[-1]


def _by_day(cards: Sequence[AlertView]) -> list[tuple[datetime, list[AlertView]]]:
    days = groupby(cards, key=lambda view: view.alert.created_at.date())
    return [(views[0].alert.created_at, views) for views in (list(group) for _, group in days)]


def _drawings(tallies: Sequence[Tally], asked: Filters, window: chart.Window, now: datetime) -> dict[str, object]:
    """Each drawing leaves out its own filter, so that it shows what else could be chosen."""
    start, column = window.start(now), window.column
    columns: Counter[tuple[datetime, Severity]] = Counter()
    rules: Counter[tuple[str, Severity]] = Counter()
    severities = Counter(dict.fromkeys(Severity, 0))
    for tally in tallies:
        of_severity, of_rule = asked.severity in (None, tally.severity), asked.rule in ("", tally.rule)
        if of_severity and of_rule:
            columns[(start + (tally.hour - start) // column * column, tally.severity)] += tally.count
        if of_severity:
            rules[(tally.rule, tally.severity)] += tally.count
        if of_rule:
            severities[tally.severity] += tally.count
    return {"chart": chart.draw(columns, window, now), "bars": chart.bars(rules, BUSIEST), "severity_counts": severities}
