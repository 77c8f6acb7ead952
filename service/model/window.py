"""What a rule may ask of several items together: its window; and what is remembered of each match that a window looks at."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One match, as far as windows know it. `at` is the item's time, see alerting.windows.moment.

    `step` is "" for what the rule's `when` matched, "after" for the first half of a sequence. `fingerprint` is the identity of
    the happening behind the match. `words` is the sentence around the evidence.
    """

    at: datetime
    item_id: int
    subject: str = ""
    entity: str = ""
    source: str = ""
    publisher: str = ""
    step: str = ""
    fingerprint: str = ""
    headline: str = ""
    link: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The time that the last alert of a window speaks of: from its first to its last occurrence."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """`start` to `end` on `days` (0 is Monday) in a time zone; an end before the start lies on the next day."""

    start: time = time(0)
    end: time = time(0)
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def open_since(self, now: datetime) -> datetime | None:
        """When the hours that `now` lies in began; None outside of them."""
        local = now.astimezone(self.zone)
        for back in (0, 1):
            day = local.date() - timedelta(days=back)
            start = datetime.combine(day, self.start, self.zone)
            end = datetime.combine(day + timedelta(days=self.end <= self.start), self.end, self.zone)
            if day.weekday() in self.days and start.timestamp() <= now.timestamp() < end.timestamp():
                return start
        return None


@dataclass(frozen=True, slots=True)
class Count:
    """At least so many matches within a time; `distinct` and `per` are subject, entity, source, publisher or ""."""

    within: timedelta
    at_least: int
    distinct: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class Spike:
    """`factor` times as many matches within a time as the baseline before it lets expect, and at least `least`."""

    within: timedelta
    factor: float
    baseline: timedelta
    least: int
    per: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """What `when` says, at most `within` after something else, of the `same` subject ("" asks nothing of that)."""

    within: timedelta
    same: str = "subject"


@dataclass(frozen=True, slots=True)
class Absence:
    """No match for that long, all of it inside `hours` where they are given."""

    within: timedelta
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class FirstTime:
    """The first match of a subject (or entity, source, publisher) for that long."""

    within: timedelta
    per: str = "subject"


@dataclass(frozen=True, slots=True)
class Corroborated:
    """The same happening from so many different publishers."""

    within: timedelta
    publishers: int


Window = Count | Spike | Sequence | Absence | FirstTime | Corroborated
