"""Cool-down: of what a rule says of one subject, one alert is told, and for a while no more.

Guarantee: nothing graver than what was told is held back, and no update is; what is held back does not make it last longer. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.alerting.fingerprint import fingerprint
from service.folding import fold
from service.model.alert import Alert, Novelty
from service.model.rule import Severity


@dataclass(frozen=True, slots=True)
class Warmth:
    """The alert that was told last of a rule and key, when, and how grave it was."""

    alert: str
    at: datetime
    severity: Severity


def key_of(rule: str, entity: str | None, subject: str) -> str:
    """What alerts share that cool down together: the rule, and the entity or else the name of the subject."""
    return fingerprint(rule, {"cooldown": entity or fold(subject).strip()})


def cools(alert: Alert) -> bool:
    """Whether an alert can be held back, and holds others back: an update is told whatever was told before."""
    return not alert.follows and alert.novelty is not Novelty.UPDATE


def cool(severity: Severity, lasts: timedelta, last: Warmth | None, now: datetime) -> str | None:
    """Why an alert of this severity that can be held back is; None where it is told."""
    if last is None or now >= last.at + lasts or severity.rank > last.severity.rank:
        return None
    return f"cooling down until {last.at + lasts:%Y-%m-%d %H:%M} UTC: alert {last.alert} told the same of this subject"
