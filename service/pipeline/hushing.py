"""Alerts that are stored and explained, but of which nobody is told: somebody asked for silence, a graver one was
told, or their rule cools down.

Guarantee: whoever was told of something is told of its denial and its correction all the same; what was silenced while it waited
to be sent is not sent when the silence is over. Must not decide whether a match is an alert.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.cooling import Warmth, cool, cools, key_of
from service.alerting.decide import Outcome, Verdict
from service.alerting.inhibiting import inhibited
from service.alerting.routing import labels_of
from service.alerting.silencing import reason_of, silenced_between, suppress
from service.model.alert import Alert
from service.model.delivery import Delivery, DeliveryState
from service.model.routing import Inhibition, Routing
from service.pipeline.fired import Fired
from service.pipeline.followups import takes_back
from service.pipeline.recorder import UNDELIVERED
from service.storage import alerts, cooldowns, deliveries, leaving, silences

Verdicts = Sequence[tuple[Fired, Verdict]]

AT_MOST = 1000
"""Alerts that may inhibit others, the latest."""


def hush(connection: Connection, verdicts: Verdicts, routing: Routing, now: datetime) -> list[tuple[Fired, Verdict]]:
    """The same matches in the same order; new alerts that are silenced or inhibited, or cool down, say so."""
    silenced = _silenced(connection, verdicts, now)
    return _cooled(connection, _inhibited(connection, silenced, routing.inhibitions, now), now)


def leave_silenced(connection: Connection, claims: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Claimed deliveries without the alerts that somebody silenced after they were enqueued: of those nobody is told."""
    known = silences.in_force(connection, min((one.created_at for one in claims), default=now))
    if not known or not claims:
        return list(claims)
    wanted = leaving.put_back_at(connection, {one.id for one in claims})
    found = []
    for delivery in claims:
        gone = {}
        for alert in () if delivery.receiver.startswith(f"{UNDELIVERED}: ") else delivery.alerts:
            since = max(alert.created_at, delivery.created_at, wanted.get(delivery.id, delivery.created_at))
            silence = silenced_between(labels_of(alert), known, since, now)
            if silence and not _owed(connection, alert):
                gone[alert.id] = reason_of(silence)
        left = leaving.leave_out(connection, delivery, gone, leaving.SILENCED, now) if gone else delivery
        found += [left] if left else []
    return found


def _silenced(connection: Connection, verdicts: Verdicts, now: datetime) -> Verdicts:
    quiet = silences.in_force(connection, now)
    if not quiet:
        return verdicts
    found = []
    for hit, verdict in verdicts:
        why = suppress(labels_of(hit.alert), quiet, now) if verdict.outcome is Outcome.ALERTED else None
        found.append((hit, verdict if why is None or _owed(connection, hit.alert) else Verdict(Outcome.SUPPRESSED, why)))
    return found


def _inhibited(connection: Connection, verdicts: Verdicts, rules: Sequence[Inhibition], now: datetime) -> Verdicts:
    """The gravest first: what is told now inhibits as what was told before does."""
    new = [number for number, (_, verdict) in enumerate(verdicts) if verdict.outcome is Outcome.ALERTED]
    if not rules or not new:
        return verdicts
    found = list(verdicts)
    told = alerts.told(connection, now - max(rule.within for rule in rules), AT_MOST)
    for number in sorted(new, key=lambda number: -found[number][0].alert.severity.rank):
        alert = found[number][0].alert
        why = inhibited(alert, rules, told, now)
        if why is None or _owed(connection, alert):
            told.insert(0, alert)
        else:
            found[number] = found[number][0], Verdict(Outcome.SUPPRESSED, why)
    return found


def _cooled(connection: Connection, verdicts: Verdicts, now: datetime) -> list[tuple[Fired, Verdict]]:
    """The gravest first, so that it is what the others of its moment cool down behind."""
    found = list(verdicts)
    asked = {
        number: (hit.alert, key_of(hit.alert.rule, hit.alert.entity, hit.alert.subject), hit.match.rule.cooldown)
        for number, (hit, verdict) in enumerate(found)
        if hit.match.rule.cooldown and verdict.outcome is Outcome.ALERTED and cools(hit.alert)
    }
    told = cooldowns.hold(connection, [key for _, key, _ in asked.values()], now)
    for number, (alert, key, lasts) in sorted(asked.items(), key=lambda one: -one[1][0].severity.rank):
        why = cool(alert.severity, lasts, told.get(key), now)
        if why is not None:
            found[number] = found[number][0], Verdict(Outcome.SUPPRESSED, why)
        else:
            told[key] = Warmth(alert.id, now, alert.severity)
            cooldowns.save(connection, key, told[key], now + lasts)
    return found


def _owed(connection: Connection, alert: Alert) -> bool:
    """Whether it takes back what people were told."""
    if not takes_back(alert):
        return False
    return any(one.state is not DeliveryState.CANCELLED for one in deliveries.of_alert(connection, alert.follows))
