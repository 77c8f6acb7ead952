"""Inhibition: while a grave alert is new, nobody is told of lesser ones that say the same of the same thing.

Guarantee: nothing is inhibited by what is less grave, by itself, or by what lacks the labels that must be equal. Pure. Must not
be asked with what was itself kept back. Source: Prometheus Alertmanager, configuration reference, `<inhibit_rule>`; there an
alert lasts, here it counts for `within`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from service.alerting.routing import holds, labels_of
from service.model.alert import Alert
from service.model.routing import Inhibition, Matcher


def inhibited(alert: Alert, rules: Sequence[Inhibition], told: Iterable[Alert], now: datetime) -> str | None:
    """Why nobody is told of an alert, because others were told; None where nothing inhibits it."""
    labels = labels_of(alert)
    mine = [rule for rule in rules if _all(rule.target, labels)]
    for other in told if mine else ():
        if other.id == alert.id or other.severity.rank < alert.severity.rank:
            continue
        theirs = labels_of(other)
        if any(_inhibits(rule, theirs, labels, now < other.created_at + rule.within) for rule in mine):
            return f"inhibited by alert {other.id} ({other.severity.value}): {other.title}"
    return None


def _inhibits(rule: Inhibition, source: Mapping[str, str], target: Mapping[str, str], new: bool) -> bool:
    """Whether the one keeps the other back; what is on both sides of a rule never keeps back its like."""
    if not new or not _all(rule.source, source) or (_all(rule.source, target) and _all(rule.target, source)):
        return False
    return all(source.get(label) and source.get(label) == target.get(label) for label in rule.equal)


def _all(matchers: Sequence[Matcher], labels: Mapping[str, str]) -> bool:
    return all(holds(matcher, labels) for matcher in matchers)
