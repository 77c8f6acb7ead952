"""What a rule may ask of several items together: its window; and what is remembered of each match that a window looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.model.duration import format_duration
from service.model.hours import Hours


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
class Count:
    """At least so many matches within a time; `distinct` and `per` are subject, entity, source, publisher or ""."""

    within: timedelta
    at_least: int
    distinct: str = ""
    per: str = ""

    @property
    def told(self) -> str:
        """What makes it fire."""
        what = f"different {self.distinct}s" if self.distinct else "matches"
        return f"{self.at_least} {what} within {format_duration(self.within)}{_of_one(self.per)}"


@dataclass(frozen=True, slots=True)
class Spike:
    """`factor` times as many matches within a time as the baseline before it lets expect, and at least `least`."""

    within: timedelta
    factor: float
    baseline: timedelta
    least: int
    per: str = ""

    @property
    def told(self) -> str:
        """What makes it fire."""
        usual = f"{self.factor:g} times as many as is usual (over the {format_duration(self.baseline)} before)"
        return f"at least {self.least} matches within {format_duration(self.within)}, and {usual}{_of_one(self.per)}"


@dataclass(frozen=True, slots=True)
class Sequence:
    """What `when` says, at most `within` after something else, of the `same` subject ("" asks nothing of that)."""

    within: timedelta
    same: str = "subject"

    @property
    def told(self) -> str:
        """What makes it fire."""
        return f"first the one, then the other, within {format_duration(self.within)}{_of_one(self.same)}"


@dataclass(frozen=True, slots=True)
class Absence:
    """No match for that long; only time inside of `hours` counts where they are given, each day by itself."""

    within: timedelta
    hours: Hours | None = None

    @property
    def told(self) -> str:
        """What makes it fire."""
        return f"no match for {format_duration(self.within)}{f' (counted: {self.hours.told})' if self.hours else ''}"


@dataclass(frozen=True, slots=True)
class FirstTime:
    """The first match of a subject (or entity, source, publisher) for that long."""

    within: timedelta
    per: str = "subject"

    @property
    def told(self) -> str:
        """What makes it fire."""
        return f"the first match of a {self.per} for {format_duration(self.within)}"


@dataclass(frozen=True, slots=True)
class Corroborated:
    """The same happening from so many different publishers."""

    within: timedelta
    publishers: int

    @property
    def told(self) -> str:
        """What makes it fire."""
        return f"{self.publishers} different publishers within {format_duration(self.within)} that report the same"


Window = Count | Spike | Sequence | Absence | FirstTime | Corroborated


def _of_one(part: str) -> str:
    return f", all of one {part}" if part else ""
