"""Alerts that are stored and explained, but of which nobody is told: somebody asked for silence, or their rule cools down.

Guarantee: whoever was told of something is told of its denial and its correction all the same. Must not decide whether a match
is an alert.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.cooling import Warmth, cool, cools, key_of
from service.alerting.decide import Outcome, Verdict
from service.alerting.routing import labels_of
from service.alerting.silencing import suppress
from service.model.alert import Alert
from service.pipeline.fired import Fired
from service.pipeline.followups import takes_back
from service.storage import cooldowns, deliveries, silences

Verdicts = Sequence[tuple[Fired, Verdict]]


def hush(connection: Connection, verdicts: Verdicts, now: datetime) -> list[tuple[Fired, Verdict]]:
    """The same matches in the same order; new alerts that are silenced, or cool down, say so."""
    return _cooled(connection, _silenced(connection, verdicts, now), now)


def _silenced(connection: Connection, verdicts: Verdicts, now: datetime) -> Verdicts:
    quiet = silences.in_force(connection, now)
    if not quiet:
        return verdicts
    found = []
    for hit, verdict in verdicts:
        why = suppress(labels_of(hit.alert), quiet, now) if verdict.outcome is Outcome.ALERTED else None
        found.append((hit, verdict if why is None or _owed(connection, hit.alert) else Verdict(Outcome.SUPPRESSED, why)))
    return found


def _cooled(connection: Connection, verdicts: Verdicts, now: datetime) -> list[tuple[Fired, Verdict]]:
    """The gravest first, so that it is what the others of its moment cool down behind."""
    found = list(verdicts)
    asked = {
        number: (hit.alert, key_of(hit.alert), hit.match.rule.cooldown)
        for number, (hit, verdict) in enumerate(found)
        if hit.match.rule.cooldown and verdict.outcome is Outcome.ALERTED and cools(hit.alert)
    }
    told = cooldowns.hold(connection, [key for _, key, _ in asked.values()], now)
    for number, (alert, key, lasts) in sorted(asked.items(), key=lambda one: -one[1][0].severity.rank):
        why = cool(alert, lasts, told.get(key), now)
        if why is not None:
            found[number] = found[number][0], Verdict(Outcome.SUPPRESSED, why)
        else:
            told[key] = Warmth(alert.id, now, alert.severity)
            cooldowns.save(connection, key, told[key], now + lasts)
    return found


def _owed(connection: Connection, alert: Alert) -> bool:
    """Whether it takes back what people were told."""
    return takes_back(alert) and bool(deliveries.of_alert(connection, alert.follows))
