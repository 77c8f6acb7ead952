"""Whom an assertion is about: the words before or after it, the clause that opened the sentence, the sentence or title before.

Guarantee: names come from the text alone, and where the text leaves it open nobody is named.
It must not read rules, and must not know any single event type.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from service.events import chinese, english
from service.events.candidates import Assertion
from service.events.clauses import Clause, language_of
from service.events.english_anaphora import borne_out, doer, is_someone, meant, mover, no_people, speaks_of_sums, stock_of
from service.events.reading import Mention, Reading
from service.events.sentence import Sentence
from service.folding import fold
from service.model.span import Span


class _Finder(Protocol):
    """What a language's module offers."""

    def before(self, reading: Reading, start: int, end: int, /) -> list[Mention] | None: ...

    def after(self, reading: Reading, start: int, end: int, /) -> list[Mention] | None: ...

    def topic(self, reading: Reading, start: int, end: int, /) -> list[Mention]: ...


FINDERS: Mapping[str, _Finder] = {"en": english, "zh": chinese}
_SAYING = ("ed", "said", "says", "shows", "saying", "told", "means", "is", "find", "found", "think", "expect")


def subjects(
    reading: Reading, sentence: Sentence, clause: Clause, one: Assertion, left: int, earlier: list[Mention]
) -> list[Mention]:
    """Whom an assertion is about; nothing of the clause before `left` counts, `earlier` is whom the text was about last."""
    finder = FINDERS[sentence.language]
    side = one.trigger.subject
    if side == "none":
        return [Mention("")]
    if side == "carried":
        return _carried(reading, sentence, one, earlier)
    found: list[Mention] | None = english.owner(reading, left, one.say, clause.span.end) if side == "owner" else None
    if found:
        return found
    if side in ("before", "either", "owner"):
        if _continues(reading, sentence, one, left):
            return _carried(reading, sentence, one, earlier)
        found = (
            _aside(reading, sentence, clause, one)
            or _does_so(reading, sentence, one, left)
            or finder.before(reading, left, one.evidence.start)
        )
        if found is None and clause.opener in ("which", "who", "that") and clause.span.start > sentence.span.start:
            found = _antecedent(reading, sentence, clause)
    if not found and side in ("after", "either"):
        found = finder.after(reading, one.say.end, clause.span.end)
    if found is not None:
        return found
    if clause.opener.startswith("--") and speaks_of_sums(reading, sentence.span.start, clause.span.start):
        return []
    whose = stock_of(reading, sentence.span.start, one.evidence.start) if sentence.language == "en" else []
    return whose or _carried(reading, sentence, one, earlier)


def _aside(reading: Reading, sentence: Sentence, clause: Clause, one: Assertion) -> list[Mention] | None:
    """Whom a clause is about that begins or ends with words on somebody else.

    "Acme, which makes boats and Bolts, [rose 5 %]": the comma ends the words on boats. "Acme falls after [hitting a record]":
    who hit it is who retreats; moves before that are no news.
    """
    before = reading.folded[clause.span.start : one.evidence.start]
    if clause.opener in ("which", "who") and before.endswith(", "):
        return _antecedent(reading, sentence, clause)
    if before == "after " and one.percent is None and one.say.start > one.evidence.start:
        return sentence.last or mover(reading, sentence.span.start, clause.span.start)
    return None


def _antecedent(reading: Reading, sentence: Sentence, clause: Clause) -> list[Mention] | None:
    """Whom "which" means: what stands before it; after a verb ("said that it rose") nobody new."""
    found = FINDERS[sentence.language].before(reading, sentence.span.start, clause.span.start)
    word = reading.folded[sentence.span.start : clause.span.start].rstrip(" ,").rpartition(" ")[2]
    return None if not found and word.endswith(_SAYING) else found


def _continues(reading: Reading, sentence: Sentence, one: Assertion, left: int) -> bool:
    """ "..., reaching record highs" and "..., its highest since May" are about whom the sentence is about already."""
    first = one.evidence.of(reading.folded).split(" ")[0]
    if sentence.language != "en" or not (sentence.last or sentence.measured):
        return False
    return first in ("its", "their") or _after_comma(reading, one, left)


def _does_so(reading: Reading, sentence: Sentence, one: Assertion, left: int) -> list[Mention]:
    """Whom we know, where "Acme dragged down the index, [tumbling 6 %]" is about whom the clause opens with."""
    if sentence.language != "en" or sentence.measured or not _after_comma(reading, one, left):
        return []
    return doer(reading, left, one.evidence.start)


def _after_comma(reading: Reading, one: Assertion, left: int) -> bool:
    first = one.evidence.of(reading.folded).split(" ")[0]
    return first.endswith("ing") and reading.folded[left : one.evidence.start].rstrip().endswith(",")


def _carried(reading: Reading, sentence: Sentence, one: Assertion, earlier: list[Mention]) -> list[Mention]:
    """Whom a clause without a subject of its own is about."""
    if sentence.last or sentence.measured:
        return sentence.last
    found = meant(reading, one.evidence.start, sentence.span, earlier) if sentence.language == "en" else []
    if found:
        return found
    if len(earlier) == 1:
        return earlier
    return no_people(reading, topic_of(reading) or sentence.opened, sentence.span)


def topic_of(reading: Reading) -> list[Mention]:
    """Whom the item is about, found out when it is first asked for."""
    if reading.topic is None:
        reading.topic = _opened_with(reading, reading.spans[:2])
    return reading.topic


def _opened_with(reading: Reading, spans: Sequence[Span]) -> list[Mention]:
    """Whom the title or the sentence after it opens with; best one that both name."""
    found = []
    for span in spans:
        language = language_of(reading.folded, span)
        found.append(FINDERS[language].topic(reading, span.start, span.end) if language else [])
    if len(spans) > 1:
        found[0] = [mention for mention in found[0] if borne_out(reading, mention, spans[0])]
        found[1] = [mention for mention in found[1] if not is_someone(reading, mention, spans[1].end)]
    title, text = found[0], found[-1]
    if not title or not text or fold(text[0].text).split()[0] in spans[0].of(reading.folded):
        return text or title
    opens = title[0].span is not None and title[0].span.start <= spans[0].start + 1
    return title if opens else text
