"""What a Chinese clause speaks of: goods, trading, a business or a price; whether a name is a company's; and how old its news is.

Guarantee: pure looks at the words in the range that is asked for. It must not look for subjects, and must not know event types.
"""

from service.events import chinese_words as words
from service.events.reading import Mention, Reading
from service.folding import fold
from service.model.span import Span

_SHORT_NAME = 2
_OLD = 6
"""Months after which what happened is history."""
_DATE_REACH = 16
_HEAD_REACH = 200


def speaks_of_goods(reading: Reading, span: Span) -> bool:
    """Whether a clause says what something costs that is no share."""
    return words.GOODS.match(reading.folded, span.start, span.end) is not None


def speaks_of_prices(reading: Reading, span: Span) -> bool:
    """Whether a sentence speaks of the price of a share at all: without that an unknown name with a new high is hardly one."""
    return words.PRICED.search(reading.folded, span.start, span.end) is not None


def speaks_of_business(reading: Reading, start: int, clause: Span) -> bool:
    """Whether what stands between a name and a clause that goes on about it speaks of sales and profits, and not of shares."""
    said = words.BUSINESS.search(reading.folded, start, clause.start) is not None
    return said and words.OF_SHARES.search(reading.folded, start, clause.end) is None


def goes_on_forecasting(reading: Reading, start: int, clause: Span) -> bool:
    """Whether a clause only goes on about what somebody expects, and speaks of no share."""
    said = words.FORECAST.search(reading.folded, start, clause.start) is not None
    return said and words.OF_SHARES.search(reading.folded, clause.start, clause.end) is None


def tells_of_goods(reading: Reading, mention: Mention, sentence: Span) -> bool:
    """Whether a name that no list knows is that of goods: its sentence tells what things cost, and speaks of no share."""
    if mention.span is None or words.COMMODITY.search(mention.span.of(reading.folded)):
        return False
    said = words.IN_SHOPS.search(reading.folded, sentence.start, mention.span.end + 2) is not None
    return said and words.OF_SHARES.search(reading.folded, *sentence) is None


def is_called_a_company(reading: Reading, mention: Mention) -> bool:
    """Whether the name ends as companies' names do."""
    return mention.span is not None and words.COMPANY.search(mention.span.of(reading.folded)) is not None


def looks_like_a_company(reading: Reading, mention: Mention) -> bool:
    """Whether an unknown name is one by its form, its bracket, its place at the head of the item, or because it comes again."""
    if mention.span is None or mention.alias:
        return mention.span is not None
    start, end = mention.span.start, mention.span.end
    text = reading.folded[start:end]
    if words.NO_COMPANY.search(text):
        return False
    if (
        is_called_a_company(reading, mention)
        or words.LATIN_NAME.match(text)
        or words.CODE.match(reading.folded, end)
        or (len(text) > _SHORT_NAME and reading.folded[end : end + 2].lstrip().startswith(("(", ":")))
    ):
        return True
    head = reading.folded.partition("\n")[0]
    first = head.find(text)
    if first >= 0 and words.HEAD.match(head[:first]):
        return True
    return (first >= 0 or len(text) > _SHORT_NAME) and reading.folded.count(text) > 1


def goes_on(reading: Reading, mention: Mention, sentence: Span) -> bool:
    """Whether a clause that names no company may mean this one: the headline's, or its sentence's unless that is who says so."""
    if words.SECURITIES.search(reading.folded, sentence.start, sentence.end):
        return False
    head = reading.folded.partition("\n")[0]
    if any(fold(name) in head for name in (mention.text, mention.alias) if name):
        return True
    same = mention.span is not None and sentence.start <= mention.span.start < sentence.end
    return same and not words.SPONSOR.search(fold(mention.text))


def says_whose(reading: Reading, place: Span, clause: Span) -> bool:
    """Whether the words for a listing only say which companies are meant: 已递表的同类企业."""
    if words.OF_ANOTHER.match(reading.folded, place.end, clause.end):
        return True
    return words.LISTED_OF.match(reading.folded, place.end - 2, clause.end) is not None


def debut_of_another(reading: Reading, mention: Mention, evidence: Span, sentence: Span) -> bool:
    """Whether a first day is told of a company that the head of the item does not name, and not as today's."""
    if words.FIRST_DAY.search(evidence.of(reading.folded)) is None:
        return False
    head = reading.folded[:_HEAD_REACH].partition("\n")[0]
    named = any(fold(name) in head for name in (mention.text, mention.alias) if name)
    start, end = max(sentence.start, evidence.start - _HEAD_REACH), min(sentence.end, evidence.end + _HEAD_REACH)
    return not named and words.DEBUT.search(head) is not None and not words.TODAY.search(reading.folded, start, end)


def is_denied(reading: Reading, sentence: Span) -> bool:
    """Whether a sentence asks or reports, and the next one says that it is not so."""
    if words.DENIED_NEXT.match(reading.folded, sentence.end) is not None:
        return True
    stop = reading.folded.find("?", sentence.end - 3, sentence.end + 1)
    return stop >= 0 and words.DENIED_AFTER.match(reading.folded, stop) is not None


def long_ago(reading: Reading, start: int, end: int) -> bool:
    """Whether the words before an assertion date it more than half a year before the item."""
    if reading.published is None:
        return False
    if words.LAST_YEAR.search(reading.folded, max(0, start - _DATE_REACH), start):
        return True
    alone = words.DATE_ALONE.search(reading.folded, max(0, start - _DATE_REACH), start)
    last = ([alone] if alone else []) + list(words.DATED.finditer(reading.folded, start, end))
    if not last:
        return False
    months = (reading.published.year - int(last[-1]["year"])) * 12 + reading.published.month - int(last[-1]["month"] or 12)
    return months > _OLD
