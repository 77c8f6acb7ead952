"""Whom English words go on about where no name stands beside them: "sold shares of Acme after [the stock] rose 5 %".

Guarantee: names come from the same sentence, before the words that go on about them. It must not know event types.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from service.events import english, english_words
from service.events.english_subjects import has_legal
from service.events.english_tokens import tokens
from service.events.reading import Mention, Reading
from service.folding import fold
from service.model.entity import EntityKind
from service.model.span import Span

_THE_STOCK = re.compile(r"(?<![a-z])the (?:stock|shares)(?: (?:has|have|had))? $")
_SHARES = re.compile(r"(?P<of>(?<![a-z])shares (?:of|in) )|(?<=[a-z]) shares(?= (?!(?:of|in) ))")
_OPENING = re.compile(
    r"[\W_]*(?:(?:however|meanwhile|separately|still|but|and|also|moreover|earlier|elsewhere|notably)(?![a-z]),? ?)?"
    r"(?:(?:on|in|at|after|during|following|for|by|as) [^,]{3,60}, )?"
)
_TO_NAME = re.compile(r"\W*(?:(?:[Tt]he|[Ss]hares (?:of|in)|[Ss]tock (?:of|in)) ?)*(?:(?!by |at )[a-z][a-z-]+ ){0,3}")
_RATES = re.compile(
    r"(?:['’]s?)? (?:\([^()]*\) )?(?:analysts?|economists?|strategists?|research|poll|survey|data|reporting|(?:has |have |"
    r"had )?(?:upgraded|"
    r"downgraded|initiated|reiterated|maintained|raised (?:its|the|their) (?:price )?target|cut (?:its|the|"
    r"their) (?:price )?target)|"
    r"(?:said|says|wrote) in a (?:research )?note)(?![a-z])"
)
_DOES_BUSINESS = re.compile(
    r" (?:\([^()]*\) )?(?:(?:also|has|have|recently|separately) )?(?:reported|posted|logged|booked|completed|acquired|"
    r"signed|secured|declared|"
    r"launched|unveiled|agreed to (?:buy|sell|acquire|merge))(?![a-z])"
)
"""What a company does and a person hardly ever: what makes a company of a name that nobody knows."""
_PERSONAL = re.compile(r"(?<![a-z])(?:his|her|he|she|himself|herself)(?![a-z])")
_WORDS = re.compile(r"[a-z]{3,}")
_SOME_TEXT = 80
"""So much text says who a title is about; less may not."""
_MOVES = frozenset(
    """
    retreats retreated retreat eases eased ease slips slipped slip steadies steadied steady holds held pauses paused dips
    dipped dip falls
    fell fall drops dropped drop slides slid slide declines declined rises rose rise climbs climbed gains gained jumps
    jumped surges surged
    soars soared rallies rallied trades traded stalls stalled cools cooled pulls pulled slumps slumped tumbles tumbled
    closed closes ended
    """.split()
)
_ACTS = re.compile(r",| (?:has|have|had|is|was|were|fell|rose|slid|sank|made|began|[a-z]+ed|[a-z]+[^s\W]s)(?![a-z])")
_ITS = re.compile(r"(?<![a-z])(?:its|their) (?:[a-z-]+ )?$")
_SENTENCES_BACK = 2
_DRAGS = re.compile(r"(?<![a-z])(?:dragg|weigh|pull|led|lift|boost|support)[a-z]* (?:down |up |on )?(?:the|a) ")
_REACH = 24


def stock_of(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whose shares the words before spoke of last; nobody's where no words go on about "the stock"."""
    if not _THE_STOCK.search(reading.folded, max(start, end - _REACH), end):
        return []
    whose: list[Mention] = []
    for match in _SHARES.finditer(reading.folded, start, end):
        if match["of"]:
            named = english.after(reading, match.end(), end)
        else:
            begin = max(start, reading.folded.rfind(" in ", start, match.start()) + 1)
            named = english.before(reading, begin, match.end())
        whose = named or whose
    return whose[-1:]


def doer(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom we know, where a clause opens with them and speaks of prices: Acme led the gains, [climbing 1 %]."""
    if english_words.SUMS.search(reading.folded, start, end):
        return []
    drags = _DRAGS.search(reading.folded, start, end)
    return [mention for mention in english.topic(reading, start, end) if mention.entity or drags]


def speaks_of_sums(reading: Reading, start: int, end: int) -> bool:
    """Whether the words tell of amounts, and of no share: raised his pay to $3 million -- [up a third]."""
    sums = english_words.SUMS.search(reading.folded, start, end)
    return sums is not None and english_words.SHARES.search(reading.folded, start, end) is None


def mover(reading: Reading, start: int, end: int) -> list[Mention]:
    """Who moves last in the words, though they do not say how far: stocks are flat and [bitcoin] retreats."""
    start = max(start, reading.folded.rfind(": ", start, end) + 1)
    moves = [token for token in tokens(reading.document, start, end) if token.low in _MOVES]
    return (english.before(reading, start, moves[-1].span.start) or []) if moves else []


def opens(reading: Reading, start: int, end: int, whoever: bool = False) -> list[Mention]:
    """The company that is the subject of the words, if they open with one: not who rates it, and not who only reports it."""
    first = _OPENING.match(reading.folded, start, end)
    begin = first.end() if first else start
    named = english.topic(reading, begin, end)
    if not named or named[0].span is None:
        return []
    span = named[0].span
    if not _TO_NAME.fullmatch(reading.document, begin, span.start) or _RATES.match(reading.folded, span.end, end):
        return []
    whoever = whoever and _ACTS.match(reading.folded, span.end, end) is not None
    return named if whoever or _is_company(reading, named[0]) or _DOES_BUSINESS.match(reading.folded, span.end, end) else []


def borne_out(reading: Reading, mention: Mention, title: Span) -> bool:
    """Whether the text speaks of whom the title seems to name; what no word of the text repeats was a description."""
    rest = reading.folded[title.end :]
    if mention.entity is not None or len(rest) < _SOME_TEXT or english_words.REGIONS.match(mention.text):
        return True
    return all(word in rest for word in _WORDS.findall(fold(mention.text)))


def is_someone(reading: Reading, mention: Mention, end: int) -> bool:
    """Whether the words after a name that nobody knows speak of a person: "in April Jane Roe made her choice"."""
    if mention.entity is not None or mention.span is None or has_legal(mention.text) or " " not in mention.text:
        return False
    return _PERSONAL.search(reading.folded, mention.span.end, end) is not None


def no_people(reading: Reading, found: Sequence[Mention], sentence: Span) -> list[Mention]:
    """Those of whom the sentence that names them does not speak as of a person."""
    return [
        one for one in found if one.span is None or one.span.start < sentence.start or not is_someone(reading, one, sentence.end)
    ]


def _is_company(reading: Reading, mention: Mention) -> bool:
    if mention.entity is not None:
        return reading.book.catalog[mention.entity].kind in (EntityKind.STOCK, EntityKind.COMPANY)
    return has_legal(mention.text)


def meant(reading: Reading, place: int, sentence: Span, earlier: Sequence[Mention]) -> list[Mention]:
    """Whom "the company" and "its shares" mean: who opens this sentence or one right before it, if nobody was spoken of since."""
    since = max((mention.span.start for mention in earlier if mention.span), default=0)
    index = bisect_left(reading.spans, sentence)
    found = opens(reading, sentence.start, place, _ITS.search(reading.folded, sentence.start, place) is not None)
    for span in reversed(reading.spans[max(1, index - _SENTENCES_BACK) : index]):
        if found or since >= span.start:
            break
        found = opens(reading, *span)
    return found
