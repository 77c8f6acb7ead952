"""Where an alert would go that a person asks about: made of labels or of a text, and told as commands and API tell it.

Guarantee: the answer is that of the functions that decide on real alerts; nothing is stored or sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.alerting.forecast import Telling
from service.alerting.routing import BUILT_IN
from service.events.extract import extract
from service.marked_yaml import did_you_mean
from service.model.alert import Alert, Novelty
from service.model.item import Item
from service.model.routing import Receiver
from service.model.rule import Severity
from service.pipeline.fired import fire
from service.rulebook import Rulebook
from service.rules.matcher import match
from service.words import counting


def from_text(book: Rulebook, text: str, now: datetime) -> list[Alert]:
    """The alerts that a news text makes by these rules."""
    item = Item("try", "try", "", text, publisher="try")
    events = counting(book.lexicon, extract(item, book.lexicon))
    return [hit.alert for hit in fire(book, 0, item, match(book.rules, item, events, now), now)]


def from_labels(labels: Mapping[str, str], now: datetime) -> Alert:
    """An alert with these labels; ValueError for a value that there is not."""
    return Alert(
        id="test",
        fingerprint="test",
        rule=labels.get("rule", ""),
        rule_place="",
        severity=Severity(_one_of("severity", labels.get("severity", "medium"), [one.value for one in Severity])),
        title=", ".join(f"{name}={value}" for name, value in labels.items()),
        subject=labels.get("subject", ""),
        alias="",
        entity=labels.get("entity"),
        event_type=labels.get("event", ""),
        excerpt="",
        marks=(),
        reason="",
        headline="",
        link="",
        source=labels.get("source", ""),
        publisher=labels.get("publisher", ""),
        published=None,
        created_at=now,
        labels={name: value for name, value in labels.items() if name not in BUILT_IN},
        novelty=Novelty(_one_of("novelty", labels.get("novelty", "first"), [one.value for one in Novelty])),
    )


def schemes(receiver: Receiver) -> list[str]:
    """What stands before `://` in its targets: the rest may hold a secret."""
    return list(dict.fromkeys(target.partition("://")[0] for target in receiver.targets))


def telling_json(alert: Alert, found: Sequence[Telling]) -> dict[str, object]:
    """To whom it would go, when, and why: the form that commands and API share."""
    return {
        "title": alert.title,
        "severity": alert.severity.value,
        "receivers": [
            {
                "receiver": one.receiver.name,
                "kinds": schemes(one.receiver),
                "at": one.at.isoformat(),
                "reason": one.reason,
                "because": one.because,
                "digest": one.digest,
                "later": [
                    {"kind": step.kind.value, "receiver": step.receiver, "at": step.due_at.isoformat()} for step in one.later
                ],
            }
            for one in found
        ],
    }


def _one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        hint = did_you_mean(value, allowed)
        raise ValueError(f"{name}={value}: it is one of {', '.join(allowed)}" + (f"; {hint}" if hint else ""))
    return value
