"""What a draft of a rule file comes to, for the page: its mistakes, its examples, a text it is tried on, a backtest.

Guarantee: whatever the text is, this ends in bounded time; one person's backtest at a time, whether a page or the API asks, and
few wait for it, so that the others of the server are answered meanwhile. Must not keep anything.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from service.drafting import Tried
from service.editing import Desk
from service.errors import InvalidFiles
from service.pipeline.rehearsal import Bounds, Rehearsal, only, rehearse, without
from service.pipeline.replay import Report, Would
from service.rulebook import Rulebook
from service.rulefiles import name_of
from service.rules.ruleset import CompiledRule
from service.web.context import WebContext
from service.web.rules import sparks

ITEMS = 20_000
SECONDS = 8.0
WAIT = 10.0
"""Seconds that a backtest waits for the one before it."""
WAITING = 3
"""Backtests that may wait at the same time."""
SPANS = (1, 7, 30, 90)
LISTED = 25
FEWEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule file as it was typed; `place` is where it would be, `base` the version it was made from, `rule` who it is about."""

    place: str
    text: str
    base: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a draft would have told, and what would be different from what is in force. `busy`: another one is running."""

    busy: bool = False
    chart: sparks.Chart | None = None
    rules: Sequence[tuple[str, int, float]] = ()
    alerts: Sequence[Would] = ()
    added: Sequence[Would] = ()
    removed: Sequence[Would] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    per_day: float = 0.0
    items: int = 0
    first: datetime | None = None
    last: datetime | None = None
    cut: bool = False
    broken_off: bool = False


class _Turns:
    """Who backtests, and who waits for it."""

    def __init__(self) -> None:
        self.one = threading.Lock()
        self.seats = threading.BoundedSemaphore(1 + WAITING)


_BY_DESK: WeakKeyDictionary[Desk, _Turns] = WeakKeyDictionary()
"""Pages and API of one server take turns."""


class DraftTrials:
    """Tries drafts against what is in force."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._turns = _BY_DESK.setdefault(context.desk, _Turns())

    def check(self, draft: Draft, tried: Tried | None = None) -> dict[str, Any]:
        """See `service.drafting.Drafts.look`."""
        with self._context.database.read() as connection:
            now = self._context.database.now(connection)
        desk = self._context.desk
        return desk.drafts.look(desk.current, draft.place, draft.text, now, tried)

    def backtest(self, draft: Draft, days: int) -> Backtest:
        """Hold a draft without mistakes, and what is in force, against the stored items of the last days."""
        if not self._turns.seats.acquire(blocking=False):
            return Backtest(busy=True)
        try:
            if not self._turns.one.acquire(timeout=WAIT):
                return Backtest(busy=True)
            try:
                return self._backtest(draft, days)
            finally:
                self._turns.one.release()
        finally:
            self._turns.seats.release()

    def _backtest(self, draft: Draft, days: int) -> Backtest:
        desk, database = self._context.desk, self._context.database
        active = desk.current
        try:
            wanted = desk.draft({draft.place: draft.text.encode()})
        except InvalidFiles:  # it was in order a moment ago: something else came into force
            return Backtest(busy=True)
        file = name_of(wanted.texts, draft.place)
        books = [wanted, active] if shares(draft.text) else [only(wanted, file), only(active, name_of(active.texts, draft.place))]
        with database.read() as connection:
            since = database.now(connection) - timedelta(days=days)
        return _told(rehearse(database, books, since, Bounds(ITEMS, SECONDS, monotonic)), mine(wanted, draft.place))


def shares(text: str) -> bool:
    """Whether a file may say something that other files use."""
    return any(line.startswith(("lists:", "macros:")) for line in text.splitlines())


def mine(book: Rulebook, place: str) -> list[CompiledRule]:
    """The rules of the file at a place."""
    file = name_of(book.texts, place)
    return [one for one in book.rules.compiled if one.rule.place.startswith(f"{file}:")]


def _told(found: Rehearsal, rules: Sequence[CompiledRule]) -> Backtest:
    after, before = found.reports
    days = len(after.days) or 1
    counts = Counter(one.rule for one in after.alerts)
    return Backtest(
        chart=_chart(after) if after.days else None,
        rules=[(one.rule.id, counts[one.rule.id], counts[one.rule.id] / days) for one in rules[:LISTED]],
        alerts=_newest(after.alerts),
        added=_newest(added := without(after.alerts, before.alerts)),
        removed=_newest(removed := without(before.alerts, after.alerts)),
        counts={"alerts": len(after.alerts), "added": len(added), "removed": len(removed), "days": days},
        per_day=len(after.alerts) / days,
        items=after.items,
        first=after.first,
        last=after.last,
        cut=found.cut,
        broken_off=found.broken_off,
    )


def _chart(report: Report) -> sparks.Chart:
    """The days of a report, and as many before them as a chart needs to be one."""
    by_day = Counter(one.at.date() for one in report.alerts)
    days = max(len(report.days), FEWEST_DAYS)
    first = report.days[-1] - timedelta(days=days - 1)
    return sparks.chart(first, [by_day[first + timedelta(days=number)] for number in range(days)])


def _newest(alerts: Sequence[Would]) -> list[Would]:
    return sorted(alerts, key=lambda one: one.at, reverse=True)[:LISTED]
