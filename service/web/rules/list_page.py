"""`/rules`: all rules, how loud and how useful each was in the last month, and what is doubtful about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.model.rule import Severity
from service.model.user import Role
from service.storage.rule_stats import RuleStats
from service.web.access import allow
from service.web.context import WebContext
from service.web.i18n import N_
from service.web.rendering import Pages
from service.web.rules import sparks, words
from service.web.rules.catalogue import Entry
from service.web.rules.shared import DAYS, shared

PAGE = 60
MAX_TEXT = 200

STATES = {
    "": N_("All"),
    "on": N_("In force"),
    "off": N_("Switched off"),
    "expired": N_("Expired"),
    "doubtful": N_("Doubtful"),
    "quiet": N_("Never fired"),
}
SORTS = {
    "name": N_("Name"),
    "loud": N_("Loudest"),
    "last": N_("Last fired"),
    "useless": N_("Least useful"),
    "severity": N_("Severity"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule with its figures. `held` is the share of its matches that was held back, None where there were none."""

    entry: Entry
    title: str
    spark: str
    alerts: int
    per_day: float
    held: float | None
    last: datetime | None
    acknowledged: int
    useless: int

    @property
    def uselessness(self) -> float:
        """What the list of the least useful goes by: said to be of no use, as a share of what somebody said anything about."""
        said = self.acknowledged + self.useless
        return self.useless / said if said else 0.0


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])
    figures, catalogue = (common := shared(context, pages)).figures, common.catalogue

    @routes.api_route("/rules", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        query = {name: request.query_params.get(name, "")[:MAX_TEXT] for name in ("q", "severity", "state", "sort", "page")}
        book = context.desk.current
        now, counted = figures.of_all()
        rows = [row(entry, counted.get(entry.id), now.date()) for entry in catalogue.of(book, now.date()).values()]
        found = ordered([one for one in rows if wanted(one, query)], query["sort"])
        page = min(int(query["page"]) if query["page"].isdecimal() else 1, max(1, -(-len(found) // PAGE))) or 1
        values = {
            "now": now,
            "asked": {**query, "sort": query["sort"] if query["sort"] in SORTS else "name"},
            "rows": found[(page - 1) * PAGE : page * PAGE],
            "found": len(found),
            "total": len(rows),
            "page": page,
            "pages": -(-len(found) // PAGE),
            "states": [(name, label, sum(in_state(one, name) for one in rows)) for name, label in STATES.items()],
            "sorts": SORTS,
            "days": DAYS,
        }
        return pages.html("rules/list.html", request, values)

    return routes


def row(entry: Entry, stats: RuleStats | None, today: date) -> Row:
    """One line of the list."""
    stats = stats or RuleStats()
    days = [stats.days[today - timedelta(days=DAYS - 1 - number)] for number in range(DAYS)]
    matched = sum(count for outcome, count in stats.outcomes.items() if outcome in ("alerted", "suppressed"))
    return Row(
        entry,
        words.title(entry.title),
        sparks.path(days),
        sum(days),
        sum(days) / DAYS,
        stats.outcomes["suppressed"] / matched if matched else None,
        stats.last,
        stats.acknowledged,
        stats.useless,
    )


def in_state(one: Row, state: str) -> bool:
    """Whether a rule is shown under one of the switches."""
    if state == "doubtful":
        return bool(one.entry.findings)
    if state == "quiet":
        return one.last is None
    return state not in STATES or not state or one.entry.state == state


def wanted(one: Row, query: Mapping[str, str]) -> bool:
    """Whether the filters let a rule through."""
    severity = query["severity"]
    fits = severity not in [*Severity] or one.entry.severity.rank <= Severity(severity).rank <= one.entry.gravest.rank
    return fits and in_state(one, query["state"]) and all(word in one.entry.words for word in query["q"].casefold().split())


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS: Mapping[str, Callable[[Row], tuple[object, ...]]] = {
    "loud": lambda one: (-one.alerts, -(one.held or 0.0), one.entry.id),
    "last": lambda one: (-(one.last or _NEVER).timestamp(), one.entry.id),
    "useless": lambda one: (-one.uselessness, -one.useless, one.entry.id),
    "severity": lambda one: (-one.entry.gravest.rank, one.entry.id),
    "name": lambda one: (one.entry.id,),
}


def ordered(rows: Sequence[Row], sort: str) -> list[Row]:
    """In the order that was asked for, else by name."""
    return sorted(rows, key=_ORDERS.get(sort, _ORDERS["name"]))
