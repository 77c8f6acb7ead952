"""Alerts into deliveries: which bundle each joins, and when a new one goes out.

Guarantee: an alert that was enqueued is in a delivery, once for each group it was given to; a delivery is joined only under its
row's lock, so a claim at the same moment either takes the new alert along or leaves it a delivery of its own; those who give
alerts to one group, or to one target with a limit, take turns. When a bundle goes out is for service.alerting.grouping to say.
Part of `deliveries`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from service.alerting.grouping import HOUR, OVERFLOW, Plan, Rest, capped, gathered, plan
from service.errors import StorageError
from service.model.delivery import DeliveryState
from service.model.routing import Timing
from service.storage import groups
from service.storage.database import insert_new, one_of
from service.storage.tables import DELIVERIES, DELIVERY_ALERTS

ROUNDS = 10
"""How often enqueue tries again when a claim takes the delivery it was about to join."""


@dataclass(frozen=True, slots=True)
class Order:
    """One alert for one target; `target` still holds its `${NAME}` placeholders.

    `timing` is what its route says beyond `group_wait`. In any hour the target gets at most `max_per_hour` messages, 0 being
    no limit. `reason` says why the alert is given, where that is more than its route. `rest` is there where it exceeds the limit
    of its rule. After `stale_at` it is not told any more.
    """

    alert_id: str
    receiver: str
    target: str
    group_key: str
    group_wait: timedelta
    now: datetime
    timing: Timing = field(default_factory=Timing)
    max_per_hour: int = 0
    reason: str = ""
    rest: Rest | None = None
    stale_at: datetime | None = None

    @property
    def bundle(self) -> str:
        """The name of the bundle of its group."""
        return _hash(self.receiver, self.target, self.group_key)

    @property
    def whole_timing(self) -> Timing:
        """What its route says, `group_wait` included."""
        same = self.timing.group_wait == self.group_wait
        return self.timing if same else replace(self.timing, group_wait=self.group_wait)

    @property
    def cap(self) -> str:
        """The name of what went out to its target."""
        return f"cap:{_hash(self.receiver, self.target)}"

    def lane(self, name: str) -> str:
        """The name of a bundle that is not its group's."""
        return _hash(self.receiver, self.target, "lane", name)


@dataclass(slots=True)
class Placed:
    """Orders on their way into one bundle, and when it goes out if it is a new one."""

    plan: Plan
    orders: list[Order] = field(default_factory=list)


def enqueue(connection: Connection, orders: Sequence[Order]) -> int:
    """Put each alert into the delivery that still waits for its group, or into a new one; how many new ones were made.

    An alert that its group was given before is left alone, so running a transaction twice does no harm.
    """
    created = 0
    remaining = list(orders)
    for _ in range(ROUNDS):
        remaining = _not_yet_given(connection, remaining)
        bundles = _place(connection, remaining)
        created += _create(connection, bundles)
        waiting = select(DELIVERIES.c.waiting, DELIVERIES.c.id).where(one_of(connection, DELIVERIES.c.waiting, bundles))
        ids = {name: number for name, number in connection.execute(waiting.order_by(DELIVERIES.c.id).with_for_update())}
        joins = [
            {"delivery_id": ids[name], "alert_id": order.alert_id, "given_as": order.group_key, "stale_at": order.stale_at}
            for name in ids
            for order in bundles[name].orders
        ]
        insert_new(connection, DELIVERY_ALERTS, joins, "id")
        remaining = [order for name in bundles.keys() - ids for order in bundles[name].orders]
        if not remaining:
            return created
    raise StorageError("alerts could not be enqueued because claims kept taking their deliveries: try again")


def _not_yet_given(connection: Connection, orders: Sequence[Order]) -> list[Order]:
    """The orders without those whose alert was given to that receiver and target for that group."""
    given = (
        select(DELIVERIES.c.receiver, DELIVERIES.c.target, DELIVERY_ALERTS.c.given_as, DELIVERY_ALERTS.c.alert_id)
        .join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
        .where(one_of(connection, DELIVERY_ALERTS.c.alert_id, {order.alert_id for order in orders}))
    )
    seen = {tuple(row) for row in connection.execute(given)} if orders else set()
    found: dict[tuple[str, ...], Order] = {}
    for order in orders:
        found.setdefault((order.receiver, order.target, order.group_key, order.alert_id), order)
    return [order for identity, order in found.items() if identity not in seen]


def _place(connection: Connection, orders: Sequence[Order]) -> dict[str, Placed]:
    """The bundles that the orders belong to, in the order in which their first alerts were given."""
    governed = [order for order in orders if order.timing.group_interval or order.max_per_hour]
    names = {order.bundle for order in governed if order.timing.group_interval}
    names |= {order.cap for order in governed if order.max_per_hour}
    known = groups.hold(connection, names, max(order.now for order in governed)) if governed else {}
    waiting = _waiting(connection, governed)
    bundles: dict[str, Placed] = {}
    for order in orders:
        name = order.bundle
        if order.rest:
            found = gathered(plan(order.whole_timing, order.now), order.timing, order.rest)
            name = order.lane(found.lane)
            bundles.setdefault(name, Placed(found))
        elif name not in bundles:
            found = plan(order.whole_timing, order.now, known[name].due_at if name in known else None)
            if not waiting.get(name, order.now) > order.now:
                found = _limited(order, found, known, waiting, bundles)
                name = order.lane(found.lane) if found.lane else name
            bundles.setdefault(name, Placed(found))
        bundles[name].orders.append(order)
    return bundles


def _limited(
    order: Order, found: Plan, known: Mapping[str, groups.State], waiting: Mapping[str, datetime], bundles: Mapping[str, Placed]
) -> Plan:
    """The plan of an order that no bundle of its group waits for, within the limit of its target."""
    if not order.max_per_hour:
        return found
    lane = order.lane(OVERFLOW)
    overflow = bundles[lane].plan.due if lane in bundles else waiting.get(lane, order.now)
    mine = [placed.plan.due for placed in bundles.values() if placed.orders[0].cap == order.cap]
    dues = [*known[order.cap].dues, *mine]
    return capped(found, order.timing, order.max_per_hour, dues, overflow if overflow > order.now else None)


def _waiting(connection: Connection, governed: Sequence[Order]) -> dict[str, datetime]:
    """When the bundles go out that could be joined rather than exceed an interval or a limit."""
    names = {name for order in governed for name in (order.bundle, order.lane(OVERFLOW))}
    if not names:
        return {}
    asked = select(DELIVERIES.c.waiting, DELIVERIES.c.next_at).where(one_of(connection, DELIVERIES.c.waiting, names))
    return {name: due for name, due in connection.execute(asked)}


def _create(connection: Connection, bundles: Mapping[str, Placed]) -> int:
    """A delivery for each bundle that none waits for. Sorted, so that two transactions with the same bundles never deadlock."""
    if not bundles:
        return 0
    now = max(order.now for placed in bundles.values() for order in placed.orders)
    over = update(DELIVERIES).where(one_of(connection, DELIVERIES.c.waiting, bundles), DELIVERIES.c.next_at <= now)
    connection.execute(over.values(waiting=None))
    turns = {name: number for number, name in enumerate(bundles)}
    rows = [_new_row(name, bundles[name], turns[name]) for name in sorted(bundles)]
    made = [name for (name,) in insert_new(connection, DELIVERIES, rows, "waiting")]
    _remember(connection, [bundles[name] for name in made], now)
    return len(made)


def _remember(connection: Connection, made: Sequence[Placed], now: datetime) -> None:
    """What went out, for groups with an interval and targets with a limit; their states are held already."""
    for placed in made:
        if placed.orders[0].timing.group_interval and not placed.plan.lane:
            groups.save(connection, placed.orders[0].bundle, groups.State(due_at=placed.plan.due))
    caps: dict[str, list[datetime]] = {}
    for placed in made:
        if placed.orders[0].max_per_hour:
            caps.setdefault(placed.orders[0].cap, []).append(placed.plan.due)
    for name, state in groups.hold(connection, caps, now).items():
        kept = (due for due in state.dues if due > now - HOUR)
        groups.save(connection, name, groups.State(dues=(*kept, *caps[name])))


def _new_row(name: str, placed: Placed, turn: int) -> dict[str, Any]:
    """A microsecond for each turn keeps the order in which the alerts were given."""
    first, found = placed.orders[0], placed.plan
    identity = (found.lane, first.group_key) if found.lane else (first.group_key,)
    return {
        "key": _hash(first.receiver, first.target, *identity, first.alert_id)[:32],
        "receiver": first.receiver,
        "target": first.target,
        "group_key": found.lane or first.group_key,
        "waiting": name,
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_at": found.due + timedelta(microseconds=turn),
        "created_at": first.now,
        "last_reason": "",
        "last_detail": "",
        "timing_reason": "; ".join(part for part in (first.reason, found.reason) if part),
        "held_until": found.due if found.lane else None,
        "digest": found.title,
    }


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
