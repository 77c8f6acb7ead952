"""Whether words that may be a name stand as one in their text.

Target, Gap, 机器人 and 太阳能 are words before they are companies: they count where a ticker in brackets, "Inc.", "shares of" or
the verb of a market event shows it, or where they are listed beside a company. A name that no person here wrote down may also be
part of a longer one: Suzuki in Maruti Suzuki, 中国平安 in 中国平安人寿.
Guarantee: only characters near the name are looked at. In doubt it is no name: a wrong entity is worse than none.
It must not know which names there are.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from service.events import chinese_words, english_words
from service.events.names import SUFFIX, Care, Named
from service.events.reading import Wordbook, bracketed
from service.folding import fold
from service.model.span import Span

_REACH = 60
_SUFFIX = re.compile(rf"(?:{SUFFIX}(?:\.(?=\s[a-z]|\s*$|,|\s\())?)+")
_BRACKET = re.compile(r"\s?\(([^()]{1,40})\)")
_WORD_BEFORE = re.compile(r"([^\W_][\w&'.-]*) $")
_DESCRIBES = re.compile(
    r"(?:maker|giant|firm|group|retailer|lender|carrier|rival|peer|parent|owner|operator|developer|producer|supplier|listed|based|owned|"
    r"backed|bank|shares|stock|stocks|stake|ceo|like|why|are|is|can|did|does|as|and|or|but|yet|even|now|today|so|yesterday|only)$"
)
_ARTICLES = frozenset("a an the this that its their his her our my your no any each every price by to on at for".split())
_SHARES_BEFORE = re.compile(r"(?:shares|stock|stake|investors|shareholders|holders) (?:of|in) (?:the )?$")
_AFTER = re.compile(
    r"(?:['’]s?)?(?: (?:class [a-c] )?(?:shares?|stocks?)(?![a-z])| (?:said|says|reported|reports|announced|posted)(?![a-z]))"
)
_TO_VERB = re.compile(
    r"(?:['’]s)?(?:,? (?:also|then|now|has|have|had|was|were|is|are|already|again|later|just|both|"
    r"on \w{3,9}day|[a-z]{3,10}ly|shares?|stock|price))*\s?"
)
_LIST = re.compile(r"(?:, | and |, and | & |/|、|和|及|与|以及|,)$")
_LONGER = re.compile(
    r"大学|学院|研究院|医院|银行|证券|基金|保险|人寿|财险|产险|期货|资本|资管|投资|信托|租赁|集团|国际(?![油金])|科技|实业|概念|板块|行业|产业|"
    r"赛道|指数|etf|电池|电子|汽车|转债|业(?![绩务内])|网(?![上下络])|组件|设备|技术|材料|主力|主连|合约|现货|领域|市场|相关|方向|主题|族|链"
)
_METALS = re.compile(r"(?<=金)属(?!于)")
"""伦敦金[属] is no gold, whoever wrote the name down."""
_CLEAR = re.compile(r"[\s,.:;()\[\]【】<>《》\"'“”‘’、和及与|/*]|^$")
_NEWS = re.compile(r":(?:公司|拟|股东|控股|子公司|董事|上半年|一季度|前三季度|三季度|净利|预计|收到|签|中标|获|终止|第)")


class Found(NamedTuple):
    """Where a name of the list was found."""

    start: int
    end: int
    entity: str
    care: int


class Surroundings(NamedTuple):
    """The text, and where its triggers begin (in order)."""

    document: str
    folded: str
    triggers: Sequence[int]
    book: Wordbook


def standing(found: Sequence[Found], text: Surroundings) -> list[Named]:
    """Those that stand as names; "Inc." and its like belong to them."""
    certain = [_is_name(one, text) for one in found]
    for steps in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        beside = -1 if steps.step > 0 else 1
        for index in steps:
            if certain[index] is None and certain[index + beside] and _listed_beside(found[index], found[index + beside], text):
                certain[index] = True
    return [Named(Span(one.start, _with_suffix(one, text)), one.entity) for one, yes in zip(found, certain, strict=True) if yes]


def _is_name(one: Found, text: Surroundings) -> bool | None:
    """True and False are certain; None is a word that might be a name if a neighbour is one."""
    if _METALS.match(text.folded, one.end):
        return False
    if not one.care:
        return True
    written = text.document[one.start : one.end]
    if (one.care & Care.UPPER and not written.isupper()) or (one.care & Care.CAPITAL and not written[0].isupper()):
        return False
    bracket = _BRACKET.match(text.folded, one.end)
    if bracket is not None:
        said = bracketed(text.document, Span(*bracket.span(1)), text.book)
        if said is not None:
            return said == one.entity
    latin = text.folded[one.end - 1].isascii() and text.folded[one.start].isascii()
    return _english(one, text) if latin else _chinese(one, text)


def _english(one: Found, text: Surroundings) -> bool | None:
    if one.care & Care.LISTED and _holds_another(one, text):
        return False
    before = text.folded[max(0, one.start - _REACH) : one.start]
    owned = _SHARES_BEFORE.search(before) is not None
    word = _WORD_BEFORE.search(before)
    if word is not None and not owned and not _may_precede(one, text, word[1]):
        return False
    if not one.care & Care.WORD:
        return True
    if owned or _SUFFIX.match(text.folded, one.end) or _AFTER.match(text.folded, one.end):
        return True
    return True if _at_verb(one, text) and _TO_VERB.fullmatch(text.folded, one.end, _verb(one, text)) else None


def _holds_another(one: Found, text: Surroundings) -> bool:
    """Whether Holdings, which no name of the entity has, makes another company of it: Halden Holdings is not Halden Oyj."""
    suffix = _SUFFIX.match(text.folded, one.end)
    return bool(suffix and " holding" in suffix[0]) and not any(
        "holding" in fold(name) for name in text.book.catalog[one.entity].names_en
    )


def _may_precede(one: Found, text: Surroundings, word: str) -> bool:
    """Whether the word before does not make it a longer name ("Maruti Suzuki", "Price Target") or a mere word ("the gap")."""
    if word in _ARTICLES:
        return not one.care & Care.WORD
    return (
        not text.document[one.start - 1 - len(word)].isupper()
        or word in english_words.STOPS
        or english_words.NATIONS.match(word) is not None
        or _DESCRIBES.search(word) is not None
    )


def _chinese(one: Found, text: Surroundings) -> bool | None:
    if _LONGER.match(text.folded, one.end):
        return False
    if not one.care & Care.WORD:
        return True
    if not _CLEAR.match(text.folded[one.start - 1 : one.start]):
        return False
    if _NEWS.match(text.folded, one.end):
        return True
    return True if _at_verb(one, text) and _only_adverbs(text.folded[one.end : _verb(one, text)]) else None


def _only_adverbs(between: str) -> bool:
    while between and (match := chinese_words.TRAILING.search(between)):
        between = between[: match.start()]
    return not between


def _verb(one: Found, text: Surroundings) -> int:
    """Where the next trigger begins; the end of the text if there is none."""
    place = bisect_left(text.triggers, one.end)
    return text.triggers[place] if place < len(text.triggers) else len(text.folded)


def _at_verb(one: Found, text: Surroundings) -> bool:
    place = _verb(one, text)
    return place < len(text.folded) and place - one.end <= _REACH


def _listed_beside(one: Found, other: Found, text: Surroundings) -> bool:
    first, second = (one, other) if one.start < other.start else (other, one)
    return second.start - first.end <= 8 and _LIST.match(text.folded[first.end : second.start]) is not None


def _with_suffix(one: Found, text: Surroundings) -> int:
    if not text.folded[one.end - 1].isascii() or text.folded[one.end : one.end + 1] not in (" ", ","):
        return one.end
    match = _SUFFIX.match(text.folded, one.end)
    return match.end() if match and text.document[match.start() + 1 : match.end()].strip()[0].isupper() else one.end
