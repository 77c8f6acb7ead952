"""What the buttons of messages and alerts do: each says what it would do, does it, and says that it was done.

Guarantee: what was done already is not done again, and what is done is written into the audit log in the same transaction. Must
not decide who may do it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.links import Action
from service.alerting.silencing import MUTE, SNOOZE, same_rule, same_subject
from service.model.alert import Alert
from service.model.routing import Matcher
from service.storage import acknowledgements, audit, feedback, silences
from service.web.i18n import gettext as _
from service.web.times import lasting, moment


@dataclass(frozen=True, slots=True)
class Deed:
    """`asks` says what would be done for a receiver, `done` that it was ("" while it was not), `do` does it."""

    asks: Callable[[Alert, str], str]
    done: Callable[[Connection, Alert, str, datetime], str]
    do: Callable[[Connection, Alert, str, datetime], object]


def _acknowledge() -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        return _("%(who)s takes care of this alert: it is not escalated and not sent again.") % {"who": receiver}

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        known = acknowledgements.acknowledged(connection, [alert.id]).get(alert.id)
        if known is None:
            return ""
        told = {"who": known.by, "when": moment(known.at)}
        return _("Acknowledged by %(who)s, %(when)s: nobody is reminded of it any more.") % told

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        acknowledgements.acknowledge(connection, alert.id, receiver, now)

    return Deed(asks, done, do)


def _silence(wanted: Callable[[Alert], tuple[Matcher, ...]], lasts: timedelta, words: Callable[[Alert], str], why: str) -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        told = {"time": lasting(lasts), "what": words(alert)}
        return _("For %(time)s no receiver is told %(what)s. It is stored and shown here all the same.") % told

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        found = [one for one in silences.in_force(connection, now) if one.matchers == wanted(alert)]
        if not found:
            return ""
        return _("Silenced by %(who)s until %(when)s.") % {"who": found[-1].by, "when": moment(found[-1].until)}

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        if not done(connection, alert, receiver, now):
            silences.add(connection, wanted(alert), now + lasts, receiver, why, now)

    return Deed(asks, done, do)


def _not_useful() -> Deed:
    def asks(alert: Alert, receiver: str) -> str:
        told = {"who": receiver, "rule": alert.rule}
        return _("This alert was of no use to %(who)s. It is counted for the rule %(rule)s; nothing else changes.") % told

    def done(connection: Connection, alert: Alert, receiver: str, now: datetime) -> str:
        at = feedback.said(connection, alert.id, receiver)
        if at is None:
            return ""
        return _("%(who)s said that this alert was of no use, %(when)s.") % {"who": receiver, "when": moment(at)}

    def do(connection: Connection, alert: Alert, receiver: str, now: datetime) -> None:
        feedback.add(connection, alert.id, receiver, now)

    return Deed(asks, done, do)


def _of_subject(alert: Alert) -> str:
    name = alert.subject or alert.entity
    if not name:
        return _("what the rule %(rule)s says without a subject") % {"rule": alert.rule}
    return _("what the rule %(rule)s says of %(subject)s") % {"rule": alert.rule, "subject": name}


def _of_rule(alert: Alert) -> str:
    return _("what the rule %(rule)s says") % {"rule": alert.rule}


DEEDS: Mapping[Action, Deed] = {
    Action.ACKNOWLEDGE: _acknowledge(),
    Action.SNOOZE: _silence(same_subject, SNOOZE, _of_subject, "snoozed"),
    Action.MUTE: _silence(same_rule, MUTE, _of_rule, "muted"),
    Action.NOT_USEFUL: _not_useful(),
}


def press(connection: Connection, action: Action, alert: Alert, by: str, now: datetime, who: str = "") -> None:
    """Do it for `by`, once; `who` is what the audit log calls them, where that is something else."""
    deed = DEEDS[action]
    if not deed.done(connection, alert, by, now):
        deed.do(connection, alert, by, now)
        audit.write(connection, now=now, who=who or by, what=f"alert.{action.value}", subject=alert.id, after=alert.title)
