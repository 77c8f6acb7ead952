"""`/status`: is everything well, how much comes in and goes out, how long it takes, and which sources fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from service.model.delivery import DeliveryState
from service.model.user import Role
from service.storage import alert_queries, deliveries, item_queries, latencies, sources
from service.web import times
from service.web.access import allow
from service.web.context import WebContext
from service.web.i18n import N_
from service.web.i18n import gettext as _
from service.web.rendering import Pages

HOURS = 48
HEIGHT = 72
"""Of a plot, in pixels; across it is in per cent."""
LOOKED_AT = 1000
"""Deliveries whose time is told, the newest."""
WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYABLE)
STEPS = (1, 5, 15, 60, 300, 900, 3600)
"""Seconds up to which a bar of the histogram goes."""
PARTS = (N_("database"), N_("poll"), N_("deliver"), N_("reload"), N_("gauges"), N_("sweep"))
"""Parts of the service as health names them: shown through `word`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`start` and `width` in per cent; `y` and `height` in pixels; `words` say the same."""

    start: str
    width: str
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One row of bars, and what its highest one counts."""

    name: str
    bars: Sequence[Bar]
    most: int
    total: int


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/status", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            counts, oldest = deliveries.counts(connection), deliveries.oldest_due(connection)
            taken = sorted(latencies.latest(connection, LOOKED_AT))
            known = [one for one in sources.overview(connection) if one.active]
            plots = _plots(connection, now)
        values: dict[str, object] = {"now": now, "plots": plots, "hours": HOURS, "height": HEIGHT, "sources": known}
        values |= {"failing": [one for one in known if one.state.failures], "oldest": now - oldest if oldest else None}
        values |= {"waiting": sum(counts[state] for state in WAITING), "given_up": counts[DeliveryState.DISCARDED]}
        values |= {"latency": latencies.percentiles(taken), "histogram": _histogram(taken), "taken": len(taken)}
        return pages.html("status.html", request, values)

    return routes


def _plots(connection: Connection, now: datetime) -> list[Plot]:
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    items = item_queries.by_hour(connection, start)
    borders = [start + timedelta(hours=number) for number in range(HOURS + 1)]
    alerts = {one.start: sum(one.counts.values()) for one in alert_queries.by_stretch(connection, borders)}
    return [_plot(_("Items"), items, start), _plot(_("Alerts"), alerts, start)]


def _plot(name: str, counts: Mapping[datetime, int], start: datetime) -> Plot:
    most = max(counts.values(), default=0)
    bars = []
    for number in range(HOURS):
        at = start + timedelta(hours=number)
        count = counts.get(at, 0)
        height = round(max(count / most * HEIGHT, 2), 1) if count else 0
        words = f"{times.moment(at)}: {times.number(count)}"
        bars.append(Bar(f"{number / HOURS * 100:.3f}%", f"{80 / HOURS:.3f}%", round(HEIGHT - height, 1), height, words))
    return Plot(name, bars, most, sum(counts.values()))


def _histogram(taken: Sequence[float]) -> list[tuple[str, int, str]]:
    """How many took up to each step: words, count, and the width of the bar in per cent."""
    rows, done = [], 0
    for step in STEPS:
        until = sum(1 for one in taken if one <= step)
        rows.append((_("up to %(time)s") % {"time": times.lasting(timedelta(seconds=step))}, until - done))
        done = until
    rows.append((_("more than %(time)s") % {"time": times.lasting(timedelta(seconds=STEPS[-1]))}, len(taken) - done))
    most = max(count for _words, count in rows) or 1
    return [(words, count, f"{count / most * 100:.1f}%") for words, count in rows]
