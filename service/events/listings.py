"""Which listing of a company a price belongs to: the A share, the share in Hong Kong or the one in New York.

A code in brackets decides, then the currency of the price, then the market that the text named last, then the headline's.
Guarantee: the listing of the watchlist stays unless the text speaks of another market where such a company may be listed; then it
is the entity of that market with a name in common, or none: a wrong entity is worse than none.
It must not decide whose price it is.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from service.events.reading import Mention, Reading
from service.model.entity import Catalog, Entity, EntityKind
from service.model.span import Span

_CHINA, _HOME = "CN", "elsewhere"
_NAMED = {"SH": _CHINA, "SZ": _CHINA, "BJ": _CHINA, "HK": "HK", "US": "US", "TW": "TW"}
_CHINESE = re.compile(
    r"(?P<both>a股[及和与、/]?(?:港|h)股|港股[及和与、/]?a股|沪深港|a\+h)"
    r"|(?P<HK>港股(?!ipo|上市|招股)|恒生(?:科技|中国企业)?(?:指数|科指)|恒指|恒科|国企指数|(?<![a-z+/])h股(?!发行|上市|招股|募|ipo))"
    r"|(?P<US>(?<!受)(?<!受隔夜)(?<!随)(?<!随着)美股|纳指|道指|标普|中概股|金龙指数|美东时间|(?<![a-z])adr(?![a-z]))"
    r"|(?P<CN>(?<![a-z])a股|沪指|上证|深成指|深证|创业板|科创|北证|两市|沪深|[涨跌]停)"
    r"|(?P<TW>台股|台北股市|台湾股市)|(?P<elsewhere>欧股|欧洲|斯托克|德国|法国|荷兰|韩国|韩股|kospi|日股|日本|日经|东京)"
)
_ENGLISH = re.compile(
    r"(?<![a-z])(?:(?P<HK>hong kong[- ](?:listed|traded|shares)|in hong kong(?: trading)?(?=[ ,.;)]|$)|h[- ]shares?)"
    r"|(?P<US>adrs?|american depositary|(?:u\.?s\.?|new york|nasdaq|nyse)[- ](?:listed|traded))"
    r"|(?P<CN>a[- ]shares?|(?:shanghai|shenzhen)[- ](?:listed|traded)))(?![a-z])"
)
_ONLY_DEPOSITARY = re.compile(r"中概股|金龙指数|adr|american depositary|[- ](?:listed|traded)")
"""What an A share needs to be taken for one in New York."""
_PRICE = re.compile(r"(?:报|股价[为至]?)[收价于为约]*\d[\d.,]*(?P<unit>港[元币]|美元|元)(?!/[吨桶盎])")
_UNITS = {"港元": "HK", "港币": "HK", "美元": "US", "元": _CHINA}
_BEHIND_A_PRICE = re.compile(r"[^。;\n涨跌]*")
_BRACKET = re.compile(r"\s?[(\[]([^()\[\]]{2,40})[)\]]")
_CODES = (
    ("HK", re.compile(r"(?<![a-z\d])(?:hk|sehk|hkex)?[.:\s]*\d{4,5}(?:\.hk)?$|\.hk|(?<![a-z])hk[.:\s]*\d|港股")),
    (_CHINA, re.compile(r"(?<!\d)\d{6}(?!\d|\.k)|a股")),
    ("US", re.compile(r"(?<![a-z])(?:nyse|nasdaq|纳斯达克|us)[a-z ]{0,4}[.:]\s?[a-z]|[a-z]\.(?:us|n|o)(?![a-z])|美股")),
)
_ENTRY = re.compile(r"[\n【]|(?<!\d)\d{1,2}[、.](?!\d)")
"""Where another piece of news begins."""
_REACH, _BEHIND = 400, 30
_AMERICAN = "united-states"


class Listing(NamedTuple):
    """The entity of the listing that is meant, and the market that the text speaks of ("" where it does not say)."""

    entity: str | None
    market: str


def market_of(entity: str | None) -> str:
    """The market in an id."""
    suffix = (entity or "").rpartition(".")[2]
    return _NAMED.get(suffix, _HOME)


def siblings(catalog: Catalog, shared: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """Of each share the other listings of its company by market: those with a name in common."""
    found: dict[str, dict[str, str]] = {}
    for ids in shared.values():
        shares = [one for one in ids if catalog[one].kind is EntityKind.STOCK]
        for one in shares:
            for other in shares:
                if market_of(other) != market_of(one):
                    found.setdefault(one, {}).setdefault(market_of(other), other)
    return found


def listing(reading: Reading, mention: Mention, sentence: Span, evidence: Span, language: str) -> Listing:
    """Which listing of the mention a price in `evidence` is of."""
    entity = reading.book.catalog.get(mention.entity or "")
    if entity is not None and entity.kind is not EntityKind.STOCK:
        return Listing(mention.entity, "")
    market, word = _spoken(reading, mention, sentence, evidence, language)
    if entity is None or market in ("", market_of(entity.id)):
        return Listing(mention.entity, market)
    other = reading.book.listings.get(entity.id, {}).get(market)
    if other is not None:
        return Listing(other, market)
    return Listing(None, market) if _may_be(entity, market, word) else Listing(entity.id, "")


def _may_be(entity: Entity, market: str, word: str) -> bool:
    """Whether such a company may have a listing there that no list knows; `word` is what named the market."""
    home = market_of(entity.id)
    if market == "US":
        return home != _CHINA or _ONLY_DEPOSITARY.search(word) is not None or word == ""
    if home == "US":
        return market in ("HK", "TW") and _AMERICAN not in entity.tags
    return market == "HK"


def _spoken(reading: Reading, mention: Mention, sentence: Span, evidence: Span, language: str) -> tuple[str, str]:
    """The market that the text speaks of, and the word that says so ("" for a code or a price)."""
    certain = _in_bracket(reading.folded, mention.span) or (_in_currency(reading, mention, evidence) if language == "zh" else "")
    if certain:
        return certain, ""
    start = max(0, evidence.start - _REACH)
    if language != "zh":
        return _last(_ENGLISH, reading.folded, max(sentence.start, start), min(sentence.end, evidence.end + _REACH))
    found = _last(_CHINESE, reading.folded, max(sentence.start, start), evidence.start)
    if found[0]:
        return found
    coded = _coded(reading).get(mention.entity or "", "")
    if coded:
        return coded, ""
    start = max([start, *(match.end() for match in _ENTRY.finditer(reading.folded, start, evidence.start))])
    found = _last(_CHINESE, reading.folded, start, evidence.start)
    return found if found[0] else _last(_CHINESE, reading.folded, 0, max(0, reading.folded.find("\n", 0, _REACH)))


def _last(words: re.Pattern[str], folded: str, start: int, end: int) -> tuple[str, str]:
    """The market that is named last, unless two are named in one breath."""
    found = ("", "")
    for match in words.finditer(folded, start, end):
        found = (match.lastgroup or "", match.group())
    return ("", "") if found[0] == "both" else found


def _in_bracket(folded: str, span: Span | None) -> str:
    """The market of the code in the bracket behind a name; none where it gives several."""
    match = _BRACKET.match(folded, span.end) if span else None
    markets = [market for market, code in _CODES if code.search(match[1])] if match else []
    return markets[0] if len(markets) == 1 else ""


def _coded(reading: Reading) -> Mapping[str, str]:
    """The markets that the first code behind each name gives, found out when it is first asked for."""
    if reading.markets is None:
        reading.markets = {}
        for name in reading.names:
            market = _in_bracket(reading.folded, name.span)
            if market:
                reading.markets.setdefault(name.entity, market)
    return reading.markets


def _in_currency(reading: Reading, mention: Mention, evidence: Span) -> str:
    """The market whose money the price is told in: 甲山科技[涨5%]，报48港元."""
    folded = reading.folded
    start = mention.span.end if mention.span and mention.span.end <= evidence.start else evidence.start
    start = max(start, evidence.start - _BEHIND)
    behind = _BEHIND_A_PRICE.match(folded, evidence.end, evidence.end + _BEHIND)
    for part in (Span(*behind.span()) if behind else evidence, Span(start, evidence.end)):
        match = _PRICE.search(folded, *part)
        if match:
            return _UNITS[match["unit"]]
    return ""
