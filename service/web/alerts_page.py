"""`/`: the alerts, newest first, under a chart of when and why they fired."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from service.model.rule import Severity
from service.model.user import Role, User
from service.storage import alert_queries
from service.storage.alert_lists import AlertState, Asked
from service.storage.alert_stream import START
from service.web import chart, times, welcome
from service.web.access import Person, allow
from service.web.cards import cards, days
from service.web.context import InForce, WebContext
from service.web.directory import directory_of
from service.web.filters import MAX_TEXT, Filters, read_filters
from service.web.i18n import reader
from service.web.rendering import Pages

PAGE = 30
BUSIEST = 6
LONGEST = list(chart.WINDOWS.values())[-1]

Wanted = Annotated[Filters, Depends(read_filters)]
Values = dict[str, object]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/", methods=["GET", "HEAD"])
    def show(request: Request, filters: Wanted, person: Person, before: str = "") -> HTMLResponse:
        book = context.rulebook()
        directory = directory_of(book.catalog)
        asked = filters.asked(directory)
        with context.database.read() as connection:
            now = context.database.now(connection)
            newest = alert_queries.newest_time(connection)
            values: Values = {"now": now, "filters": filters, "any": newest is not None}
            values |= {"steps": welcome.steps(book, pages.has), "newest": START}
            if newest is not None:
                values |= _list(connection, asked, before[:MAX_TEXT], person, now)
                values |= _tape(connection, filters, asked, newest, now)
        fired = cast(list[str], values.get("fired", []))
        values |= _choices(book, filters, fired) | {"tags": directory.tags}
        return pages.html("alerts.html", request, values)

    return routes


def _list(connection: Connection, asked: Asked, before: str, person: User, now: datetime) -> Values:
    found = alert_queries.page(connection, limit=PAGE + 1, before=before, **asked)
    shown = found[:PAGE]
    return {
        "days": days(connection, cards(connection, shown, person.name, now)),
        "newest": "" if before else shown[0].alert.id if shown else START,
        "older": shown[-1].alert.id if len(found) > PAGE else "",
        "older_than": before,
    }


def _tape(connection: Connection, filters: Filters, asked: Asked, newest: datetime, now: datetime) -> Values:
    """The chart and the counts beside it. What people did about alerts, and words, narrow down the list alone."""
    window = _window(filters, newest, now)
    borders = window.borders(now, reader().zone)
    plain = Asked(severity=asked["severity"], rule=asked["rule"], source=asked["source"], entities=asked["entities"])
    counts = [stretch.counts for stretch in alert_queries.by_stretch(connection, borders, **plain)]
    # Rules and severities leave out their own filters, so that they show what else could be chosen.
    beside = Asked(source=asked["source"], entities=asked["entities"])
    fired = alert_queries.by_rule(connection, borders[0], **beside)
    return {
        "windows": list(chart.WINDOWS.values()),
        "chart": chart.draw(counts, borders, window),
        "market": times.market_name(),
        **_facets(fired, filters),
    }


def _window(filters: Filters, newest: datetime, now: datetime) -> chart.Window:
    """The one asked for, else the shortest that has something to show."""
    if filters.span:
        return chart.WINDOWS[filters.span]
    fitting = (window for window in chart.WINDOWS.values() if now - newest < window.length - window.column)
    return next(fitting, LONGEST)


def _choices(book: InForce, filters: Filters, fired: Iterable[str]) -> Values:
    rules = {*(rule.id for rule in book.rules), *fired, filters.rule}
    sources = {source.id for source in book.sources} | {filters.source}
    return {
        "rules": sorted(rules - {""}),
        "sources": sorted(sources - {""}),
        "states": list(AlertState),
        "rule_count": len(book.rules),
        "source_count": len(book.sources),
    }


def _facets(rules: Mapping[tuple[str, Severity], int], filters: Filters) -> Values:
    """Counts by rule and by severity."""
    severities = Counter(dict.fromkeys(Severity, 0))
    for (rule, severity), count in rules.items():
        severities[severity] += count if filters.rule in ("", rule) else 0
    shown = {key: count for key, count in rules.items() if filters.severity in (None, key[1])}
    return {"bars": chart.bars(shown, BUSIEST), "severity_counts": severities, "fired": [rule for rule, _ in rules]}
