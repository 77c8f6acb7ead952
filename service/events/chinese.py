"""Whom a Chinese clause is about: names before the trigger, taken apart at 、和及与, cleared of adverbs and descriptions.

Guarantee: spans lie inside the range that was asked for. Words that cannot be a name (数据显示, 连续三个交易日) are none.
It must not know event types; which words are measures and no instruments is the vocabulary's to say.
"""

import re

from service.events import chinese_words as words
from service.events.names import Named
from service.events.reading import Mention, Reading
from service.events.watchlist_csv import ListedEntity
from service.model.entity import EntityKind
from service.model.span import Span

_BRACKET = re.compile(r"\((?P<inside>[^()]{0,40})\)$")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_CALLED = re.compile(r"^(?:以下)?(?:简称|下称|又称)?[:为\s]*[\"'“]?|[\"'”]$")
_JOIN = re.compile(r"、|(?<=\w\w)(?:以及|及|和|与|暨)(?=\w\w)|/|&(?=[^\x00-\x7f])")
_DESCRIBED = re.compile(r"(?:股|龙头|巨头|公司|企业|大厂|厂商|板块|概念|的|品种|合约|方面|平台|独角兽|商)$")
_LATIN_END = re.compile(r"(?:公司|企业|巨头|龙头|平台|独角兽|厂商)(?=[a-z])")
_AFTER_CUT = re.compile(r"[,:;()]|\s|公告|盘中|今日|的|股价|将|拟|首日|在|于|及以上|个股|股")
_SPONSOR = re.compile(r"保荐|辅导机构|承销|券商")
_MAX_NAME = 26
_FIGURE = frozenset("0123456789万亿千百")
_MARKETS = frozenset((EntityKind.INDEX, EntityKind.COMMODITY))
"""What may be picked out of a description that is no name itself: 尽管过去一周黄金价格."""


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions that end where the trigger begins; None where the clause names nobody there (or says "the company")."""
    start, end = _trim(reading.folded, start, end)
    text = reading.folded[start:end]
    if not text or words.PRONOUN.match(text):
        return None
    if words.UNNAMED.search(text):
        return [Mention("")]
    such = words.SUCH_AS.match(text)
    if such:
        start, end = start + such.start("names"), start + such.end("names")
    else:
        start, end = _without_others(reading.folded, *_to_verb(reading, start, end))
    return _parts(reading, start, end)


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The name that begins where the trigger ends."""
    cut = _AFTER_CUT.search(reading.folded, start, end)
    return _parts(reading, *_trim(reading.folded, start, cut.start() if cut else end))


def topic(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom a clause opens with: the name before a bracket, a colon or a verb; else the first known name in it."""
    begin, stop = _trim(reading.folded, start, end)
    such = words.SUCH_AS.match(reading.folded[begin:stop])
    if such:
        return _parts(reading, begin + such.start("names"), begin + such.end("names")) or []
    match = words.TOPIC.match(reading.folded[begin:end])
    found = _parts(reading, begin + match.start("name"), begin + match.end("name")) if match else None
    if found and len(found) == 1:
        return [_with_bracket(reading, found[0], end)]
    names = [name for name in reading.names_in(start, end) if _may_be_topic(reading, name, start, begin)]
    return [Mention(name.span.of(reading.document), name.span, name.entity) for name in names[:1]]


def _may_be_topic(reading: Reading, name: Named, start: int, begin: int) -> bool:
    """Of the many companies that only lists know, one is a clause's topic where it opens it; who sponsors a listing never is."""
    if reading.folded[max(start, name.span.start - 1)] in _FIGURE or _SPONSOR.search(reading.folded, start, name.span.start):
        return False
    return name.span.start == begin or not isinstance(reading.book.catalog[name.entity], ListedEntity)


def _with_bracket(reading: Reading, mention: Mention, end: int) -> Mention:
    match = _BRACKETS.match(reading.folded, mention.span.end, end) if mention.span else None
    if match is None or mention.entity:
        return mention
    alias, entity = reading.bracket(Span(match.start() + 1, match.end() - 1))
    return Mention(mention.text, mention.span, entity, alias)


def _trim(folded: str, start: int, end: int) -> tuple[int, int]:
    """Clear both ends of adverbs, times and descriptions, however many there are."""
    while start < end:
        match = words.TRAILING.search(folded[start:end])
        if match is None or words.STILL_A_NAME.search(folded[start:end]):
            break
        end = start + match.start()
    while start < end:
        match = words.LEADING.match(folded[start:end])
        if match is None:
            break
        start += match.end()
    return start, end


def _to_verb(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Cut at the first word that can only follow a name: 某公司[向港交所]提交..."""
    for match in words.VERB.finditer(reading.folded, start + 2, end):
        if reading.covered(match.start()) is None:
            return _trim(reading.folded, start, match.start())
    return start, end


def _without_others(folded: str, start: int, end: int) -> tuple[int, int]:
    """Cut "and many other stocks" off a list of names."""
    for pattern in (words.GROUP, words.AND_OTHERS):
        match = pattern.search(folded[start:end])
        if match and match.start() >= 2:
            end = start + match.start()
    return _trim(folded, start, end)


def _parts(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """One mention for each coordinated name; None if nothing in the range can be a name."""
    if start >= end:
        return None
    brackets = [match.span() for match in _BRACKETS.finditer(reading.folded, start, end)]
    found: list[Mention] = []
    position = start
    for cut in _JOIN.finditer(reading.folded, start, end):
        if any(opening < cut.start() < closing for opening, closing in brackets) or _inside_name(reading, cut.start()):
            continue
        found += _mention(reading, position, cut.start())
        position = cut.end()
    found += _mention(reading, position, end)
    return found or None


def _inside_name(reading: Reading, position: int) -> bool:
    name = reading.covered(position)
    return name is not None and name.span.start < position


def _mention(reading: Reading, start: int, end: int) -> list[Mention]:
    start, end = _trim(reading.folded, start, end)
    alias, entity = "", None
    bracket = _BRACKET.search(reading.folded, start, end)
    if bracket and bracket.start() > start:
        alias, entity = reading.bracket(Span(*bracket.span("inside")))
        alias = _CALLED.sub("", alias)
        start, end = _trim(reading.folded, start, bracket.start())
    described = _LATIN_END.search(reading.folded, start, end)
    start = described.end() if described else start
    text = reading.folded[start:end]
    known = [name for name in reading.names_in(start, end) if name.span == (start, end)]
    if known or (len(text) <= _MAX_NAME and _can_be_name(text)):
        return [_linked(reading, Span(start, end), alias, entity)]
    inside = [name for name in reading.names_in(start, end) if reading.book.catalog[name.entity].kind in _MARKETS]
    return [Mention(name.span.of(reading.document), name.span, name.entity) for name in inside if len(inside) == 1]


def _can_be_name(text: str) -> bool:
    bare = _BRACKETS.sub("", text)
    return any(character.isalpha() for character in bare) and not words.PRONOUN.match(bare) and not words.NO_NAME.search(bare)


def _linked(reading: Reading, span: Span, alias: str, entity: str | None) -> Mention:
    """Narrow a description to the known name at its end, and find the entity; 黄金 in 赤峰黄金 is no name of its own."""
    for name in reading.names_in(span.start, span.end):
        if name.span.end == span.end and (name.span == span or _is_described(reading, span.start, name.span.start, name.entity)):
            return Mention(name.span.of(reading.document), name.span, entity or name.entity, alias)
    return Mention(span.of(reading.document), span, entity, alias)


def _is_described(reading: Reading, start: int, end: int, entity: str) -> bool:
    index = reading.book.catalog[entity].kind is EntityKind.INDEX
    return index or _DESCRIBED.search(reading.folded, start, end) is not None
