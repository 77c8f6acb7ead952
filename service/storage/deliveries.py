"""The outbox: bundles of alerts on their way to targets.

Guarantee: an alert that was enqueued is in a delivery that ends SENT, DISCARDED or CANCELLED; one worker at a time holds a
delivery, by a lease in the database's time; whoever lost the lease can no longer record an outcome. How alerts come into
deliveries is told in `enqueueing`. Must not send, and must not decide when to try again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.model.delivery import LOST, Delivery, DeliveryState, Digest, Streak
from service.storage import endings
from service.storage.claiming import Quota, Share, new_token, pick
from service.storage.database import database_now, one_of
from service.storage.enqueueing import Order as Order
from service.storage.enqueueing import enqueue as enqueue
from service.storage.leaving import STALE, leave_out, staleness
from service.storage.outbox import Bundle, decode, set_aside
from service.storage.tables import ATTEMPTS, DELIVERIES, DELIVERY_ALERTS

_NAMES = "id key receiver target group_key attempts created_at timing_reason held_until digest"
_CLAIMED = tuple(DELIVERIES.c[name] for name in _NAMES.split())


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """Where a delivery stands, for people."""

    key: str
    receiver: str
    target: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    last_reason: str
    last_detail: str
    created_at: datetime
    sent_at: datetime | None
    timing_reason: str = ""


@dataclass(frozen=True, slots=True)
class Leases:
    """What a claim took, in its order; `careful` are those whose history is to be read before the next try."""

    rows: Mapping[int, Row[Any]]
    token: str
    at: datetime
    careful: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What leased deliveries carry, and how the last tries of those that need care ended."""

    bundles: Mapping[int, Bundle]
    streaks: Mapping[int, Streak]


def lease_due(
    connection: Connection,
    *,
    limit: int,
    lease: timedelta,
    exclude_targets: frozenset[str] = frozenset(),
    per_target: Share = None,
) -> Leases:
    """Up to `limit` deliveries whose time has come, earliest first, at most `per_target` of one target: SENDING until recorded.

    One whose lease ran out comes back here. This is all of a claim that others wait for; `contents` and `claimed` follow.
    """
    now = database_now(connection)
    table = DELIVERIES.c
    quota = Quota(per_target, {}, exclude_targets)
    due = pick(connection, DELIVERIES, table.target, now, limit, quota, table.state, table.attempts, table.last_reason)
    token = new_token()
    if not due:
        return Leases({}, token, now)
    ids = [row.id for row in due]
    lost = [row for row in due if row.state == DeliveryState.SENDING]
    rows = _lease(connection, ids, token, now + lease)
    _note_lost_tries(connection, lost, "the lease ran out", now)
    careful = [row.id for row in due if row.state == DeliveryState.SENDING or row.last_reason in endings.WITH_CARE]
    return Leases({number: rows[number] for number in ids}, token, now, careful)


def contents(connection: Connection, leases: Leases) -> Contents:
    """Reads only."""
    return Contents(decode(connection, list(leases.rows)), endings.streaks(connection, leases.careful))


def claimed(connection: Connection, leases: Leases, found: Contents) -> list[Delivery]:
    """The leased deliveries that nobody else has taken since, locked.

    What cannot be read is DISCARDED, visibly, and not among them; what is stale by now is CANCELLED.
    """
    ours = one_of(connection, DELIVERIES.c.id, list(leases.rows)), DELIVERIES.c.token == leases.token
    held = set(connection.execute(select(DELIVERIES.c.id).where(*ours).order_by(DELIVERIES.c.id).with_for_update()).scalars())
    ready = []
    for number, row in leases.rows.items():
        if number not in held:
            continue
        bundle = found.bundles[number]
        if bundle.broken or not bundle.alerts:
            set_aside(connection, row, bundle, leases.at)
        if bundle.alerts:
            delivery = _delivery(row, bundle, leases.token, found.streaks.get(number))
            stale = {one.id: why for one in bundle.alerts if (why := staleness(one, bundle.stale_at.get(one.id), leases.at))}
            left = leave_out(connection, delivery, stale, STALE, leases.at) if stale else delivery
            ready += [left] if left else []
    return ready


def _lease(connection: Connection, ids: Sequence[int], token: str, until: datetime) -> dict[int, Row[Any]]:
    """Write the claim; what a delivery needs of its row, by its id."""
    claimed = update(DELIVERIES).where(one_of(connection, DELIVERIES.c.id, ids))
    values = {"attempts": DELIVERIES.c.attempts + 1, "token": token, "lease_until": until, "next_at": until, "waiting": None}
    held = claimed.values(state=DeliveryState.SENDING.value, **values).returning(*_CLAIMED)
    return {row.id: row for row in connection.execute(held)}


def record(  # noqa: PLR0913 - one argument for each column of the outcome, all by name
    connection: Connection,
    delivery: Delivery,
    *,
    state: DeliveryState,
    next_at: datetime | None,
    outcome: str,
    reason: str,
    detail: str,
    now: datetime,
) -> bool:
    """Write how the try ended; False, and nothing written, when somebody else holds the delivery by now."""
    return bool(endings.record_all(connection, [endings.Ending(delivery, state, next_at, outcome, reason, detail)], now))


def release(connection: Connection) -> int:
    """Give all leases back, due at once: for the start of a process that is alone with its database. How many there were."""
    now = database_now(connection)
    leased = select(DELIVERIES).where(DELIVERIES.c.state == DeliveryState.SENDING.value).with_for_update()
    rows = connection.execute(leased).all()
    _note_lost_tries(connection, rows, "the program ended", now)
    back = update(DELIVERIES).where(DELIVERIES.c.id.in_([row.id for row in rows]))
    values = {"state": DeliveryState.RETRYABLE.value, "next_at": now, "last_reason": LOST}
    connection.execute(back.values(**values, token=None, lease_until=None))
    return len(rows)


def counts(connection: Connection) -> dict[DeliveryState, int]:
    """How many deliveries are in each state; every state is there."""
    found = connection.execute(select(DELIVERIES.c.state, func.count()).group_by(DELIVERIES.c.state))
    return dict.fromkeys(DeliveryState, 0) | {DeliveryState(state): number for state, number in found}


def oldest_due(connection: Connection) -> datetime | None:
    """Since when the delivery that waits longest has been due; None when nothing is due."""
    open_states = [state.value for state in (DeliveryState.PENDING, DeliveryState.RETRYABLE)]
    due = select(func.min(DELIVERIES.c.next_at)).where(DELIVERIES.c.state.in_(open_states))
    oldest: datetime | None = connection.execute(due).scalar_one()
    return oldest if oldest is not None and oldest <= database_now(connection) else None


def of_alert(connection: Connection, alert_id: str) -> list[DeliveryStatus]:
    """Where one alert went, oldest delivery first."""
    statement = select(DELIVERIES).join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    rows = connection.execute(statement.where(DELIVERY_ALERTS.c.alert_id == alert_id).order_by(DELIVERIES.c.id))
    return [_status(row) for row in rows]


def _note_lost_tries(connection: Connection, rows: Sequence[Row[Any]], detail: str, now: datetime) -> None:
    _note(
        connection,
        [(row.id, row.attempts) for row in rows],
        ("unknown", LOST, f"nobody reported how the try ended: {detail}"),
        now,
    )


def _note(connection: Connection, tries: Sequence[tuple[int, int]], ending: tuple[str, str, str], now: datetime) -> None:
    outcome, reason, detail = ending
    common = {"at": now, "outcome": outcome, "reason": reason, "detail": detail}
    if tries:
        connection.execute(insert(ATTEMPTS), [{"delivery_id": number, "number": attempt, **common} for number, attempt in tries])


def _delivery(row: Row[Any], bundle: Bundle, token: str, streak: Streak | None) -> Delivery:
    return Delivery(
        id=row.id,
        key=row.key,
        receiver=row.receiver,
        target=row.target,
        alerts=tuple(bundle.alerts),
        attempts=row.attempts,
        created_at=row.created_at,
        token=token,
        digest=_digest(row, bundle),
        streak=streak,
    )


def _digest(row: Row[Any], bundle: Bundle) -> Digest | None:
    if not row.digest:
        return None
    until = max([row.held_until or row.created_at, *(alert.created_at for alert in bundle.alerts)])
    return Digest(row.digest, row.created_at, until, row.timing_reason)


def _status(row: Row[Any]) -> DeliveryStatus:
    return DeliveryStatus(
        key=row.key,
        receiver=row.receiver,
        target=row.target,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_at=row.next_at,
        last_reason=row.last_reason,
        last_detail=row.last_detail,
        created_at=row.created_at,
        sent_at=row.sent_at,
        timing_reason=row.timing_reason,
    )
