"""An alert in words that every channel shares: severity, subject in both languages, what happened and how much, why, when.

All text returned is one harmless line each (see `clean`) and still has to be escaped for its channel. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service.model.alert import Alert
from service.model.event import FieldValue
from service.notify.render.clean import Segment, host, isolate, line, link, segments

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_TITLE = 300

_ACRONYMS = {"ipo": "IPO"}
_BOUNDS = {"over": "more than ", "nearly": "nearly ", "about": "about ", "under": "less than "}
_LABELS = {"streak": "limit days in a row", "source": "according to"}
_ORDER = ("period", "stage", "venue", "streak", "state", "board", "amount")


@dataclass(frozen=True, slots=True)
class AlertWords:
    """One alert ready to be laid out; empty strings stand for what is not known."""

    severity: str
    title: str
    subject: str
    happened: str
    body: tuple[str, ...]
    excerpt: tuple[Segment, ...]
    headline: str
    why: str
    rule: str
    source: str
    published: str
    link: str
    link_host: str


def in_words(alert: Alert) -> AlertWords:
    """Everything of `alert` that a reader is shown."""
    url = link(alert.link)
    return AlertWords(
        severity=alert.severity.value,
        title=line(alert.title, MAX_TITLE) or line(f"{alert.subject} {_type(alert.event_type)}", MAX_TITLE) or "Alert",
        subject=_subject(alert),
        happened=happened(alert),
        body=tuple(filter(None, map(line, alert.body.splitlines()))),
        excerpt=segments(alert.excerpt, alert.marks),
        headline=line(alert.headline),
        why=line(alert.reason),
        rule=line(" · ".join(filter(None, (alert.rule, alert.rule_place)))),
        source=line(alert.publisher) or line(alert.source),
        published=published(alert.published),
        link=url,
        link_host=host(url) if url else "",
    )


def _subject(alert: Alert) -> str:
    """Each name isolated, so that a right-to-left one does not take its neighbours along."""
    names = dict.fromkeys(filter(None, (line(alert.subject), line(alert.alias), line(alert.entity or ""))))
    return " · ".join(isolate(name) for name in names)


def happened(alert: Alert) -> str:
    """What happened first, then how much, then the other fields of the event in a fixed order."""
    fields = dict(alert.facts)
    parts = [_type(alert.event_type)]
    if (pct := fields.pop("pct", None)) is not None:
        parts.append(_BOUNDS.get(str(fields.pop("bound", "")), "") + _percent(pct))
    parts.append(line(str(fields.pop("kind", ""))))
    if (amount := fields.get("amount")) is not None:
        fields["amount"] = f"{fields.pop('currency', '')} {_number(amount)}"
    for name in sorted(fields, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)):
        if value := line(_number(fields[name])):
            parts.append(f"{_LABELS.get(name) or line(name.replace('_', ' '), 60)}: {value}")
    return " · ".join(filter(None, parts))


def published(moment: datetime | None) -> str:
    """In UTC and in Shanghai, where most of these markets are; "" when unknown."""
    if moment is None:
        return ""
    there, utc = moment.astimezone(SHANGHAI), moment.astimezone(UTC)
    local = there.strftime("%H:%M" if there.date() == utc.date() else "%Y-%m-%d %H:%M")
    return f"{utc.strftime('%Y-%m-%d %H:%M')} UTC ({local} Shanghai)"


def _type(event_type: str) -> str:
    words = event_type.replace("_", " ")
    return line(_ACRONYMS.get(words, words.capitalize()), 60)


def _percent(value: FieldValue) -> str:
    return f"{value:+,.10g}%" if isinstance(value, float | int) else line(str(value))


def _number(value: FieldValue) -> str:
    return f"{value:,.10g}" if isinstance(value, float | int) else str(value)


def counts(severities: Mapping[str, int]) -> str:
    """ "1 critical, 2 high" for the head of a bundle."""
    return ", ".join(f"{number} {severity}" for severity, number in severities.items() if number)
