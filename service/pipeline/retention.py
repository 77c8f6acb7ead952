"""Retention: what has been kept for long enough is deleted, in short transactions.

Guarantee: no transaction deletes more than a batch, so nobody waits for it; what one run does not reach, the next one does. Any
number of processes may do it at once. Must not decide what may go.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta

from service.model.retention import FOR_EVER, Keep
from service.storage.database import Database
from service.storage.retention import BATCH, KINDS, count, prune

log = logging.getLogger(__name__)

MOST_BATCHES = 100
"""Of each kind in one run."""


def lasting(keep: Keep) -> Mapping[str, timedelta]:
    """How long each kind is kept, of those that are not kept for ever, in the order in which they go."""
    times = {
        "silences": keep.alerts,
        "items": keep.items,
        "inbox": keep.inbox,
        "deliveries": keep.deliveries,
        "alerts": keep.alerts,
    }
    return {name: times[name] for name in KINDS if times[name] != FOR_EVER}


def forget(database: Database, keep: Keep) -> dict[str, int]:
    """Delete what is old; how many of each kind went."""
    gone = {name: _forget(database, name, lasts) for name, lasts in lasting(keep).items()}
    if any(gone.values()):
        log.info("deleted what is old: %s", ", ".join(f"{number} {name}" for name, number in gone.items() if number))
    return gone


def _forget(database: Database, name: str, lasts: timedelta) -> int:
    gone = 0
    for _ in range(MOST_BATCHES):
        with database.begin() as connection:
            batch = prune(connection, KINDS[name], database.now(connection) - lasts)
        gone += batch
        if batch < BATCH:
            break
    return gone


def forgettable(database: Database, keep: Keep) -> dict[str, int]:
    """How many of each kind would go, if nothing became free to go on the way."""
    with database.read() as connection:
        now = database.now(connection)
        return {name: count(connection, KINDS[name], now - lasts) for name, lasts in lasting(keep).items()}
