"""The day of an English event: the one its words name, else that of the headline, else the last session before publication.

Guarantee: a share or index whose market is known moves on no Saturday or Sunday, and on no day whose session had not begun when
the item was published; times without a zone are UTC then, a bare date stays itself.
It must not resolve dates itself (events.days does).
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from service.events.clauses import Clause
from service.events.days import local_date, named_day, zone_of
from service.events.fields import instrument
from service.events.reading import Mention, Reading
from service.events.sentence import Sentence
from service.model.span import Span

_GOES_ON = frozenset(("where", "when", "which", "with", "while", "whilst", "whereas", "as", "but", "even as"))
"""Clauses that begin so happen when the one before did."""
_TURNS = re.compile(
    r"(?<![a-z])(?:after(?! hours)|before|since|until|following|ahead of|despite|which|who|whom|that)(?![a-z])|[;:]\s"
)
_NEW_YORK = re.compile(r"\b(?:NYSE|N[Aa][Ss][Dd][Aa][Qq]|Wall Street|S&P 500|Dow Jones)\b")
_ELSEWHERE = re.compile(
    r"\b(?:NSE|BSE|Sensex|Nifty|Nikkei|Topix|Kospi|Hang Seng|FTSE|DAX|CAC|STOXX|Stoxx|ASX|Tadawul|TSX|Tokyo|London|Shanghai|"
    r"Shenzhen|Hong Kong|Mumbai|Sydney|Toronto|Frankfurt|Asian?|Europe(?:an)?)\b"
)
_PREVIOUS = re.compile(r"(?:^|[.!?] )(?:(?:in|during) )?the (?:previous|prior) (?:trading )?session(?![a-z])", re.MULTILINE)
_LOOK_BACK = 600
_RECENT = 4
_DAWN = 4
"""Before this hour nothing has traded yet, not even before the bell."""
_DAY = timedelta(days=1)


def day_of(reading: Reading, sentence: Sentence, clause: Clause, place: Span, who: Mention, traded: bool) -> date | None:
    """On which day what stands at `place` happened to `who`; `traded` says that it happens in sessions only."""
    if reading.published is None:
        return None
    zoned = _in_market(reading, who) if traded else None
    today = zoned.date() if zoned else local_date(reading.published, who.entity, sentence.language)
    last = today if zoned is None else _session(today - _DAY if zoned.hour < _DAWN else today)
    named = _named(reading, sentence, clause, today)
    if named is None and traded:
        named = _told_before(reading, place, today) or _of_headline(reading, sentence, last)
    return named or last


def _in_market(reading: Reading, who: Mention) -> datetime | None:
    """When the item was published, where the share or index trades; None where that is not known."""
    published = reading.published
    if published is None or instrument(reading, who) == "other":
        return None
    zone = zone_of(who.entity)
    if zone is None and not who.entity and _NEW_YORK.search(reading.document) and not _ELSEWHERE.search(reading.document):
        zone = zone_of(".US")
    if zone is None or (published.tzinfo is None and published.time() == time()):
        return None  # only the day of publication is known
    return (published if published.tzinfo else published.replace(tzinfo=UTC)).astimezone(zone)


def _session(day: date) -> date:
    """The last weekday up to the day."""
    return day - _DAY * max(0, day.weekday() - 4)


def _named(reading: Reading, sentence: Sentence, clause: Clause, today: date) -> date | None:
    """The day that the clause names, or the one that it goes on about, or what the sentence says of both."""
    start = sentence.span.start if clause.opener in _GOES_ON else clause.span.start
    named = named_day(reading.folded, start, clause.span.end, today, "en")
    if named is not None or clause.opener not in _GOES_ON | {""}:
        return named
    turn = _TURNS.search(reading.folded, clause.span.end, sentence.span.end)
    later = named_day(reading.folded, clause.span.end, turn.start() if turn else sentence.span.end, today, "en")
    return _recent(later, today)


def _told_before(reading: Reading, place: Span, today: date) -> date | None:
    """The session before, where the sentences before tell of it and no day is named since."""
    start = max(0, place.start - _LOOK_BACK, reading.folded.rfind("\n", 0, place.start) + 1)
    told = [match.end() for match in _PREVIOUS.finditer(reading.folded, start, place.start)]
    if not told or named_day(reading.folded, told[-1], place.start, today, "en"):
        return None
    return _session(today - _DAY)


def _of_headline(reading: Reading, sentence: Sentence, today: date) -> date | None:
    """The day in the title, for what the text tells without one."""
    if not reading.spans or reading.spans[0] == sentence.span:
        return None
    return _recent(named_day(reading.folded, *reading.spans[0], today, "en"), today)


def _recent(named: date | None, today: date) -> date | None:
    """A day that other words name counts if it is near; one of last year is one to come."""
    return named if named is not None and (today - named).days <= _RECENT else None
