"""A claim in one transaction, for tests that look at the storage alone."""

from datetime import timedelta

from sqlalchemy import Connection

from service.model.delivery import Delivery
from service.storage import deliveries
from service.storage.claiming import Share


def claim_due(
    connection: Connection,
    *,
    limit: int,
    lease: timedelta,
    exclude_targets: frozenset[str] = frozenset(),
    per_target: Share = None,
) -> list[Delivery]:
    """What the outbox does in three steps."""
    leases = deliveries.lease_due(connection, limit=limit, lease=lease, exclude_targets=exclude_targets, per_target=per_target)
    return deliveries.claimed(connection, leases, deliveries.contents(connection, leases))
