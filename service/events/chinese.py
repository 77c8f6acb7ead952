"""Whom a Chinese clause is about: names before the trigger, taken apart at 、和及与, cleared of adverbs and descriptions.

Guarantee: spans lie inside the range that was asked for.
It must not know event types; which words are measures and no instruments is the vocabulary's to say.
"""

import re

from service.events.reading import Mention, Reading
from service.model.span import Span

_LEADING = re.compile(
    r"^(?:[\s'\"\[\]【】()<>《》·*-]+(?!st)|图片|其中|此前|随后|截至[^,]{0,10}?(?:发稿|收盘|目前|午盘|\d点?)|消息面上|板块方面|个股方面|个股中|个股|盘面上|港股方面|"
    r"美股方面|具体来看|据悉|目前|昨日|昨夜|今日|今天|今早|近日|日前|当日|当天|周[一二三四五六日]|上周[一二三四五六日]|(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{1,2}日|早盘|午后|午盘|尾盘|盘中|开盘|"
    r"盘前|盘后|夜盘|早间|晚间|上午|下午|凌晨|隔夜|财联社[^,]{0,12}电|[^,]{2,6}讯|而|但|且|并|又|也|则|另外|此外|同时|与此同时|截止\S{0,8}?(?=两市|沪深|a股)|"
    r"受[^,]{1,20}影响|相关etf方面|人气股|龙头股?|权重股|概念股|成分股|热门股|高位股|标的|以|由|对|由于|因|使得?|带动|推动|提振|拉动|公司股价|参股公司|控股子公司|子公司|控股公司|旗下|证监会(?:正式)?(?:受理|同意|批准)?|(?:中国)?证监会|上交所|深交所|北交所|港交所"
    r"(?=.*公司)|同意|受理|恭喜|祝贺|热烈祝贺|直击|快讯|异动|午评|收评)"
)
_TRAILING = re.compile(
    r"(?:[\s'\"()【】《》,:：·-]+|股价|股票|价格|盘中|早盘|午后|午盘|尾盘|开盘|收盘|盘前|盘后|夜盘|竞价|集合竞价|日内|短线|今日|昨日|今早|今天|昨天|周[一二三四五六日]|上周[一二三四五六日]?|本周|本月|上月|"
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{1,2}日|一度|直线|双双|均|皆|都|纷纷|集体|也|则|再度|再次|再|又|亦|已经|已|继续|连续|率先|同步|先后|相继|随后|随即|强势|大幅|小幅|快速|高开|低开|高走|拉升|冲击|"
    r"走出|实现|收获|录得|报|最多|最高|现|目前|一字|反弹|迅速|秒速|秒|罕见|逆势|午间|早间|截至发稿|截至收盘|累计|合计|平均|的|其|了|还|就|将|曾|放量|缩量|开市|主力合约日内|"
    r"上演|迎来|全线|普遍|持续|整体|盘初|盘尾|一路|震荡|低位|高位|近日|日前|当日|当天|单日|全天|期间|年内|周内|月内|连日|今年以来|今年|此前|早些时候|现报\S{0,8}元?|最新|"
    r"获|封死?|封住|巨量|此后|等)$"
)
_GROUP = re.compile(
    r"(?:等)?(?:多只|多支|多家|多|\d+只|\d+支|\d+|[一二三四五六七八九十百]+只?|数只|超百|逾百|近百|数十|数百|近\d+|超\d+|逾\d+)(?:只|支|家)?(?:概念|成分|港|个|科技|权重|热门)?(?:股|个股|股票|标的|公司|etf|基金|合约|品种)$"
)
_AND_OTHERS = re.compile(r"等(?:[^、]{0,14})?$")
_UNNAMED = re.compile(
    r"(?:^|[^\w])(?:两市|沪深两市|全市场|沪深京三市|a股|三市|市场)?(?:共有?|有|超过?|逾|近|约|另有|合计|多达|已有)*(?:\d+|[一二三四五六七八九十百千两]+|多|数|超百|逾百|近百|数十|数百|上百)(?:余|多)?(?:只|支|家)?(?:非?st)?(?:个股|股票|股|公司|只)$"
)
_SUCH_AS = re.compile(r"^(?:以)(?P<names>.+?)(?:等)?为(?:首|代表|龙头)的.*$")
_BRACKET = re.compile(r"\((?P<inside>[^()]{0,40})\)$")
_OPEN_BRACKETS = re.compile(r"\([^()]{0,60}\)?")
_JOIN = re.compile(r"、|(?<=\w\w)(?:以及|及|和|与|暨)(?=\w\w)|\s+|/|&(?=[^\x00-\x7f])")
_PRONOUNS = frozenset(
    "公司 本公司 该公司 该股 其 股价 公司股票 公司股价 股票 公司a股 该指数 指数 两者 三者 后者 前者 该板块 板块 个股 公司股份 其股价 本股票 该公司股价 公司a股股票 本公司股票 公司本次".split()
)
_TOPIC = re.compile(
    r"^[\s【\[(]*(?:\d+天\d+板|[\d一二三四五六七八九十]+连板)?(?P<name>[^,:;()（【】\s、]{2,16}?)(?=\(|:|公告|披露|发布|发公告|晚间|早间|午后|盘中|今日|\d|股价|直线|[大暴]?[涨跌]|\s|$)"
)
_MAX_NAME = 26


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions that end where the trigger begins; None where the clause names nobody there (or says "the company")."""
    start, end = _trim(reading.folded, start, end)
    if start >= end:
        return None
    text = reading.folded[start:end]
    if _UNNAMED.search(text):
        return [Mention("")]
    such = _SUCH_AS.match(text)
    if such:
        start, end = start + such.start("names"), start + such.end("names")
    else:
        start, end = _without_others(reading.folded, start, end)
    return _parts(reading, start, end)


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The name that begins where the trigger ends."""
    text = reading.folded[start:end]
    cut = re.search(r"[,:;()]|\s|公告|盘中|今日|的|股价|将|拟|首日|在|于", text)
    end = start + cut.start() if cut else end
    start, end = _trim(reading.folded, start, end)
    return _parts(reading, start, end) if start < end else None


def topic(reading: Reading, start: int, end: int) -> Mention | None:
    """Whom a sentence opens with: the name before a bracket, a colon or a word of announcing; else its first known name."""
    match = _TOPIC.match(reading.folded[start:end])
    if match:
        found = _parts(reading, start + match.start("name"), start + match.end("name"))
        if found and len(found) == 1:
            return _with_bracket(reading, found[0], end)
    names = reading.names_in(start, end)
    return Mention(names[0].span.of(reading.document), names[0].span, names[0].entity) if names else None


def _with_bracket(reading: Reading, mention: Mention, end: int) -> Mention:
    assert mention.span is not None
    match = _OPEN_BRACKETS.match(reading.folded, mention.span.end, end)
    if match is None or mention.entity:
        return mention
    _, entity = reading.bracket(Span(match.start() + 1, match.end() - 1))
    return Mention(mention.text, mention.span, entity, mention.alias)


def _trim(folded: str, start: int, end: int) -> tuple[int, int]:
    """Clear both ends of adverbs, times and descriptions, however many there are."""
    while start < end:
        if folded[end - 1] == ")":
            break
        match = _TRAILING.search(folded[start:end])
        if match is None:
            break
        end = start + match.start()
    while start < end:
        match = _LEADING.match(folded[start:end])
        if match is None or match.end() == 0:
            break
        start += match.end()
    return start, end


def _without_others(folded: str, start: int, end: int) -> tuple[int, int]:
    """Cut "and many other stocks" off a list of names."""
    for pattern in (_GROUP, _AND_OTHERS):
        match = pattern.search(folded[start:end])
        if match and match.start() >= 2:
            end = start + match.start()
    return _trim(folded, start, end)


def _parts(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """One mention for each coordinated name; None if it is only a pronoun."""
    found: list[Mention] = []
    position = start
    cuts = [match for match in _JOIN.finditer(reading.folded, start, end) if not _protected(reading, match.start())]
    for stop, following in [*((match.start(), match.end()) for match in cuts), (end, end)]:
        mention = _mention(reading, position, stop)
        if mention is not None:
            found.append(mention)
        position = following
    return found or None


def _protected(reading: Reading, position: int) -> bool:
    name = reading.covered(position)
    return name is not None and name.span.start < position


def _mention(reading: Reading, start: int, end: int) -> Mention | None:
    start, end = _trim(reading.folded, start, end)
    alias, entity = "", None
    bracket = _BRACKET.search(reading.folded, start, end) if end > start and reading.folded[end - 1] == ")" else None
    if bracket and bracket.start() > start:
        alias, entity = reading.bracket(Span(*bracket.span("inside")))
        start, end = _trim(reading.folded, start, bracket.start())
    text = reading.folded[start:end]
    if not text or text in _PRONOUNS or len(text) > _MAX_NAME or not any(character.isalpha() for character in text):
        return None
    return _linked(reading, Span(start, end), alias, entity)


def _linked(reading: Reading, span: Span, alias: str, entity: str | None) -> Mention:
    """Narrow a description to the known name at its end, and find the entity."""
    names = [name for name in reading.names_in(span.start, span.end) if name.span.end == span.end]
    if names:
        span = names[0].span
        entity = entity or names[0].entity
    return Mention(span.of(reading.document), span, entity, alias)
