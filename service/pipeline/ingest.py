"""Items → stored items, events, decisions, alerts and deliveries, in one transaction.

Understanding and matching happen before it. An item whose guid or whose words are known is not news, whoever sends it again;
the unique constraints of the database have the last word, so that two processes with the same feed alert once.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.decide import Outcome, Verdict, decide
from service.alerting.latency import latency_of
from service.extraction import Understood
from service.metrics import Metrics
from service.model.item import Item
from service.model.routing import Routing
from service.pipeline.fired import Fired, fire
from service.pipeline.followups import follow_up
from service.pipeline.hushing import hush
from service.pipeline.parts import Active, Parts
from service.pipeline.telling import tell
from service.pipeline.windows import weigh
from service.rules.matcher import match
from service.storage import alerts, decisions, items

log = logging.getLogger(__name__)

Finish = Callable[[Connection, int], None]
"""Runs inside the transaction with the number of new items; raising rolls everything back."""


def ingest(
    parts: Parts, active: Active, source: str, found: Sequence[Item], *, baseline: bool = False, finish: Finish | None = None
) -> int:
    """Take items into the line; returns how many were new.

    With `baseline` they are stored and explained, but never alerted.
    """
    with parts.database.read() as connection:
        arrival = parts.database.now(connection)
    fresh, unseen = _fresh(parts, source, [items.as_stored(item) for item in found], arrival)
    understood = active.extractor.extract(fresh)
    by_guid = {item.guid: one for item, one in zip(fresh, understood, strict=True)}
    matches = {item.guid: match(active.rulebook.rules, item, by_guid[item.guid].events, arrival) for item in fresh}

    def store(connection: Connection) -> tuple[list[tuple[int, Item]], list[tuple[Fired, Verdict]]]:
        now = parts.database.now(connection)
        disposition: items.Disposition = "baseline" if baseline else "evaluated"
        items.mark_seen(connection, unseen, arrival)
        new = items.insert_new(connection, fresh, disposition=disposition, rules_version=active.rulebook.version, now=arrival)
        items.save_events(connection, [(number, event) for number, item in new for event in by_guid[item.guid].events])
        placed = parts.stories.place(connection, active.rulebook, new, by_guid, now)
        fired = [
            hit
            for number, item in new
            for hit in fire(active.rulebook, number, item, matches[item.guid], now, placed[number].story)
        ]
        if not baseline:
            denied = [(number, item, by_guid[item.guid].denied) for number, item in new]
            fired = follow_up(connection, active.rulebook, fired, placed, denied, now)
        decided = _decide(connection, fired, now, baseline=baseline)
        verdicts = hush(connection, decided, active.rulebook.routing, now)
        record(connection, verdicts, active.rulebook.routing, now)
        if finish:
            finish(connection, len(new))
        return new, verdicts

    new, verdicts = parts.database.run(store)
    parts.metrics.ingested(len(new), baseline=baseline)
    for _, item in new:
        if note := by_guid[item.guid].note:
            log.error("%s: item %s is kept, but without events: %s", source, item.guid, note)
    _count(parts.metrics, [by_guid[item.guid] for _, item in new], verdicts)
    for hit, verdict in verdicts:
        if verdict.outcome is Outcome.ALERTED:
            parts.metrics.took(latency_of(hit.alert.published, arrival, hit.alert.created_at, None, None))
    return len(new)


def _fresh(parts: Parts, source: str, found: Sequence[Item], now: datetime) -> tuple[list[Item], list[int]]:
    """What is not known, and the ids of what is but was not seen for a while."""
    asked = [item.guid for item in found], [item.content_hash for item in found]
    with parts.database.read() as connection:
        guids, hashes = items.known(connection, source, *asked)
        unseen = items.long_unseen(connection, source, guids, hashes, now) if guids or hashes else []
    fresh: dict[str, Item] = {}
    for item in found:
        if item.guid not in guids and item.content_hash not in hashes:
            fresh.setdefault(item.guid, item)
    return list(fresh.values()), unseen


def _decide(connection: Connection, fired: Sequence[Fired], now: datetime, *, baseline: bool) -> list[tuple[Fired, Verdict]]:
    """Weigh what belongs to windows, and insert the alerts that are new; the unique fingerprint decides who is first.

    History is not weighed: what a source held when it was added never counts.
    """
    weighed = fired if baseline else weigh(connection, fired, now)
    asked = [(hit.alert, hit.item_id) for hit in weighed if hit.counted is None and not hit.repeats]
    inserted = set() if baseline else alerts.insert_new(connection, asked)
    verdicts = []
    for hit in weighed:
        first = hit.counted is None and not hit.repeats and hit.alert.id in inserted
        if first:
            inserted.discard(hit.alert.id)
        told = None if first else hit.repeats or hit.alert.id
        verdicts.append(
            (
                hit,
                decide(
                    baseline=baseline,
                    source=hit.item.source,
                    told=told,
                    counted=hit.counted,
                    story=hit.alert.story,
                    follows=hit.alert.follows,
                ),
            )
        )
    return verdicts


def record(connection: Connection, verdicts: Sequence[tuple[Fired, Verdict]], routing: Routing, now: datetime) -> None:
    """Write every decision with its reason, and the deliveries of the new alerts."""
    rows = []
    for hit, verdict in verdicts:
        told = verdict.outcome in (Outcome.ALERTED, Outcome.SUPPRESSED)
        rows.append(
            decisions.Decision(
                item_id=hit.item_id,
                rule=hit.match.rule.id,
                fingerprint=hit.alert.fingerprint,
                outcome=verdict.outcome.value,
                reason=f"{hit.alert.reason}; {verdict.reason}",
                alert_id=(hit.repeats or hit.alert.id) if told else None,
                at=now,
            )
        )
    decisions.record(connection, rows)
    alerted = [(hit.alert, hit.match.rule) for hit, verdict in verdicts if verdict.outcome is Outcome.ALERTED]
    tell(connection, routing, alerted, now)


def _count(metrics: Metrics, understood: Sequence[Understood], verdicts: Sequence[tuple[Fired, Verdict]]) -> None:
    for one in understood:
        for event in one.events:
            metrics.found(event.type)
    metrics.matched(len(verdicts))
    for hit, verdict in verdicts:
        metrics.decided(verdict.outcome.value)
        if verdict.outcome is Outcome.ALERTED:
            metrics.alerted(hit.alert.severity)
