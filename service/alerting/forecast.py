"""What would become of an alert: who would be told, when, and why; and what a route says, in words.

Guarantee: the answer is that of the functions that decide on real alerts. It must not decide anything itself, and it cannot know
what went out before: `group_interval` and `max_per_hour` may make it later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.alerting.escalation import reminders
from service.alerting.grouping import plan
from service.alerting.routing import route
from service.model.alert import Alert
from service.model.duration import format_duration
from service.model.routing import Receiver, Reminder, Routing, Timing


@dataclass(frozen=True, slots=True)
class Telling:
    """One receiver that would be told, when, and why then; `because` is its route, `later` what comes if nobody acknowledges."""

    receiver: Receiver
    at: datetime
    because: str
    reason: str
    digest: str
    later: tuple[Reminder, ...]


def forecast(routing: Routing, alert: Alert, now: datetime) -> list[Telling]:
    """Who would be told of an alert that comes in now."""
    found = []
    for hit in route(routing, alert):
        planned = plan(hit.timing, now)
        later = tuple(reminders(hit, alert, planned.due))
        found.append(Telling(hit.receiver, planned.due, hit.reason, planned.reason or "at once", planned.title, later))
    return found


def described(timing: Timing) -> Iterator[str]:
    """What a route says of when its alerts go out, as routes.yaml has it."""
    for name, value in (("group_wait", timing.group_wait), ("group_interval", timing.group_interval)):
        if value:
            yield f"{name} {format_duration(value)}"
    if timing.mute:
        yield f"quiet in {', '.join(hours.name for hours in timing.mute)}"
    if timing.active:
        yield f"active in {', '.join(hours.name for hours in timing.active)}"
    if timing.digest:
        yield timing.digest.title
    if timing.break_through:
        yield f"{timing.break_through.value} breaks through"
    if timing.repeat_interval:
        yield f"repeat_interval {format_duration(timing.repeat_interval)}"
    for step in timing.escalate:
        yield f"not acknowledged after {format_duration(step.after)}: to {step.to}"
