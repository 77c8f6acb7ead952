"""From an assertion and whom it is about to the event, or to the reason why it is none.

Guarantee: an event is made only of what may be the subject of its type; the sign of a percentage is the verb's.
It must not look for subjects or figures.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from service.events import chinese_clauses
from service.events.candidates import Assertion
from service.events.chinese_days import Told, chinese_day
from service.events.clauses import Clause
from service.events.compiled import Compiled
from service.events.english_days import day_of
from service.events.english_futures import traded
from service.events.english_subjects import is_person
from service.events.english_words import SHARES
from service.events.facts import Found
from service.events.fields import coded, instrument
from service.events.listings import Listing, listing
from service.events.reading import Mention, Reading
from service.events.sentence import Sentence
from service.events.vocabulary import EventType
from service.model.event import Event, FieldValue, Status

_SHARES_BEHIND = re.compile(r"(?:['’]s?)? (?:shares?|stock|\()")
_PRICES = frozenset(("pct", "board"))
"""Fields of what happens in a session."""
_ARTICLES = {"index": "an index or sector", "stock": "a stock", "other": "no stock or index"}


def made(
    compiled: Compiled, reading: Reading, sentence: Sentence, clause: Clause, one: Assertion, mention: Mention
) -> Iterator[Event]:
    """One event for each fact that the type's code finds about the mention."""
    kind = compiled.types[one.kind]
    who = traded(reading, clause.span, mention) if sentence.language == "en" else mention
    if who is None:
        return
    mention = who
    found = Found(reading, mention, one.evidence, clause.span, one.say, sentence.span, sentence.language)
    for fact in coded(one.kind, found) if mention.text or kind.unnamed else ():
        named = fact.mention
        if named.text and not _fits(kind, reading, sentence, clause, named):
            continue
        which = _listing(kind, reading, sentence, one, named)
        yield Event(
            type=one.kind,
            subject=named.text,
            evidence=one.evidence,
            trigger=one.say,
            status=_status(kind, reading, sentence, one, named),
            entity=which.entity,
            alias=named.alias,
            subject_span=named.span,
            day=_day(kind, reading, sentence, clause, one, named)
            if sentence.language == "en"
            else _chinese_day(kind, reading, sentence, clause, one, _place(kind, which)),
            fields={**fact.fields, **_given(kind.fields, one)},
            entry=one.trigger.entry,
        )


def refusals(compiled: Compiled, reading: Reading, one: Assertion, mentions: Sequence[Mention]) -> Iterator[str]:
    """Why an assertion is no event of some of its subjects."""
    kind = compiled.types[one.kind]
    if not any(mention.text or kind.unnamed for mention in mentions):
        yield f"{one.kind}: nobody is named whom it could have happened to"
    for mention in mentions:
        if mention.text and (instrument_ := instrument(reading, mention)) not in kind.subjects:
            yield f"{one.kind}: {mention.text} is {_ARTICLES[instrument_]}, and that happens to none"


def _fits(kind: EventType, reading: Reading, sentence: Sentence, clause: Clause, mention: Mention) -> bool:
    """Whether what is named may be the subject of such an event."""
    return instrument(reading, mention) in kind.subjects and _plausible(kind, reading, sentence, clause, mention)


def of_a_measure(kind: EventType, reading: Reading, sentence: Sentence, clause: Clause, mentions: list[Mention]) -> bool:
    """净利润5亿元，创历史新高: what goes on about the clause before, which spoke of something that has no price."""
    if sentence.language != "zh" or not (kind.priced or "pct" in kind.fields):
        return False
    carried = [mention.span for mention in mentions if mention.span is not None and mention.span.start < clause.span.start]
    if kind.priced and any(chinese_clauses.goes_on_forecasting(reading, span.end, clause.span) for span in carried):
        return True
    if kind.priced and sentence.measured and not chinese_clauses.speaks_of_prices(reading, clause.span):
        return bool(carried)
    return any(chinese_clauses.speaks_of_business(reading, max(span.end, sentence.span.start), clause.span) for span in carried)


def _plausible(kind: EventType, reading: Reading, sentence: Sentence, clause: Clause, mention: Mention) -> bool:
    """Whether the name may be that of a share or company at all, and a Chinese listing that of one which another clause names."""
    if sentence.language != "zh":
        if not mention.entity and is_person(mention.text) and not _owns_shares(reading, mention):
            return False
        if "pct" in kind.fields and _is_a_return(reading, clause, mention):
            return False
        return not (kind.company and mention.entity) or instrument(reading, mention) == "stock"
    carried = mention.span is not None and mention.span.start < clause.span.start
    if kind.company and carried and not chinese_clauses.goes_on(reading, mention, sentence.span):
        return False
    if mention.entity:
        return not kind.company or instrument(reading, mention) == "stock"
    if kind.company and not chinese_clauses.looks_like_a_company(reading, mention):
        return False
    if instrument(reading, mention) != "stock" or chinese_clauses.is_called_a_company(reading, mention):
        return True
    if not kind.priced:
        return "pct" not in kind.fields or not chinese_clauses.tells_of_goods(reading, mention, sentence.span)
    return chinese_clauses.speaks_of_prices(reading, sentence.span)


def _owns_shares(reading: Reading, mention: Mention) -> bool:
    """Whether what looks like somebody's name is a company's: Jane Roe shares, Jane Roe (JROE)."""
    return mention.span is not None and _SHARES_BEHIND.match(reading.folded, mention.span.end) is not None


def _is_a_return(reading: Reading, clause: Clause, mention: Mention) -> bool:
    """Whether somebody's fund is meant, whose gain is no price; one with a ticker behind its name is traded."""
    if mention.entity or mention.span is None or not mention.text.endswith((" Fund", " Funds", " fund")):
        return False
    return not (reading.document.startswith(" (", mention.span.end) or SHARES.search(clause.span.of(reading.folded)))


def _given(allowed: Iterable[str], one: Assertion) -> dict[str, FieldValue]:
    """What the entry sets, and the percentage with the sign of the verb."""
    values: dict[str, FieldValue] = {name: value for name, value in one.trigger.fields.items() if name != "sign"}
    if one.percent is not None and "pct" in allowed:
        sign = -1.0 if one.trigger.fields.get("sign") == "down" else 1.0
        values["pct"] = sign * one.percent.value
        values["bound"] = one.percent.bound
    return values


def _listing(kind: EventType, reading: Reading, sentence: Sentence, one: Assertion, mention: Mention) -> Listing:
    """Which listing a price is of; what happens to the company itself happens to the one that the watchlist knows."""
    if not (kind.priced or "pct" in kind.fields) or instrument(reading, mention) == "other":
        return Listing(mention.entity, "")
    return listing(reading, mention, sentence.span, one.evidence, sentence.language)


def _status(kind: EventType, reading: Reading, sentence: Sentence, one: Assertion, mention: Mention) -> Status:
    """History, where the first day of another company's share is only compared with."""
    compared = kind.company and sentence.language == "zh" and one.status is Status.ASSERTED
    if compared and chinese_clauses.debut_of_another(reading, mention, one.evidence, sentence.span):
        return Status.HISTORICAL
    return one.status


def _place(kind: EventType, which: Listing) -> str:
    """Where it happened, as the end of an id; only China's markets have price limits."""
    return which.entity or f".{which.market or ('CN' if 'board' in kind.fields else '')}"


def _day(kind: EventType, reading: Reading, sentence: Sentence, clause: Clause, one: Assertion, mention: Mention) -> date | None:
    return day_of(reading, sentence, clause, one.evidence, mention, kind.priced or "pct" in kind.fields)


def _chinese_day(
    kind: EventType, reading: Reading, sentence: Sentence, clause: Clause, one: Assertion, place: str
) -> date | None:
    if reading.published is None:
        return None
    told = Told(clause.span, sentence.span, one.evidence)
    return chinese_day(reading.folded, reading.published, place, told, kind.priced or not _PRICES.isdisjoint(kind.fields))
