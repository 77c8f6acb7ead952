"""A digest laid out: its alerts by sector, one line each, with counts and their course over time.

A sector is what the rule's label `sector` or `desk` says; else a tag of the entity: the one that most alerts of the digest share,
but not more than half of them, if there is one; else the kind of event. Pure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.model.alert import Alert
from service.model.delivery import Delivery, Digest
from service.model.rule import Severity
from service.notify.render.chart import Timeline, described, in_text, timeline
from service.notify.render.clean import isolate, line
from service.notify.render.figures import kind_words
from service.notify.render.words import AlertWords, counts, published

MAX_LINES = 1000
"""Alerts that are listed; of the rest the number is told."""
MAX_NAME = 60
_LABELS = ("sector", "desk")


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One alert on one line."""

    time: str
    words: AlertWords

    @property
    def said(self) -> str:
        """What happened and how much, or the title where it is not known of whom."""
        return isolate(self.words.figure if self.words.subject and self.words.figure else self.words.title)

    @property
    def beside(self) -> str:
        """The rest of it."""
        return isolate(self.words.details) if self.words.subject and self.words.figure else ""

    @property
    def lead(self) -> str:
        """What stands before it: when, how grave, of whom."""
        return " · ".join(filter(None, (f"{self.time} {self.words.label}", self.words.subject)))


@dataclass(frozen=True, slots=True)
class Group:
    """The alerts of one sector, the gravest first."""

    name: str
    counts: str
    lines: tuple[DigestLine, ...]


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A digest in words; `more` is how many alerts are not listed, `course` the chart, also as `spark` and `chart_words`."""

    title: str
    counts: str
    severities: tuple[tuple[str, int], ...]
    period: str
    reason: str
    groups: tuple[Group, ...]
    more: int
    course: Timeline
    spark: str
    chart_words: str


def digest_words(digest: Digest, delivery: Delivery, alerts: Sequence[Alert], words: Sequence[AlertWords]) -> DigestWords:
    """`alerts` and their `words` in the order in which they are to be shown."""
    shared = Counter(tag for alert in alerts for tag in _tags(alert, delivery))
    sectors: dict[str, list[tuple[Alert, DigestLine]]] = {}
    for alert, one in list(zip(alerts, words, strict=True))[:MAX_LINES]:
        entry = DigestLine(_time(alert.published or alert.created_at, digest.until), one)
        sectors.setdefault(_sector(alert, delivery, shared), []).append((alert, entry))
    groups = [
        Group(name, _counts([alert for alert, _ in entries]), tuple(entry for _, entry in entries))
        for name, entries in sectors.items()
    ]
    course = timeline(alerts, digest.since, digest.until)
    return DigestWords(
        title=line(digest.title, 200) or "Digest",
        counts=_counts(alerts),
        severities=tuple(_severities(alerts).items()),
        period=f"{published(digest.since)} to {published(digest.until)}; times are UTC",
        reason=line(digest.reason),
        groups=tuple(sorted(groups, key=lambda group: (-len(group.lines), group.name))),
        more=max(len(alerts) - MAX_LINES, 0),
        course=course,
        spark=in_text(course),
        chart_words=described(course),
    )


def _severities(alerts: Sequence[Alert]) -> dict[str, int]:
    """How many there are of each severity, the gravest first."""
    number = Counter(alert.severity for alert in alerts)
    return {severity.value: number[severity] for severity in reversed(Severity) if number[severity]}


def _counts(alerts: Sequence[Alert]) -> str:
    told = counts(_severities(alerts))
    return f"{len(alerts)} alert{'s' * (len(alerts) != 1)}" + (f": {told}" if told else "")


def _sector(alert: Alert, delivery: Delivery, shared: Counter[str]) -> str:
    labelled = (line(alert.labels.get(name, ""), MAX_NAME) for name in _LABELS)
    tags = sorted(_tags(alert, delivery), key=lambda tag: (2 * shared[tag] > len(delivery.alerts), -shared[tag], tag))
    tag = tags[0] if tags else ""
    return next(filter(None, (*labelled, line(tag, MAX_NAME), kind_words(alert.event_type))), "Other")


def _tags(alert: Alert, delivery: Delivery) -> tuple[str, ...]:
    background = delivery.background.get(alert.id)
    return background.tags if background else ()


def _time(moment: datetime, until: datetime) -> str:
    """The hour, and the day where it is not the last one."""
    then = moment.astimezone(UTC)
    return then.strftime("%H:%M" if then.date() == until.astimezone(UTC).date() else "%m-%d %H:%M")
