"""An alert in words that every channel shares: severity, subject in both languages, what happened and how much, why, when.

All text returned is one harmless line each (see `clean`) and still has to be escaped for its channel. Pure: what is told of time
is counted from the delivery's own moment, so that every copy says the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery
from service.notify.render.clean import Segment, cut, host, isolate, line, link, segments
from service.notify.render.figures import Facts, changes, details, figure, happened, kind_words

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_TITLE = 300
MAX_NAME = 200
MAX_BODY = 2000
"""As long as a rule may make it: what is longer came another way."""
MAX_OUTLETS = 3
"""How many other outlets are named; of the rest the number is told."""

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

Actions = tuple[tuple[str, str], ...]
"""Buttons: what each says, and its address."""


@dataclass(frozen=True, slots=True)
class AlertWords:
    """One alert ready to be laid out; empty strings stand for what is not known.

    `figure` and `details` are what `happened` tells, in two parts. `first` is the title of the
    alert that an update follows, `changed` what is another since; `custom` the lines that the receiver's template wrote instead.
    """

    id: str
    severity: str
    update: bool
    title: str
    subject: str
    figure: str
    details: str
    event_type: str
    facts: Facts
    body: tuple[str, ...]
    excerpt: tuple[Segment, ...]
    headline: str
    why: str
    rule: str
    source: str
    outlets: str
    published: str
    age: str
    latency: str
    link: str
    link_host: str
    first: str
    changed: str
    custom: tuple[str, ...] = ()
    actions: Actions = ()

    @property
    def label(self) -> str:
        """The word above everything."""
        return f"{self.severity.upper()} UPDATE" if self.update else self.severity.upper()

    @property
    def happened(self) -> str:
        """All of the event on one line."""
        return happened(self.event_type, self.facts)

    @property
    def reported(self) -> str:
        """Who reports it, and when that was."""
        when = ", ".join(filter(None, (self.published, self.age)))
        return ", ".join(filter(None, (isolate(self.source), f"published {when}" if when else "")))


def in_words(alert: Alert, delivery: Delivery | None = None, actions: Actions = ()) -> AlertWords:
    """Everything of `alert` that a reader is shown, as it is told in `delivery`."""
    background = delivery.background.get(alert.id, Background()) if delivery else Background()
    url = link(alert.link)
    update = alert.novelty is Novelty.UPDATE
    source = line(alert.publisher, MAX_NAME) or line(alert.source, MAX_NAME)
    return AlertWords(
        id=alert.id,
        severity=alert.severity.value,
        update=update,
        title=line(alert.title, MAX_TITLE) or line(f"{alert.subject} {kind_words(alert.event_type)}", MAX_TITLE) or "Alert",
        subject=_subject(alert, background.names),
        figure=figure(alert.event_type, alert.facts),
        details=details(alert.event_type, alert.facts),
        event_type=alert.event_type,
        facts=alert.facts,
        body=tuple(filter(None, map(line, cut(alert.body, MAX_BODY).splitlines()))),
        excerpt=segments(alert.excerpt, alert.marks),
        headline=line(alert.headline),
        why=line(alert.reason),
        rule=_rule(alert),
        source=source,
        outlets=_outlets(alert.outlets, source),
        published=published(alert.published),
        age=age(alert.published, delivery.created_at) if delivery else "",
        latency=_latency(alert, delivery.created_at) if delivery and delivery.footer == "latency" else "",
        link=url,
        link_host=host(url) if url else "",
        first=line(background.first, MAX_TITLE) if update else "",
        changed=_changed(alert, background) if update else "",
        actions=actions,
    )


def published(moment: datetime | None) -> str:
    """In UTC and in Shanghai, where most of these markets are; "" when unknown."""
    if moment is None:
        return ""
    there, utc = moment.astimezone(SHANGHAI), moment.astimezone(UTC)
    here = _to_the_minute(utc)
    local = _to_the_minute(there)
    return f"{here} UTC ({local[11:] if local[:10] == here[:10] else local} Shanghai)"


def _to_the_minute(moment: datetime) -> str:
    """Without the zone; three times as fast as strftime."""
    return moment.isoformat(" ", "minutes")[:16]


def age(moment: datetime | None, at: datetime) -> str:
    """How long after its publication something is told; "" when unknown, or when the publisher's clock is ahead."""
    if moment is None or at < moment:
        return ""
    minutes = int((at - moment).total_seconds() // 60)
    if minutes < 1:
        return "within a minute of publication"
    if minutes < 90:
        return f"{minutes} min after publication"
    hours = minutes // 60
    return f"{hours} h after publication" if hours < 48 else f"{hours // 24} days after publication"


def counts(severities: Mapping[str, int]) -> str:
    """ "1 critical, 2 high" for the head of a bundle."""
    return ", ".join(f"{number} {severity}" for severity, number in severities.items() if number)


def _subject(alert: Alert, names: Sequence[str]) -> str:
    """The names of the text, a known one for the language that is missing, the id; each isolated from its neighbours."""
    shown = [name for name in (line(alert.subject, MAX_NAME), line(alert.alias, MAX_NAME)) if name]
    for name in (line(name, MAX_NAME) for name in names):
        if name and _is_chinese(name) not in map(_is_chinese, shown):
            shown.append(name)
    return " · ".join(isolate(name) for name in dict.fromkeys(filter(None, (*shown, line(alert.entity or "", MAX_NAME)))))


def _rule(alert: Alert) -> str:
    """The rule and its place; "" where the reason begins with them."""
    if alert.rule and alert.reason.startswith(f"rule {alert.rule} ("):
        return ""
    return line(" · ".join(filter(None, (alert.rule, alert.rule_place))))


def _is_chinese(name: str) -> bool:
    return _CHINESE.search(name) is not None


def _outlets(outlets: Sequence[str], source: str) -> str:
    others = [name for name in dict.fromkeys(line(outlet, MAX_NAME) for outlet in outlets) if name and name != source]
    if not others:
        return ""
    named, rest = others[:MAX_OUTLETS], len(others) - MAX_OUTLETS
    return ", ".join(isolate(name) for name in named) + (f" and {rest} more" if rest > 0 else "")


def _changed(alert: Alert, background: Background) -> str:
    found = changes(background.event_type, background.facts, alert.event_type, alert.facts) if background.event_type else ()
    return "; ".join(isolate(each) for each in found)


def _latency(alert: Alert, queued: datetime) -> str:
    """From its publication to our queue, each counted from the one before; a step that clocks disagree on is left out."""
    moments = (("published", alert.published), ("matched", alert.created_at), ("queued", queued))
    steps: list[str] = []
    at: datetime | None = None
    for name, moment in moments:
        if moment is None or (at and moment < at):
            continue
        steps.append(f"{name} {_seconds(moment - at)} later" if at else f"{name} {moment.astimezone(UTC):%H:%M:%S} UTC")
        at = moment
    return ", ".join(steps)


def _seconds(wait: timedelta) -> str:
    whole = wait.total_seconds()
    return f"{whole:.1f} s" if whole < 120 else f"{whole / 60:.0f} min" if whole < 7200 else f"{whole / 3600:.1f} h"
