"""Items → stored items, events, decisions, alerts and deliveries, in one transaction.

Understanding and matching happen before it. An item whose guid or whose words are known is not news, whoever sends it again;
the unique constraints of the database have the last word, so that two processes with the same feed alert once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.compose import compose
from service.alerting.decide import Outcome, Verdict, decide
from service.alerting.fingerprint import fingerprint, identity
from service.alerting.routing import route
from service.extraction import Understood
from service.metrics import Metrics
from service.model.alert import Alert
from service.model.item import Item
from service.model.routing import Routing
from service.model.rule import Match
from service.pipeline.parts import Active, Parts
from service.rulebook import Rulebook
from service.rules.matcher import match
from service.rules.templates import body_of, title_of
from service.storage import alerts, decisions, deliveries, items

log = logging.getLogger(__name__)

Finish = Callable[[Connection, int], None]
"""Runs inside the transaction with the number of new items; raising rolls everything back."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A match that was told apart from all others by its alert's fingerprint."""

    match: Match
    item_id: int
    item: Item
    alert: Alert


def ingest(
    parts: Parts, active: Active, source: str, found: Sequence[Item], *, baseline: bool = False, finish: Finish | None = None
) -> int:
    """Take items into the line; returns how many were new.

    With `baseline` they are stored and explained, but never alerted.
    """
    fresh = _fresh(parts, source, found)
    understood = active.extractor.extract(fresh)
    by_guid = {item.guid: one for item, one in zip(fresh, understood, strict=True)}
    with parts.database.read() as connection:
        arrival = parts.database.now(connection)
    matches = {item.guid: match(active.rulebook.rules, item, by_guid[item.guid].events, arrival) for item in fresh}

    def store(connection: Connection) -> tuple[list[tuple[int, Item]], list[tuple[Fired, Verdict]]]:
        now = parts.database.now(connection)
        disposition: items.Disposition = "baseline" if baseline else "evaluated"
        new = items.insert_new(connection, fresh, disposition=disposition, rules_version=active.rulebook.version, now=now)
        items.save_events(connection, [(number, event) for number, item in new for event in by_guid[item.guid].events])
        fired = [hit for number, item in new for hit in _fire(active.rulebook, number, item, matches[item.guid], now)]
        verdicts = _decide(connection, fired, baseline=baseline)
        _record(connection, verdicts, active.rulebook.routing, now)
        if finish:
            finish(connection, len(new))
        return new, verdicts

    new, verdicts = parts.database.run(store)
    parts.metrics.ingested(len(new), baseline=baseline)
    for _, item in new:
        if note := by_guid[item.guid].note:
            log.error("%s: item %s is kept, but without events: %s", source, item.guid, note)
    _count(parts.metrics, [by_guid[item.guid] for _, item in new], verdicts)
    return len(new)


def _fresh(parts: Parts, source: str, found: Sequence[Item]) -> list[Item]:
    with parts.database.read() as connection:
        guids, hashes = items.known(connection, source, [item.guid for item in found], [item.content_hash for item in found])
    fresh: dict[str, Item] = {}
    for item in found:
        if item.guid not in guids and item.content_hash not in hashes:
            fresh.setdefault(item.guid, item)
    return list(fresh.values())


def _fire(book: Rulebook, number: int, item: Item, matches: Sequence[Match], now: datetime) -> list[Fired]:
    """The matches of one item as alerts that could be sent."""
    today = (item.published or now).date()
    fired = []
    for hit in matches:
        parts = book.lexicon.identity[hit.event.type] if hit.event else ()
        print_ = fingerprint(hit.rule.id, identity(hit, item, parts, today))
        alert = compose(hit, item, title=title_of(hit, item), fingerprint=print_, now=now, body=body_of(hit, item))
        fired.append(Fired(hit, number, item, alert))
    return sorted(fired, key=_reading_order)


def _reading_order(fired: Fired) -> tuple[int, int]:
    """The gravest first, then as the text has it."""
    first = min((evidence.span.start for evidence in fired.match.evidence), default=0)
    return -fired.alert.severity.rank, first


def _decide(connection: Connection, fired: Sequence[Fired], *, baseline: bool) -> list[tuple[Fired, Verdict]]:
    """Insert the alerts that are new; the unique fingerprint decides who is first."""
    inserted = set() if baseline else alerts.insert_new(connection, [(hit.alert, hit.item_id) for hit in fired])
    verdicts = []
    for hit in fired:
        first = hit.alert.id in inserted
        inserted.discard(hit.alert.id)
        verdicts.append((hit, decide(baseline=baseline, source=hit.item.source, told=None if first else hit.alert.id)))
    return verdicts


def _record(connection: Connection, verdicts: Sequence[tuple[Fired, Verdict]], routing: Routing, now: datetime) -> None:
    """Write every decision with its reason, and the deliveries of the new alerts."""
    rows, orders = [], []
    for hit, verdict in verdicts:
        told = verdict.outcome is not Outcome.BASELINE
        rows.append(
            decisions.Decision(
                item_id=hit.item_id,
                rule=hit.match.rule.id,
                fingerprint=hit.alert.fingerprint,
                outcome=verdict.outcome.value,
                reason=f"{hit.match.reason}; {verdict.reason}",
                alert_id=hit.alert.id if told else None,
                at=now,
            )
        )
        if verdict.outcome is Outcome.ALERTED:
            orders += _orders(routing, hit.alert, now)
    decisions.record(connection, rows)
    deliveries.enqueue(connection, orders)


def _orders(routing: Routing, alert: Alert, now: datetime) -> list[deliveries.Order]:
    return [
        deliveries.Order(alert.id, hit.receiver.name, target, hit.group_key, hit.group_wait, now)
        for hit in route(routing, alert)
        for target in hit.receiver.targets
    ]


def _count(metrics: Metrics, understood: Sequence[Understood], verdicts: Sequence[tuple[Fired, Verdict]]) -> None:
    for one in understood:
        for event in one.events:
            metrics.found(event.type)
    metrics.matched(len(verdicts))
    for hit, verdict in verdicts:
        metrics.decided(verdict.outcome.value)
        if verdict.outcome is Outcome.ALERTED:
            metrics.alerted(hit.alert.severity)
