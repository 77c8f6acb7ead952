"""The geometry of the chart above the alerts: one column for each stretch of time, one block for each alert. Pure.

Across, everything is a percentage, so that the drawing stretches from a phone to a wall while its letters keep their size; up,
everything is pixels. Classes carry the colours: no style attributes, which the page's policy forbids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.model.rule import Severity
from service.web import times
from service.web.i18n import N_, ngettext
from service.web.i18n import gettext as _
from service.web.wording import word

HEIGHT = 96
BLOCK = 11
GAP = 2
BY_RANK = tuple(sorted(Severity, key=lambda severity: -severity.rank))


@dataclass(frozen=True, slots=True)
class Window:
    """A length of time that the chart can show, cut into columns, with a label on each `every`-th."""

    name: str
    words: str
    short: str
    column: timedelta
    columns: int
    every: int

    @property
    def length(self) -> timedelta:
        """From the left border to the right one, roughly: a day may have 23 hours."""
        return self.column * self.columns

    def borders(self, now: datetime, zone: ZoneInfo) -> list[datetime]:
        """Where columns begin and the last one ends, in UTC; `now` lies in the last one.

        They are aligned to the hour or the day of the zone: days are as long as they are there.
        """
        there = now.astimezone(zone)
        if self.column >= timedelta(days=1):
            days = [there.date() + timedelta(days=count) for count in range(1 - self.columns, 2)]
            return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
        hours = self.column // timedelta(hours=1)
        last = there.replace(hour=there.hour // hours * hours, minute=0, second=0, microsecond=0).astimezone(UTC)
        return [last + self.column * count for count in range(1 - self.columns, 2)]


WINDOWS = {
    window.name: window
    for window in (
        Window("24h", N_("24 hours"), N_("24 h"), timedelta(hours=1), 24, 6),
        Window("7d", N_("7 days"), N_("7 d"), timedelta(hours=6), 28, 4),
        Window("30d", N_("30 days"), N_("30 d"), timedelta(days=1), 30, 6),
    )
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: `x` and `width` in per cent, `y` and `height` in pixels."""

    x: str
    width: str
    y: float
    height: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class Column:
    """One stretch of time: its boxes from the bottom up, and the words that say the same."""

    x: str
    width: str
    boxes: tuple[Box, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the time axis: the reader's clock above, the market's below; the first one says whose `clock` that is."""

    x: str
    upper: str
    lower: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Ready to be drawn; `summary` says in one sentence what there is to see."""

    window: Window
    height: int
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    tallest: int
    total: int
    summary: str


Counts = Mapping[Severity, int]
"""Alerts by severity."""


def draw(counts: Sequence[Counts], borders: Sequence[datetime], window: Window) -> Chart:
    """Lay the columns out, each with its counts; the tallest one sets the scale, and blocks never grow beyond BLOCK pixels."""
    tallest = max((sum(each.values()) for each in counts), default=0)
    unit = min(float(BLOCK + GAP), HEIGHT / max(tallest, 1))
    stretches = list(pairwise(borders))
    columns = tuple(_column(index, stretches[index], each, window, unit) for index, each in enumerate(counts))
    ticks = tuple(_tick(index, borders[index], window) for index in range(0, window.columns, window.every))
    totals = {severity: sum(each.get(severity, 0) for each in counts) for severity in Severity}
    summary = _("The last %(stretch)s: %(what)s") % {"stretch": _(window.words), "what": in_words(totals)}
    return Chart(window, HEIGHT, columns, ticks, tallest, sum(totals.values()), summary)


def _column(index: int, at: tuple[datetime, datetime], counts: Counts, window: Window, unit: float) -> Column:
    share = 100 / window.columns
    x, width = f"{index * share + share * 0.1:.3f}%", f"{share * 0.8:.3f}%"
    boxes: list[Box] = []
    foot = float(HEIGHT)
    here = {severity: counts.get(severity, 0) for severity in BY_RANK}
    for severity, count in here.items():
        for height, gap in _pieces(count, unit):
            boxes.append(Box(x, width, round(foot - height, 2), round(height - gap, 2), severity))
            foot -= height
    return Column(x, width, tuple(boxes), _(": ").join((_stretch(at, window), in_words(here))))


def _pieces(count: int, unit: float) -> list[tuple[float, float]]:
    """(height, gap above) of the boxes for `count` alerts: a block for each while blocks can be told apart, else one bar."""
    if unit >= 2.5 * GAP:
        return [(unit, float(GAP))] * count
    return [(unit * count, 0.0)] if count else []


def _stretch(at: tuple[datetime, datetime], window: Window) -> str:
    if window.column >= timedelta(days=1):
        return times.date(at[0])
    return f"{times.moment(at[0])} – {times.clock_time(at[1])}"


def _tick(index: int, at: datetime, window: Window) -> Tick:
    place = f"{(index + 0.1) * 100 / window.columns:.3f}%"
    mine = times.here(at)
    if window.column > timedelta(hours=1):
        return Tick(place, times.month_day(mine), times.weekday(mine))
    return Tick(place, f"{mine:%H:%M}", times.market_clock(at), times.market_name() if index == 0 else "")


def in_words(counts: Mapping[Severity, int]) -> str:
    """3 alerts (1 critical, 2 high)."""
    total = sum(counts.values())
    if not total:
        return _("no alerts")
    told = ngettext("%(count)s alert", "%(count)s alerts", total) % {"count": times.number(total)}
    parts = [f"{times.number(counts[one])}\N{NO-BREAK SPACE}{word(one.value)}" for one in BY_RANK if counts.get(one)]
    return _("%(total)s (%(parts)s)") % {"total": told, "parts": _(", ").join(parts)}


@dataclass(frozen=True, slots=True)
class Bar:
    """How often one rule fired, its parts by severity as (x, width) in per cent of the longest bar."""

    rule: str
    count: int
    parts: tuple[tuple[str, str, Severity], ...]
    words: str


def bars(counts: Mapping[tuple[str, Severity], int], at_most: int) -> tuple[Bar, ...]:
    """The rules that fired most, the busiest first."""
    rules: dict[str, dict[Severity, int]] = {}
    for (rule, severity), count in counts.items():
        rules.setdefault(rule, {})[severity] = count
    ordered = sorted(rules.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))[:at_most]
    longest = max((sum(parts.values()) for _, parts in ordered), default=1)
    return tuple(_bar(rule, parts, longest) for rule, parts in ordered)


def _bar(rule: str, counts: Mapping[Severity, int], longest: int) -> Bar:
    parts, x = [], 0.0
    for severity in BY_RANK:
        width = counts.get(severity, 0) * 100 / longest
        if width:
            parts.append((f"{x:.3f}%", f"{width:.3f}%", severity))
        x += width
    return Bar(rule, sum(counts.values()), tuple(parts), in_words(counts))
