"""Silences: alerts of which nobody is told for a while, because somebody asked for it.

Guarantee: what is silenced is silenced by matchers that all hold, for a reason that names who, until when and why. Pure. Must not
decide what a silence means for alerts that were told before it began. Source: Prometheus Alertmanager, silences.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from service.alerting.routing import holds
from service.model.alert import Alert
from service.model.routing import Matcher
from service.model.silence import Silence

SNOOZE = timedelta(hours=1)
MUTE = timedelta(hours=24)


def silenced(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> Silence | None:
    """Of the silences that hold for these labels now, the one that ends last."""
    return silenced_between(labels, silences, now, now)


def silenced_between(labels: Mapping[str, str], silences: Iterable[Silence], first: datetime, last: datetime) -> Silence | None:
    """Of the silences that held for these labels at any moment from the first to the last, the one that ended last."""
    around = [one for one in silences if one.since <= last and first < one.until]
    found = [one for one in around if all(holds(each, labels) for each in one.matchers)]
    return max(found, key=lambda one: (one.until, one.number), default=None)


def suppress(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> str | None:
    """Why nobody is told of an alert with these labels now; None where nothing silences it."""
    found = silenced(labels, silences, now)
    return reason_of(found) if found else None


def reason_of(silence: Silence) -> str:
    """A silence in words."""
    return f"silenced until {silence.until:%Y-%m-%d %H:%M} UTC by {silence.by}" + (f": {silence.why}" if silence.why else "")


def same_subject(alert: Alert) -> tuple[Matcher, ...]:
    """The matchers for what the rule of an alert says of its entity, or of its subject where it has no entity."""
    label, value = ("entity", alert.entity) if alert.entity else ("subject", alert.subject)
    return (*same_rule(alert), Matcher(label, "=", value))


def same_rule(alert: Alert) -> tuple[Matcher, ...]:
    """The matchers for all that the rule of an alert says."""
    return (Matcher("rule", "=", alert.rule),)
