"""Alerts → deliveries by the routing in force, and later those who are told because nobody acknowledged.

Guarantee: an alert that `tell` was given is in a delivery for each target of each receiver that its routes name, those that
exceed the limit of their rule in digests; those who tell of one rule with a limit take turns; a reminder is acted on by one
process, in the transaction that takes it away. Must not decide whether something is an alert.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.escalation import escalated, following, reminders, repeated
from service.alerting.grouping import HOUR, Rest, gathered, plan, rest
from service.alerting.routing import breaks_through, labels_of, route
from service.alerting.silencing import silenced
from service.model.alert import Alert
from service.model.routing import Reminder, ReminderKind, RouteHit, Routing
from service.model.rule import Rule
from service.pipeline.followups import takes_back
from service.storage import acknowledgements, alerts, backlog, deliveries, groups, silences
from service.storage import reminders as memory
from service.storage.enqueueing import Order

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Reminders that one sweep acts on."""
LONG = timedelta(hours=1)
"""How long a target must have failed before what waits for it becomes one digest."""
OF_THE_TARGET = frozenset({"auth", "connection", "rate_limited", "server_error", "timeout", "tls"})
"""Reasons of failures that are not those of one message."""


def tell(connection: Connection, routing: Routing, told: Sequence[tuple[Alert, Rule]], now: datetime) -> None:
    """The deliveries of new alerts, and what to look at again if nobody acknowledges them."""
    rests = _rests(connection, told, now)
    orders: list[Order] = []
    again: list[Reminder] = []
    for alert, rule in told:
        for hit in route(routing, alert):
            rest = None if breaks_through(hit.timing, alert.severity) else rests.get(alert.id)
            lasting = hit.timing.digest or rule.stale_after is None
            stale_at = None if lasting or rule.stale_after is None else alert.created_at + rule.stale_after
            orders += [replace(order, rest=rest, stale_at=stale_at) for order in _orders(hit, alert, now)]
            planned = plan(hit.timing, now)
            again += reminders(hit, alert, (gathered(planned, hit.timing, rest) if rest else planned).due)
    deliveries.enqueue(connection, orders)
    if again:
        memory.add(connection, again)


def _rests(connection: Connection, told: Sequence[tuple[Alert, Rule]], now: datetime) -> dict[str, Rest]:
    """What exceeds the limit of its rule, by alert; the gravest is told by itself first, what takes back an alert always."""
    asked = [(alert, rule) for alert, rule in told if rule.max_per_hour and not takes_back(alert)]
    states = groups.hold(connection, {f"rule:{rule.id}" for _, rule in asked}, now)
    found: dict[str, Rest] = {}
    for alert, rule in sorted(asked, key=lambda one: -one[0].severity.rank):
        name = f"rule:{rule.id}"
        overflow, dues = states[name].due_at, states[name].dues
        over = rest(rule.id, rule.max_per_hour, dues, overflow, now)
        if over is not None:
            found[alert.id] = over
        if over is None or over.due != overflow:
            kept = tuple(due for due in dues if due > now - HOUR)
            states[name] = groups.State(over.due if over else overflow, (*kept, over.due if over else now))
    for name, state in states.items():
        groups.save(connection, name, state)
    return found


def follow_up(connection: Connection, routing: Routing, now: datetime) -> int:
    """Act on what nobody acknowledged in time, gather backlogs, forget; how many alerts were told again.

    What is silenced waits for the end of the silence.
    """
    groups.prune(connection, now)
    if taken := backlog.gather(connection, now, LONG, OF_THE_TARGET):
        log.warning("a target has failed for an hour and more: %d waiting deliveries became part of a digest", taken)
    due = memory.take_due(connection, now, AT_ONCE)
    known = acknowledgements.acknowledged(connection, {one.alert_id for one in due})
    quiet = silences.in_force(connection, now) if due else []
    orders: list[Order] = []
    again: list[Reminder] = []
    for reminder in due:
        alert = None if reminder.alert_id in known else _alert(connection, reminder.alert_id)
        if alert is None:
            continue
        if silence := silenced(labels_of(alert), quiet, now):
            again.append(replace(reminder, due_at=silence.until))
            continue
        if reminder.kind is ReminderKind.ESCALATION:
            orders += _escalation(routing, reminder, alert, now)
        else:
            more, next_ = _repeat(routing, reminder, alert, now)
            orders += more
            again += next_
    deliveries.enqueue(connection, orders)
    memory.add(connection, again)
    return len({order.alert_id for order in orders})


def _alert(connection: Connection, alert_id: str) -> Alert | None:
    """The alert, if it is there and can be read: one that cannot must not keep the others from being told."""
    try:
        stored = alerts.get(connection, alert_id)
    except ValueError as error:
        log.error("alert %s cannot be read, so nobody is reminded of it: %s", alert_id, error)
        return None
    return stored.alert if stored else None


def _orders(hit: RouteHit, alert: Alert, now: datetime, *, group_key: str = "", reason: str = "") -> list[Order]:
    return [
        Order(
            alert_id=alert.id,
            receiver=hit.receiver.name,
            target=target,
            group_key=group_key or hit.group_key,
            group_wait=hit.timing.group_wait,
            now=now,
            timing=hit.timing,
            max_per_hour=hit.receiver.max_per_hour,
            reason=reason,
        )
        for target in hit.receiver.targets
    ]


def _escalation(routing: Routing, reminder: Reminder, alert: Alert, now: datetime) -> list[Order]:
    """At once, whatever the hours: those that are due together travel together."""
    receiver, reason = escalated(reminder, routing)
    key, wait = f"escalation {reminder.number}", timedelta(0)
    targets = routing.receivers[receiver].targets
    return [Order(alert.id, receiver, target, key, wait, now, reason=reason) for target in targets]


def _repeat(routing: Routing, reminder: Reminder, alert: Alert, now: datetime) -> tuple[list[Order], list[Reminder]]:
    """What is sent again, and the next repeat; in hours that hold it the repeat itself waits, a route that is gone has none."""
    hit = next((hit for hit in route(routing, alert) if hit.receiver.name == reminder.receiver), None)
    if hit is None or not hit.timing.repeat_interval:
        return [], []
    planned = plan(replace(hit.timing, group_wait=timedelta(0)), now)
    if planned.lane:
        return [], [replace(reminder, due_at=planned.due)]
    key = f"{hit.group_key}:repeat {reminder.number}"
    orders = _orders(hit, alert, now, group_key=key, reason=repeated(reminder))
    next_ = following(reminder, hit, now)
    return orders, [next_] if next_ else []
