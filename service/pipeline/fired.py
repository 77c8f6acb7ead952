"""A match that became something that could be told: its identity, its words, its title; on news and on replayed news alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alerting.compose import compose
from service.alerting.fingerprint import fingerprint, identity
from service.alerting.windows import moment
from service.model.alert import Alert
from service.model.item import Item
from service.model.rule import Match
from service.model.window import Occurrence
from service.rulebook import Rulebook
from service.rules.templates import body_of, title_of


@dataclass(frozen=True, slots=True)
class Fired:
    """A match that was told apart from all others by its alert's fingerprint; `counted` says why its window does not fire yet."""

    match: Match
    item_id: int
    item: Item
    alert: Alert
    counted: str | None = None


def fire(book: Rulebook, number: int, item: Item, matches: Sequence[Match], now: datetime) -> list[Fired]:
    """The matches of one item as alerts that could be sent, the gravest first, then as the text has it."""
    fired = []
    for hit in matches:
        alert = compose(
            hit,
            item,
            title=title_of(hit, item),
            body=body_of(hit, item),
            fingerprint=print_of(book, hit, item, now),
            now=now,
            version=book.version,
        )
        fired.append(Fired(hit, number, item, alert))
    return sorted(fired, key=_reading_order)


def print_of(book: Rulebook, hit: Match, item: Item, now: datetime) -> str:
    """The identity of the happening behind a match."""
    parts = book.lexicon.identity[hit.event.type] if hit.event else ()
    return fingerprint(hit.rule.id, identity(hit, item, parts, (item.published or now).date()))


def occurrence_of(fired: Fired, fetched: datetime) -> Occurrence:
    """What a window remembers of a match."""
    alert = fired.alert
    return Occurrence(
        at=moment(fired.item.published, fetched),
        item_id=fired.item_id,
        subject=alert.subject,
        entity=alert.entity or "",
        source=fired.item.source,
        publisher=fired.item.publisher,
        step=fired.match.rule.step,
        fingerprint=alert.fingerprint,
        headline=fired.item.title,
        link=fired.item.link,
        words=alert.excerpt,
    )


def _reading_order(fired: Fired) -> tuple[int, int]:
    first = min((evidence.span.start for evidence in fired.match.evidence), default=0)
    return -fired.alert.severity.rank, first
