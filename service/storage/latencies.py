"""How long alerts took from their publication to the reader, lately. Reads only.

What was published long before it came to us (an article that a new source still held) was no news when it came, and would tell
nothing of the service: it is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import quantiles

from sqlalchemy import Connection, select

from service.alerting.latency import latency_of
from service.model.delivery import DeliveryState
from service.storage.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS

STALE = timedelta(days=1)
"""Between the publication and the alert."""
PERCENTILES = ("50", "95", "99")


def latest(connection: Connection, limit: int) -> list[float]:
    """Seconds, of the alerts in the deliveries that were made last and have been sent."""
    sent = select(DELIVERIES.c.id, DELIVERIES.c.created_at, DELIVERIES.c.sent_at)
    sent = sent.where(DELIVERIES.c.state == DeliveryState.SENT.value).order_by(DELIVERIES.c.id.desc()).limit(limit)
    newest = sent.subquery()
    joined = newest.join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == newest.c.id)
    joined = joined.join(ALERTS, ALERTS.c.id == DELIVERY_ALERTS.c.alert_id)
    times = (
        select(ALERTS.c.published, ALERTS.c.created_at, newest.c.created_at, newest.c.sent_at).select_from(joined).limit(limit)
    )
    taken = []
    for published, created, queued, at in connection.execute(times):
        total = latency_of(published, created, created, queued, at).total
        if total is not None and (published is None or created - published < STALE):
            taken.append(total)
    return taken


def percentiles(taken: Sequence[float]) -> Mapping[str, float]:
    """The median, and what 95 and 99 of 100 stay below; nothing where nothing was sent."""
    if not taken:
        return {}
    cuts = quantiles(taken, n=100, method="inclusive") if len(taken) > 1 else [taken[0]] * 99
    return {name: cuts[int(name) - 1] for name in PERCENTILES}
