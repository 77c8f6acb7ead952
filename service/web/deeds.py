"""What the buttons of messages do: each says what it would do, does it, and says that it was done.

Guarantee: what was done already is not done again. Must not decide who may do it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.links import Action
from service.alerting.silencing import MUTE, SNOOZE, same_rule, same_subject
from service.model.alert import Alert
from service.model.routing import Matcher
from service.storage import acknowledgements, feedback, silences
from service.web.wording import clock_time, date


@dataclass(frozen=True, slots=True)
class Deed:
    """`asks` says what would be done for a receiver, `done` that it was ("" while it was not), `do` does it."""

    asks: Callable[[Alert, str], str]
    done: Callable[[Connection, Alert, str, datetime], str]
    do: Callable[[Connection, Alert, str, datetime], object]


def _acknowledge() -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        return f"{receiver} takes care of this alert: it is not escalated and not sent again."

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        known = acknowledgements.acknowledged(connection, [alert.id]).get(alert.id)
        return f"Acknowledged by {known.by} at {_at(known.at)}: nobody is reminded of it any more." if known else ""

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        acknowledgements.acknowledge(connection, alert.id, receiver, now)

    return Deed(asks, done, do)


def _silence(wanted: Callable[[Alert], tuple[Matcher, ...]], lasts: timedelta, words: Callable[[Alert], str], why: str) -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        hours = f"{lasts // timedelta(hours=1)} h"
        return f"For {hours} no receiver is told {words(alert)}. It is stored and shown here all the same."

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        found = [one for one in silences.in_force(connection, now) if one.matchers == wanted(alert)]
        return f"Silenced by {found[-1].by} until {_at(found[-1].until)}." if found else ""

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        if not done(connection, alert, receiver, now):
            silences.add(connection, wanted(alert), now + lasts, receiver, why, now)

    return Deed(asks, done, do)


def _not_useful() -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        return f"This alert was of no use to {receiver}. It is counted for the rule {alert.rule}; nothing else changes."

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        at = feedback.said(connection, alert.id, receiver)
        return f"{receiver} said at {_at(at)} that this alert was of no use." if at else ""

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        feedback.add(connection, alert.id, receiver, now)

    return Deed(asks, done, do)


def _of_subject(alert: Alert) -> str:
    name = alert.subject or alert.entity
    return f"what the rule {alert.rule} says of {name}" if name else f"what the rule {alert.rule} says without a subject"


def _of_rule(alert: Alert) -> str:
    return f"what the rule {alert.rule} says"


def _at(at: datetime) -> str:
    return f"{date(at)}, {clock_time(at)} UTC"


DEEDS: Mapping[Action, Deed] = {
    Action.ACKNOWLEDGE: _acknowledge(),
    Action.SNOOZE: _silence(same_subject, SNOOZE, _of_subject, "snoozed from a message"),
    Action.MUTE: _silence(same_rule, MUTE, _of_rule, "muted from a message"),
    Action.NOT_USEFUL: _not_useful(),
}
