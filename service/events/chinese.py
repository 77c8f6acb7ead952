"""Whom a Chinese clause is about: names before the trigger, taken apart at 、和及与, cleared of adverbs and descriptions.

Guarantee: spans lie inside the range that was asked for. Words that cannot be a name (数据显示, 连续三个交易日) are none.
It must not know event types; which words are measures and no instruments is the vocabulary's to say.
"""

import re

from service.events import chinese_words as words
from service.events.chinese_clauses import looks_like_a_company
from service.events.chinese_lists import known_pieces, pieces
from service.events.names import Named
from service.events.reading import Mention, Reading
from service.events.watchlist_csv import ListedEntity
from service.folding import fold
from service.model.entity import EntityKind
from service.model.span import Span

_BRACKET = re.compile(r"\((?P<inside>[^()]{0,40})\)$")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_CALLED = re.compile(r"^(?:以下)?(?:简称|下称|又称)?[:为\s]*[\"'“]?|[\"'”]$")
_DESCRIBED = re.compile(
    r"(?:股|龙头|巨头|公司|企业|大厂|厂商|板块|概念|的|品种|合约|方面|平台|独角兽|商|权重|(?<=[股块念])[中内])$"
)
_LATIN_END = re.compile(r"(?:公司|企业|巨头|龙头|平台|独角兽|厂商|餐厅|商|品牌|机构|部门|新秀|药企|车企)(?=[a-z]{3})(?!etf|reit)")
_AFTER_CUT = re.compile(
    r"[,:;()。!?]|\s|公告|盘中|今日|的|股价|将|拟|首日|在|于|及以上|个股|(?<!控)股(?!份)|尾盘|早盘|午后|继续|拉升|至|[涨跌]|高开|低开|收[高低报]|续创"
)
_SPONSOR = re.compile(r"保荐|辅导机构|承销|券商")
_SHORT = 2
"""The characters of the shortest names that a description may stand before."""
_MAX_NAME = 26
_LONG_NAME = re.compile(r"[a-z0-9 .,&'-]{27,70}")
"""Latin letters take more room."""
_NOTHING_BEFORE = frozenset(("向", "于", "在"))
"""Words before a place or a time, which may open a clause that names nobody: 向香港联交所递交..."""
_WORD_REACH = 20
"""Longer than any word or date that is cleared off the end of a name."""
_ONE_LETTER = frozenset("金银铜铝锌铅镍锡铂钯")
"""Metals that futures are called by; all other names have two characters at least."""
_FIGURE = frozenset("0123456789万亿千百")
_MARKETS = frozenset((EntityKind.INDEX, EntityKind.COMMODITY))
"""What may be picked out of a description that is no name itself: 尽管过去一周黄金价格."""


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions that end where the trigger begins; None where the clause names nobody there (or says "the company")."""
    if words.SUBSIDIARY.match(reading.folded, start, end) or words.OTHER_GOODS.search(reading.folded, start, end):
        return []
    of_another = words.AT_SOMETHING.search(reading.folded, start, end)
    if of_another:
        start, end = of_another.span("name")
    if words.PRODUCT_PRICE.match(reading.folded, start, end):
        return []
    text = reading.folded[start:end]
    priced = "价" in text and words.PRICE_OF.search(text) is not None
    averaged = "平均" in text and words.AVERAGE.search(text) is not None
    start, end = _trim(reading, start, end)
    text = reading.folded[start:end]
    if not text or words.PRONOUN.match(text):
        return None
    if words.UNNAMED.search(text):
        return [Mention("")]
    if words.NOBODY.match(text) or words.ANY_COMPANY.search(text):
        return []
    such = words.SUCH_AS.match(text)
    if such:
        start, end = start + such.start("names"), start + such.end("names")
    else:
        start, end = _without_others(reading, *_to_verb(reading, *_from_object(reading, start, end)))
    found = _parts(reading, start, end)
    if words.GROUP.search(text) and (found is None or all(words.SECTOR.search(one.text) for one in found)):
        return [Mention("")]
    if averaged or (priced and not any(_is_traded(one) for one in found or ())):
        return []
    return found


def _is_traded(mention: Mention) -> bool:
    """Whether it is known to have a price, or its name says so."""
    name = fold(mention.text)
    return bool(mention.entity or words.INSTRUMENT.search(name) or words.COMMODITY.search(name))


def known_topic(reading: Reading, span: Span) -> list[Mention]:
    """Whom we know, where a clause opens with the name."""
    start, _ = _trim(reading, *span)
    if not _begins_known(reading, start, span.end):
        return []
    return [one for one in topic(reading, *span) if one.entity and one.span is not None and one.span.start == start]


def _has_a_price(reading: Reading, mention: Mention) -> bool:
    return bool(mention.entity or words.INSTRUMENT.search(fold(mention.text)) or looks_like_a_company(reading, mention))


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The name that begins where the trigger ends: up to a colon, a bracket or a verb."""
    cut = _AFTER_CUT.search(reading.folded, start + 1, end) if start < end else None
    return _parts(reading, *_trim(reading, start, cut.start() if cut else end))


def topic(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom a clause opens with: the name before a bracket, a colon or a verb; else the first known name in it."""
    begin, stop = _trim(reading, start, end)
    such = words.SUCH_AS.match(reading.folded[begin:stop])
    if such:
        return _parts(reading, begin + such.start("names"), begin + such.end("names")) or []
    text = reading.folded[begin:end]
    if text[-2:] in words.MOVED and "、" in text and "的" not in text:
        return _parts(reading, *_without_others(reading, begin, end - 2)) or []
    match = words.TOPIC.match(text)
    found = _parts(reading, begin + match.start("name"), begin + match.end("name")) if match else None
    if (
        found
        and len(found) == 1
        and _has_a_price(reading, found[0])
        and not _is_aside(reading, found[0].span or Span(begin, end))
        and not _are_goods(reading, found[0])
    ):
        return [_with_bracket(reading, found[0], end)]
    names = [name for name in reading.names_in(start, end) if _may_be_topic(reading, name, start, begin)]
    return [Mention(name.span.of(reading.document), name.span, name.entity) for name in names[:1]]


def _are_goods(reading: Reading, mention: Mention) -> bool:
    """Whether only the price of something is told that no list knows: 猪肉价格大涨."""
    behind = mention.span is not None and words.PRICE_BEHIND.match(reading.folded, mention.span.end) is not None
    return behind and not _is_traded(mention)


def _is_aside(reading: Reading, name: Span) -> bool:
    """Whether it is a house that says something about others (某某证券:...), or the owner of whom the clause is about."""
    if words.OWNS.match(reading.folded, name.end):
        return True
    said = words.SPEAKS.match(reading.folded, name.end) is not None
    return said and words.SPEAKER.search(name.of(reading.folded)) is not None


def _may_be_topic(reading: Reading, name: Named, start: int, begin: int) -> bool:
    """Of the many companies that only lists know, one is a clause's topic where it opens it; who sponsors a listing never is."""
    if _is_aside(reading, name.span):
        return False
    if reading.folded[max(start, name.span.start - 1)] in _FIGURE or _SPONSOR.search(reading.folded, start, name.span.start):
        return False
    return name.span.start == begin or not isinstance(reading.book.catalog[name.entity], ListedEntity)


def _with_bracket(reading: Reading, mention: Mention, end: int) -> Mention:
    match = _BRACKETS.match(reading.folded, mention.span.end, end) if mention.span else None
    if match is None or mention.entity:
        return mention
    alias, entity = reading.bracket(Span(match.start() + 1, match.end() - 1))
    return Mention(mention.text, mention.span, entity, alias)


def _trim(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Clear both ends of adverbs, times and descriptions, however many there are; what the catalog knows stays whole."""
    folded = reading.folded
    while start < end and folded[end - 1] in words.TRAILING_LAST:
        near = max(start, end - _WORD_REACH)
        match = words.TRAILING.search(folded, near, end)
        if match is None or words.STILL_A_NAME.search(folded, near, end) or _ends_known(reading, start, end):
            break
        end = match.start()
    while start < end:
        match = words.LEADING.match(folded, start, end)
        if match is None or _begins_known(reading, start, end):
            break
        start = match.end()
    if folded[start - 1 : start + 1] == "股中" and _begins_known(reading, start + 1, end):
        start += 1
    return start, end


def _ends_known(reading: Reading, start: int, end: int) -> bool:
    name = reading.covered(end - 1)
    return name is not None and name.span.start >= start and name.span.end == end


def _begins_known(reading: Reading, start: int, end: int) -> bool:
    name = reading.covered(start)
    return name is not None and name.span.start == start and name.span.end <= end


def _to_verb(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Cut at the first word that can only follow a name: 某公司[向港交所]提交..."""
    for match in words.VERB.finditer(reading.folded, start, end):
        if reading.covered(match.start()) is None and (match.start() >= start + 2 or match[0] in _NOTHING_BEFORE):
            return _trim(reading, start, match.start())
    return start, end


def _from_object(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Begin after the last verb that has the name as its object: 避险情绪[助推]黄金再创新高."""
    places = [match.end() for match in words.OBJECT.finditer(reading.folded, start, end)]
    return _trim(reading, places[-1], end) if places else (start, end)


def _without_others(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Cut "and many other stocks" off a list of names."""
    for pattern in (words.GROUP, words.AND_OTHERS):
        match = pattern.search(reading.folded[start:end])
        if match and match.start() >= 2:
            end = start + match.start()
    return _trim(reading, start, end)


def _parts(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """One mention for each coordinated name; None if nothing in the range can be a name."""
    if start >= end:
        return None
    start = start if "、" in reading.folded[start:end] else _to_latin(reading, start, end)
    found = [one for piece in pieces(reading, start, end) for one in _mention(reading, *piece)]
    return found or None


def _mention(reading: Reading, start: int, end: int) -> list[Mention]:
    start, end = _without_market(reading, *_trim(reading, start, end))
    alias, entity = "", None
    bracket = _BRACKET.search(reading.folded, start, end)
    if bracket and bracket.start() > start:
        alias, entity = reading.bracket(Span(*bracket.span("inside")))
        alias = _CALLED.sub("", alias)
        start, end = _trim(reading, start, bracket.start())
    if not _known(reading, start, end):
        several = known_pieces(reading, start, end)
        if several:
            return several
        start, end = _without_market(reading, *_bare(reading, start, end))
    text = reading.folded[start:end]
    if _known(reading, start, end) or ((len(text) <= _MAX_NAME or _LONG_NAME.fullmatch(text)) and _can_be_name(text)):
        return [_linked(reading, Span(start, end), alias, entity)]
    inside = [name for name in reading.names_in(start, end) if reading.book.catalog[name.entity].kind in _MARKETS]
    return [Mention(name.span.of(reading.document), name.span, name.entity) for name in inside if len(inside) == 1]


def _known(reading: Reading, start: int, end: int) -> bool:
    return any(name.span == (start, end) for name in reading.names_in(start, end))


def _to_latin(reading: Reading, start: int, end: int) -> int:
    """Where a Latin name begins behind what Chinese calls it: 火箭与卫星制造公司SpaceX."""
    described = _LATIN_END.search(reading.folded, start, end)
    return described.end() if described else start


def _bare(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The name without what describes it: a nickname in quotes, what kind of company it is."""
    start = _to_latin(reading, start, end)
    for pattern in (words.QUOTED, words.DESCRIBED, words.DESCRIBED_SHORT, words.DESCRIBED_FUND):
        match = pattern.match(reading.folded[start:end])
        if match:
            start, end = _trim(reading, start + match.start("name"), end)
    short = reading.folded[end - _SHORT : end]
    if reading.folded[start : end - _SHORT].endswith(words.BEFORE_SHORT_NAME) and short not in words.NO_SHORT_NAME:
        start = end - _SHORT if not short.isascii() and reading.folded.count(short) > 1 else start
    return start, end


def _without_market(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The name without where its shares are traded."""
    if reading.folded[end - 1 : end] not in words.MARKET_LAST:
        return start, end
    market = words.MARKET_END.search(reading.folded[start:end])
    if market is None or market.start() <= 1 or _ends_known(reading, start, end):
        return start, end
    return _trim(reading, start, start + market.start())


def _can_be_name(text: str) -> bool:
    bare = _BRACKETS.sub("", text)
    if len(bare) < 2 and bare not in _ONE_LETTER:
        return False
    return any(character.isalpha() for character in bare) and not words.PRONOUN.match(bare) and not words.NO_NAME.search(bare)


def _linked(reading: Reading, span: Span, alias: str, entity: str | None) -> Mention:
    """Narrow a description to the known name at its end, and find the entity; 黄金 in 赤峰黄金 is no name of its own."""
    for name in reading.names_in(span.start, span.end):
        if name.span.end == span.end and (name.span == span or _is_described(reading, span.start, name.span.start, name.entity)):
            return Mention(name.span.of(reading.document), name.span, entity or name.entity, alias)
        if name.span.start == span.start and words.CONTRACT.fullmatch(reading.folded, name.span.end, span.end):
            entity = entity or name.entity
    return Mention(span.of(reading.document), span, entity, alias)


def _is_described(reading: Reading, start: int, end: int, entity: str) -> bool:
    index = reading.book.catalog[entity].kind is EntityKind.INDEX
    return index or _DESCRIBED.search(reading.folded, start, end) is not None
