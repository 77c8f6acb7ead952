"""Whatever routes.yaml says: every alert is told, nothing is due in hours that hold it, and no hour exceeds its limit."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.digests import DigestTimes
from service.alerting.grouping import HOUR, Plan, capped, plan
from service.alerting.holding import hold
from service.alerting.intervals import TimeInterval
from service.alerting.routing import route
from service.model.routing import Matcher, Receiver, Route, Routing, Timing
from service.model.rule import Severity
from tests.support.alerts import make_alert
from tests.support.timing import STILL, ZONES, calendars

zones = st.sampled_from((*ZONES, *STILL)).map(ZoneInfo)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2024, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes))
days = st.frozensets(st.integers(0, 6), max_size=6)
waits = st.integers(0, 26).map(lambda quarters: timedelta(minutes=15 * quarters))


@st.composite
def interval(draw: st.DrawFn) -> TimeInterval:
    begin, end = draw(clocks), draw(st.none() | clocks)
    market = draw(st.none() | st.sampled_from(sorted(calendars())))
    return TimeInterval(
        name=draw(st.sampled_from("abc")),
        zone=draw(zones),
        times=() if begin == end else ((begin, end),),
        weekdays=draw(days),
        calendar=calendars()[market] if market else None,
        sessions=draw(st.frozensets(st.sampled_from(("open", "closed", "trading_day", "weekend")), min_size=1)),
    )


hours = st.lists(interval(), max_size=2).map(tuple)
digests = st.builds(
    DigestTimes, st.just("Daily digest"), zones, st.tuples(clocks), days, st.sampled_from((None, calendars()["XSHG"]))
)
timings = st.builds(
    Timing,
    group_wait=waits,
    group_interval=waits,
    mute=hours,
    active=hours,
    break_through=st.none() | st.sampled_from(Severity),
    digest=st.none() | digests,
)


def on_the_wall(one: TimeInterval, moment: datetime) -> bool:
    """What somebody says who looks at the clock and at the calendar, and knows nothing of instants."""
    local = moment.astimezone(one.zone)
    day, clock = local.weekday(), local.time()
    found = not one.times and (not one.weekdays or day in one.weekdays)
    for begin, end in one.times:
        today = not one.weekdays or day in one.weekdays
        yesterday = not one.weekdays or (day - 1) % 7 in one.weekdays
        if end is None or begin < end:
            found = found or (today and begin <= clock and (end is None or clock < end))
        else:
            found = found or (today and clock >= begin) or (yesterday and clock < end)
    return found and (one.calendar is None or bool(one.sessions & one.calendar.at(moment).sessions))


@settings(deadline=None, max_examples=150)
@given(timings, moments, st.none() | waits)
def test_nothing_is_due_in_hours_that_hold_it(timing: Timing, now: datetime, before: timedelta | None) -> None:
    found = plan(timing, now, None if before is None else now - before)
    assert found.due >= now
    assert bool(found.lane) is bool(found.title)
    assert hold(timing.mute, timing.active, found.due) is None
    if not found.lane and found.due > now:
        assert found.reason


@settings(deadline=None, max_examples=150)
@given(interval(), moments)
def test_hours_are_those_of_the_clock_on_the_wall(one: TimeInterval, moment: datetime) -> None:
    """But for an hour or two around a change of the clock: there a stretch is whole rather than cut in two."""
    inside = any(start <= moment < stop for start, stop in one.spells(moment, moment))
    near = [moment + timedelta(hours=number) for number in range(-26, 27)]
    offsets = {
        other.astimezone(zone).utcoffset()
        for other in near
        for zone in (one.zone, *([one.calendar.zone] if one.calendar else []))
    }
    if len(offsets) <= (2 if one.calendar else 1):
        assert inside == on_the_wall(one, moment)


@settings(deadline=None, max_examples=100)
@given(hours, hours, moments)
def test_the_end_of_a_hold_is_the_first_moment_that_is_open(
    mute: tuple[TimeInterval, ...], active: tuple[TimeInterval, ...], now: datetime
) -> None:
    found = hold(mute, active, now)
    if found is None:
        return
    assert found.until > now
    assert hold(mute, active, found.until) is None
    for share in (0.01, 0.25, 0.5, 0.75, 0.99):
        between = hold(mute, active, now + (found.until - now) * share)
        assert between is not None
        assert between.until == found.until


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 200), max_size=120), st.integers(1, 6))
def test_no_hour_exceeds_its_limit(minutes: list[int], most: int) -> None:
    start = datetime(2025, 12, 22, tzinfo=UTC)
    dues: list[datetime] = []
    overflow: datetime | None = None
    told = 0
    for minute in sorted(minutes):
        now = start + timedelta(minutes=minute)
        overflow = overflow if overflow is not None and overflow > now else None
        found = capped(Plan(now), Timing(), most, dues, overflow)
        told += 1
        if found.lane:
            assert overflow is None or found.due == overflow, "one digest takes all that is too much"
            if overflow is None:
                dues.append(found.due)
            overflow = found.due
        else:
            dues.append(found.due)
    for due in dues:
        assert len([other for other in dues if due - HOUR < other <= due]) <= most
    assert told == len(minutes)


LABELS = ("severity", "event", "desk")
matchers = st.builds(
    Matcher, st.sampled_from(LABELS), st.sampled_from(("=", "!=", "=~")), st.sampled_from(("", "a", "b", "high", "low"))
)


@st.composite
def tree(draw: st.DrawFn, depth: int = 3) -> Route:
    children = draw(st.lists(tree(depth - 1), max_size=3)) if depth else []
    return Route(
        receiver=draw(st.sampled_from("xyz")),
        matchers=tuple(draw(st.lists(matchers, max_size=2))),
        group_by=draw(st.sampled_from((("...",), (), ("desk",), ("severity", "desk")))),
        timing=draw(timings),
        continue_=draw(st.booleans()),
        routes=tuple(children),
    )


@settings(deadline=None, max_examples=40)
@given(tree(), st.sampled_from(Severity), st.sampled_from("ab"), moments)
def test_every_alert_is_told_to_somebody_some_time(root: Route, severity: Severity, desk: str, now: datetime) -> None:
    receivers = {name: Receiver(name, ("inbox://",)) for name in "xyz"}
    hits = route(Routing(root, receivers), make_alert(severity=severity, labels={"desk": desk}))
    assert hits
    for hit in hits:
        assert now <= plan(hit.timing, now).due <= now + timedelta(days=100)
        least = hit.timing.break_through
        if least is not None and severity.rank >= least.rank:
            assert plan(hit.timing, now).due == now + hit.timing.group_wait
