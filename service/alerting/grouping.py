"""When the next bundle of a group goes out, in words too.

Guarantee: no bundle is due in hours that hold it, whatever made it due: waiting for company, for the interval of its group, or a
digest's time. Pure: it is given the time and what went out before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.alerting.holding import hold, told
from service.model.duration import format_duration
from service.model.routing import Timing

HOUR = timedelta(hours=1)
HELD = "While quiet"
"""What the digest is called that quiet hours collect."""
OVERFLOW = "rate"
"""The lane of what exceeds a receiver's `max_per_hour`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a bundle goes out and why then; "" if at once.

    With a `lane` it is not its group that the bundle belongs to, but all that goes out to the target at that moment, as a digest
    with a `title`.
    """

    due: datetime
    reason: str = ""
    lane: str = ""
    title: str = ""


def plan(timing: Timing, now: datetime, last: datetime | None = None) -> Plan:
    """When an alert that comes in now goes out; `last` is when the last bundle of its group was due."""
    collected = timing.digest.after(now) if timing.digest else None
    if timing.digest and collected:
        held = hold(timing.mute, timing.active, collected)
        reason = f"collected until {told(collected, timing.digest.zone)}: {timing.digest.title}"
        due = held.until if held else collected
        return Plan(due, f"{reason}, {held.reason}" if held else reason, _lane(due), timing.digest.title)
    due = now + timing.group_wait
    reason = f"waits {format_duration(timing.group_wait)} for company (group_wait)" if timing.group_wait else ""
    if last is not None and timing.group_interval and last + timing.group_interval > due:
        due = last + timing.group_interval
        apart = format_duration(timing.group_interval)
        reason = f"held until {due:%Y-%m-%d %H:%M:%S} UTC: {apart} after the last bundle of its group (group_interval)"
    held = hold(timing.mute, timing.active, due)
    return Plan(held.until, held.reason, _lane(held.until), HELD) if held else Plan(due, reason)


def capped(found: Plan, timing: Timing, most: int, dues: Sequence[datetime], overflow: datetime | None) -> Plan:
    """The plan of a bundle to a target that gets at most so many messages in any hour; 0 is no limit.

    `dues` are when those so far were due, `overflow` is when the digest goes out that waits already for the hour to allow it.
    """
    due = None if found.lane else _allowed(most, dues, found.due, overflow)
    if due is None:
        return found
    reason = f"held until {due:%Y-%m-%d %H:%M:%S} UTC: more than {most} messages in an hour (max_per_hour)"
    held = hold(timing.mute, timing.active, due)
    if held:
        return Plan(held.until, f"{reason}, {held.reason}", _lane(held.until), HELD)
    return Plan(due, reason, OVERFLOW, f"More than {most} an hour")


@dataclass(frozen=True, slots=True)
class Rest:
    """What exceeds the limit of a rule: when its digest goes out at the earliest, why then, and its title."""

    due: datetime
    reason: str
    lane: str
    title: str


def rest(rule: str, most: int, told: Sequence[datetime], overflow: datetime | None, now: datetime) -> Rest | None:
    """Where an alert goes whose rule tells at most so many in any hour one by one; None where it may be told by itself.

    `told` is when those so far were told, digests included, `overflow` is when the digest goes out that waits already.
    """
    due = _allowed(most, told, now, overflow if overflow and overflow > now else None)
    if due is None:
        return None
    reason = f"held until {due:%Y-%m-%d %H:%M:%S} UTC: more than {most} alerts of rule `{rule}` in an hour (max_per_hour)"
    return Rest(due, reason, f"rule {rule}", f"More than {most} an hour of {rule}")


def gathered(found: Plan, timing: Timing, among: Rest) -> Plan:
    """The plan of an alert that exceeds the limit of its rule; what goes out in a digest anyway stays in that."""
    if found.lane:
        return found
    held = hold(timing.mute, timing.active, among.due)
    if held:
        return Plan(held.until, f"{among.reason}, {held.reason}", _lane(held.until), HELD)
    return Plan(among.due, among.reason, among.lane, among.title)


def _allowed(most: int, dues: Sequence[datetime], at: datetime, overflow: datetime | None) -> datetime | None:
    """When one more may go out where `most` in any hour may; None if at once."""
    recent = sorted(due for due in dues if due > at - HOUR)
    if not most or len(recent) < most:
        return None
    return overflow or recent[-most] + HOUR


def _lane(due: datetime) -> str:
    return f"until {due.isoformat()}"
