"""From one item to its events and the trace that explains them: sentences, clauses, assertions, fields, days.

Whom an assertion is about is for `whom` to say.

Guarantees: events come in the order of the text, each once; spans lie inside the item's document and evidence contains its
trigger; only sentences with a trigger cost anything beyond the scan.
It must not read rules, and must not know any single event type.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import cast

from service.events import chinese, chinese_clauses, chinese_settling, english, english_settling
from service.events.aside import asserts, halves
from service.events.candidates import Assertion, assertions
from service.events.clauses import Clause, clauses, language_of, sentences
from service.events.compiled import Compiled, Hit
from service.events.english_anaphora import meant
from service.events.english_hits import measures, of_english
from service.events.english_past import is_past
from service.events.english_series import gapped, shared_out
from service.events.figures import distributed, stands
from service.events.limits import with_limits
from service.events.making import made, of_a_measure, refusals
from service.events.merging import MAX_EVENTS, merged
from service.events.noise import cleared
from service.events.reading import Mention, Reading
from service.events.sentence import Sentence
from service.events.whom import FINDERS, subjects, topic_of
from service.folding import fold
from service.model.event import Event, Status
from service.model.item import Item
from service.model.span import Span

_OTHER_SCRIPT = re.compile(r"\((?=[^()]{2,20}\))[^()]*[\u4e00-\u9fff][^()]*\)")
_NAME_REACH = 90
_MAX_ALIASES = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """One clause as it was understood, for those who ask why."""

    clause: Span
    language: str
    assertions: tuple[Assertion, ...]
    events: tuple[Event, ...]
    refused: tuple[str, ...] = ()


def understand(compiled: Compiled, item: Item) -> tuple[Event, ...]:
    """The events of an item."""
    events = list(islice((event for seen in read(compiled, item) for event in seen.events), MAX_EVENTS))
    return merged(chinese_settling.settled(item.document, english_settling.settled(item.document, events)))


def read(compiled: Compiled, item: Item, everything: bool = False) -> Iterator[Seen]:
    """Clause by clause, with what is known of boards; clauses without a trigger only if `everything` is asked for."""
    document = item.document
    clear = cleared(document)
    shared = 0
    for seen in _read(compiled, item if clear == document else replace(item, title="", text=clear), everything):
        if not seen.events:
            yield seen
            continue
        own = [event for event in seen.events if event.trigger.start >= shared and stands(clear, event)]
        if clear != document:
            own = [replace(event, subject=event.subject_span.of(document)) if event.subject_span else event for event in own]
        events, end = distributed(document, own) if seen.language == "zh" else (tuple(own), 0)
        shared = max(shared, end)
        yield replace(seen, events=with_limits(compiled.boards, compiled.book.catalog, document, events))


def _read(compiled: Compiled, item: Item, everything: bool) -> Iterator[Seen]:
    document = item.document
    folded = fold(document)
    raw = compiled.scan(folded)
    if not raw and not everything:
        return
    hits = compiled.hits(raw, folded)
    if not everything and not asserts(hits):
        return
    reading = Reading(document, folded, item.published, compiled.names(document, folded, hits), compiled.book)
    hits = [hit for hit in hits if not _in_name(reading, hit)] if reading.names else hits
    starts = [hit.start for hit in hits]
    spans = sentences(document, folded)
    reading.spans = spans
    _learn_aliases(reading)
    last: list[Mention] = []
    last_alone: list[Mention] = []
    for span in spans:
        inside = hits[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        language = language_of(folded, span) if everything or asserts(inside) else ""
        if not language:
            continue
        parts = halves(compiled, inside)
        found: list[Seen] = []
        if everything or asserts(parts.together):
            sentence = Sentence(span, language, [])
            found = list(_sentence(compiled, reading, sentence, parts.together, last))
            last = sentence.last or last
            last_alone = sentence.last or last_alone
        if parts.alone:
            topic_of(reading)  # these types ask for it
            sentence = Sentence(span, language, [])
            alone = list(_sentence(compiled, reading, sentence, parts.alone, last_alone, parts.until))
            found = [_as_one(*both) for both in zip_longest(found, alone)]
            last_alone = sentence.last or last_alone
        yield from found


def _as_one(one: Seen | None, other: Seen | None) -> Seen:
    """A clause that was read for either half of the vocabulary, or for one of them."""
    if one is None or other is None:
        return cast("Seen", one or other)
    assertions = sorted((*one.assertions, *other.assertions), key=lambda assertion: assertion.say.start)
    events = sorted((*one.events, *other.events), key=lambda event: event.trigger.start)
    return replace(one, assertions=tuple(assertions), events=tuple(events), refused=one.refused + other.refused)


def _in_name(reading: Reading, hit: Hit) -> bool:
    """Advance in Advance Auto Parts is no rise, Target in Target Corp. no forecast, 微涨 after 燕东[微] no small rise."""
    name = reading.covered(hit.start)
    return name is not None and (hit.end <= name.span.end or hit.start > name.span.start)


def _learn_aliases(reading: Reading) -> None:
    """Remember "Moore Threads (摩尔线程)", so that later mentions by one name carry the other."""
    for match in islice(_OTHER_SCRIPT.finditer(reading.folded), _MAX_ALIASES):
        if match.start() and reading.folded[max(0, match.start() - 2) : match.start()].isascii():
            english.before(reading, max(0, match.start() - _NAME_REACH), match.end())


def _sentence(
    compiled: Compiled,
    reading: Reading,
    sentence: Sentence,
    hits: Sequence[Hit],
    earlier: list[Mention],
    until: int | None = None,
) -> Iterator[Seen]:
    """Clause by clause, if asked so no further than `until`."""
    if sentence.language == "en":
        hits = of_english(compiled, reading, sentence.span, hits)
    for clause in clauses(reading.folded, sentence.span, sentence.language):
        if until is not None and clause.span.start > until:
            return
        inside = [hit for hit in hits if hit.start >= clause.span.start and hit.end <= clause.span.end]
        found = assertions(compiled, reading.folded, clause.span, sentence.language, inside)
        yield _clause(compiled, reading, sentence, clause, found, earlier)
        if not found:
            _carry_topic(compiled, reading, sentence, clause, inside)


def _carry_topic(compiled: Compiled, reading: Reading, sentence: Sentence, clause: Clause, hits: Sequence[Hit]) -> None:
    """A clause that asserts nothing may still say what the next one is about: 现货黄金一度触及2911美元，续刷历史新高."""
    measured = any(measures(compiled, hit) for hit in hits)
    if measured or (sentence.last and sentence.language == "en"):
        sentence.measured = measured and sentence.language == "zh"
        if sentence.measured:
            sentence.last = chinese.known_topic(reading, clause.span) or sentence.last
        return
    topic = FINDERS[sentence.language].topic(reading, *clause.span)
    if not topic and sentence.language == "zh" and chinese_clauses.speaks_of_goods(reading, clause.span):
        sentence.last, sentence.measured = [], True
    if topic and (sentence.language == "zh" or topic[0].entity):
        sentence.last, sentence.measured = topic, False
    sentence.opened = sentence.opened or topic


def _clause(
    compiled: Compiled, reading: Reading, sentence: Sentence, clause: Clause, found: list[Assertion], earlier: list[Mention]
) -> Seen:
    events: list[Event] = []
    refused: list[str] = []
    left = clause.span.start
    mentions: list[Mention] = []
    for one in found:
        if one.evidence.start >= left:
            mentions = subjects(reading, sentence, clause, one, left, earlier)
            if any(english.is_venue(mention.text) for mention in mentions) and one.trigger.subject == "owner":
                mentions = meant(reading, one.evidence.start, sentence.span, earlier)  # its London Stock Exchange debut
            if of_a_measure(compiled.types[one.kind], reading, sentence, clause, mentions):
                mentions = []
            left = one.evidence.end
        if sentence.language == "zh":
            one = _dated(reading, sentence, clause, one)
        sentence.follow(one, mentions)
        if compiled.types[one.kind].company and _says_whose(reading, sentence, clause, one):
            continue
        if one.blocked_by and one.status is one.trigger.status:
            continue
        if (
            sentence.language == "en"
            and one.status in (Status.ASSERTED, Status.PLANNED)
            and is_past(reading, one.evidence, clause.span, one.status is Status.PLANNED)
        ):
            one = replace(one, status=Status.HISTORICAL)
        facts = [
            event
            for each, mention in _each(reading, sentence, clause, one, mentions)
            for event in made(compiled, reading, sentence, clause, each, mention)
        ]
        events += facts
        refused += refusals(compiled, reading, one, mentions) if not facts else ()
    return Seen(clause.span, sentence.language, tuple(found), tuple(events), tuple(refused))


def _dated(reading: Reading, sentence: Sentence, clause: Clause, one: Assertion) -> Assertion:
    """The assertion, as history where a date says so, as denied where the next sentence does."""
    if chinese_clauses.long_ago(reading, clause.span.start, one.evidence.start):
        return replace(one, status=Status.HISTORICAL)
    return replace(one, status=Status.DENIED) if chinese_clauses.is_denied(reading, sentence.span) else one


def _says_whose(reading: Reading, sentence: Sentence, clause: Clause, one: Assertion) -> bool:
    return sentence.language == "zh" and chinese_clauses.says_whose(reading, one.evidence, clause.span)


def _each(
    reading: Reading, sentence: Sentence, clause: Clause, one: Assertion, mentions: list[Mention]
) -> list[tuple[Assertion, Mention]]:
    """The assertion for each subject: in English lists every name may have its own figure."""
    if one.percent is None or sentence.language != "en" or not mentions:
        return [(one, mention) for mention in mentions]
    moved = [*shared_out(reading, mentions, one.percent, clause.span), *gapped(reading, one.percent, clause.span)]
    return [
        (replace(one, percent=percent, evidence=Span(one.evidence.start, max(one.evidence.end, percent.span.end))), who)
        for who, percent in moved
    ]
