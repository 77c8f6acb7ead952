"""Alerts that nobody acknowledges: who is told next, and when the same receiver is told again.

Guarantee: what is acknowledged is left alone; each step of an escalation is told at most once, and a repeat at most MAX_REPEATS
times. Pure: it is given the time and who acknowledged what.
"""

from datetime import datetime

from service.model.alert import Alert
from service.model.routing import Reminder, ReminderKind, RouteHit, Routing
from service.model.rule import Severity

MAX_REPEATS = 10
"""Where nobody acknowledges anything, even a critical alert must come to an end."""


def reminders(hit: RouteHit, alert: Alert, told_at: datetime) -> list[Reminder]:
    """What to look at again after an alert was told to a receiver at `told_at`."""
    first, timing = hit.receiver.name, hit.timing
    found = [
        Reminder(alert.id, ReminderKind.ESCALATION, step.to, number, first, told_at + step.after)
        for number, step in enumerate(timing.escalate, start=1)
    ]
    if timing.repeat_interval and alert.severity is Severity.CRITICAL:
        found.append(Reminder(alert.id, ReminderKind.REPEAT, first, 1, first, told_at + timing.repeat_interval))
    return found


def following(reminder: Reminder, hit: RouteHit, now: datetime) -> Reminder | None:
    """The repeat after one that was sent now; None after the last."""
    if reminder.number >= MAX_REPEATS or not hit.timing.repeat_interval:
        return None
    name = reminder.receiver
    return Reminder(reminder.alert_id, reminder.kind, name, reminder.number + 1, name, now + hit.timing.repeat_interval)


def escalated(reminder: Reminder, routing: Routing) -> tuple[str, str]:
    """The receiver of a due escalation, and why; where it was taken out of the file, the first route's."""
    reason = f"escalated (step {reminder.number}): {reminder.first} was told, and nobody acknowledged it in time"
    if reminder.receiver in routing.receivers:
        return reminder.receiver, reason
    return routing.root.receiver, f"{reason}; there is no receiver {reminder.receiver} any longer"


def repeated(reminder: Reminder) -> str:
    """Why a repeat is sent."""
    return f"sent again (repeat {reminder.number}): nobody acknowledged it (repeat_interval)"
