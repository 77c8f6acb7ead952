"""A match that became something that could be told: its identity, its words, its title; on news and on replayed news alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from service.alerting.compose import compose
from service.alerting.fingerprint import fingerprint, identity
from service.alerting.novelty import MOVES, Fact, fact_of
from service.alerting.stories import Placed
from service.alerting.windows import moment
from service.events.days import local_date
from service.model.alert import Alert, Novelty
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Match
from service.model.window import Occurrence
from service.rulebook import Rulebook
from service.rules.templates import body_of, title_of


@dataclass(frozen=True, slots=True)
class Fired:
    """A match that was told apart from all others by its alert's fingerprint; `counted` says why its window does not fire yet,
    `repeats` is the id of the alert that told it already. `happening` is the key of its event's fact, whatever the rule."""

    match: Match
    item_id: int
    item: Item
    alert: Alert
    counted: str | None = None
    repeats: str = ""
    happening: str = ""


def fire(book: Rulebook, number: int, item: Item, matches: Sequence[Match], now: datetime, story: str = "") -> list[Fired]:
    """The matches of one item as alerts that could be sent, the gravest first, then as the text has it."""
    fired = []
    for hit in matches:
        alert = compose(
            hit,
            item,
            title=title_of(hit, item),
            body=body_of(hit, item),
            fingerprint=print_of(book, hit, item, now, story),
            now=now,
            version=book.version,
        )
        fired.append(Fired(hit, number, item, replace(alert, story=story)))
    return sorted(fired, key=_reading_order)


def print_of(book: Rulebook, hit: Match, item: Item, now: datetime, story: str = "") -> str:
    """The identity of the happening behind a match."""
    parts = book.lexicon.identity[hit.event.type] if hit.event else ()
    return fingerprint(hit.rule.id, identity(hit, item, parts, today_of(item, now, hit.event), story))


def today_of(item: Item, now: datetime, event: Event | None = None) -> date:
    """The day on which an item came out, where the market of its event is."""
    return local_date(item.published or now, event.entity if event else None, item.language)


def fact_in(book: Rulebook, hit: Match, item: Item, now: datetime) -> Fact | None:
    """What the event of a match asserts, if it has one that names a subject."""
    return fact_of(hit.event, book.lexicon.identity, today_of(item, now, hit.event)) if hit.event else None


def novelty_of(book: Rulebook, hit: Match, item: Item, placed: Placed, now: datetime) -> Novelty:
    """How new what a match tells is: that of its event, else that of its item."""
    fact = fact_in(book, hit, item, now)
    return placed.facts.get(fact.key, placed.novelty) if fact else placed.novelty


def kin_of(book: Rulebook, hit: Match, item: Item, now: datetime) -> tuple[str, ...]:
    """The identities that the happening of a match can have been told under: that of its event, and, for the move of a day, those
    of the other types that tell a move."""
    event = hit.event
    if event is None or event.type not in MOVES:
        return ()
    today, pct = today_of(item, now, event), MOVES[event.type] or event.fields.get("pct", 0.0)
    up = pct == "up" or (not isinstance(pct, str) and pct >= 0)
    others = [
        replace(event, type=name, fields={"pct": 1.0 if up else -1.0})
        for name, way in MOVES.items()
        if name in book.lexicon.identity and way in ("", "up" if up else "down")
    ]
    prints = (identity(replace(hit, event=one), item, book.lexicon.identity[one.type], today) for one in others)
    return tuple(fingerprint(hit.rule.id, one) for one in prints)


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
