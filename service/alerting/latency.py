"""How long an alert took, from its publication to the reader, step by step. Pure."""

from dataclasses import dataclass
from datetime import datetime

STEPS = ("fetched", "matched", "queued", "delivered", "total")


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of each step; None where it has not happened or nobody knows when, never negative.

    `fetched` from the publication to our having it, `matched` until the rules had fired and the alert was stored, `queued` until
    it was a delivery (longer where quiet hours or a digest hold it), `delivered` until the target had taken it (waiting for its
    group included), `total` from the publication, or from our having it where no publication time is known.
    """

    fetched: float | None = None
    matched: float | None = None
    queued: float | None = None
    delivered: float | None = None
    total: float | None = None


def latency_of(
    published: datetime | None,
    fetched: datetime | None,
    matched: datetime | None,
    queued: datetime | None,
    delivered: datetime | None,
) -> Latency:
    """The steps between these moments; a publication time that lies in the future counts as no delay."""
    return Latency(
        _between(published, fetched),
        _between(fetched, matched),
        _between(matched, queued),
        _between(queued, delivered),
        _between(published or fetched, delivered),
    )


def _between(earlier: datetime | None, later: datetime | None) -> float | None:
    return max(0.0, (later - earlier).total_seconds()) if earlier and later else None
