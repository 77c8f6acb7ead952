"""Alerts that are stored and explained, but of which nobody is told, because somebody asked for silence.

Guarantee: whoever was told of something is told of its denial and its correction all the same. Must not decide whether a match
is an alert.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.decide import Outcome, Verdict
from service.alerting.routing import labels_of
from service.alerting.silencing import suppress
from service.model.alert import Alert
from service.pipeline.fired import Fired
from service.pipeline.followups import takes_back
from service.storage import deliveries, silences


def hush(connection: Connection, verdicts: Sequence[tuple[Fired, Verdict]], now: datetime) -> list[tuple[Fired, Verdict]]:
    """The same matches in the same order; new alerts that are silenced say so."""
    quiet = silences.in_force(connection, now)
    if not quiet:
        return list(verdicts)
    found = []
    for hit, verdict in verdicts:
        why = suppress(labels_of(hit.alert), quiet, now) if verdict.outcome is Outcome.ALERTED else None
        found.append((hit, verdict if why is None or _owed(connection, hit.alert) else Verdict(Outcome.SUPPRESSED, why)))
    return found


def _owed(connection: Connection, alert: Alert) -> bool:
    """Whether it takes back what people were told."""
    return takes_back(alert) and bool(deliveries.of_alert(connection, alert.follows))
