"""Fields whose values need code: what kind of instrument a subject is, how long a high was not seen, where a listing is planned.

A type's own code is one line in FIELD_CODE; all other fields come from the vocabulary's `set`.
Guarantee: only fields that the text supports are set. It must not decide whether an event happened.
"""

import re
from collections.abc import Mapping, Sequence

from service.events.english_words import REGIONS
from service.events.facts import Fact, FieldCode, Found
from service.events.funding import funding
from service.events.launches import launches
from service.events.leaders import leaders
from service.events.reading import Mention, Reading
from service.events.shortages import shortages
from service.events.stretches import stretch
from service.events.views import views
from service.model.entity import EntityKind
from service.model.event import FieldValue
from service.model.span import Span

_KINDS = {
    EntityKind.INDEX: "index", EntityKind.SECTOR: "index", EntityKind.STOCK: "stock", EntityKind.COMPANY: "stock",
    EntityKind.FUND: "other", EntityKind.COMMODITY: "other", EntityKind.CURRENCY: "other",
}  # fmt: skip
_INDEX_WORDS = re.compile(
    r"指数?$|综指|成指|板块|概念|三大股指|股指|股市|^[a港美日韩欧台]股$|产业链|大盘|行业|(?<![a-z])(?:ind(?:ex|exes|ices)|gauge|benchmark|average|sector|composite|stoxx|topix|stocks|equities|tech|"
    r"nasdaq|dow|s&p|market|wall street)(?![a-z])|(?:an|ese|ian|global|world|u\.?s\.?|uk|european) shares$|\d{2,4}$"
)
_OTHER_WORDS = re.compile(
    r"期货|期铜|期铝|期金|现货|主力合约|主连|合约|原油|黄金|白银|比特币|以太坊|汇率|人民币|日元|美元|国债|债券|基金|(?<![a-z])(?:etf|reit|lof)(?![a-z])|金价|银价|铜价|油价|[猪煤钢锂棉糖硅铝锌镍锡铅]价$|伦铜|沪铜|沪金|沪银|"
    r"(?<![a-z])(?:futures?|etfs?|gold|silver|copper|crude|oil|bitcoin|ethereum|ether|bonds?|yuan|yen|dollar|euro|rupee|pound|sterling|franc|peso|won|baht|ringgit|rupiah|krona|krone|lira|rand|zloty|forint|shekel|fund|"
    r"wheat|corn|coffee|cocoa|uranium|lithium|platinum|palladium|token|xrp|solana|aluminum|aluminium|nickel|zinc|tin|gas)(?![a-z])"
)
_INDEX_END = re.compile(r"(?:(?<!期)指数|板块|概念|产业链)$")
"""What ends so is an index whatever it is an index of: 黄金板块."""
_RECORD = re.compile(r"历史|纪录|(?<![a-z])(?:records?|all-time|all time|highest[- ]ever|lifetime)(?![a-z])")
_SPANS = re.compile(
    r"(?<!\d)(?:\d{4}年(?:\d{1,2}月份?(?:\d{1,2}日)?|第?[一二三四\d]季度?|[初末底])?|\d{1,2}月(?:\d{1,2}日|份)?)(?:以来|来|至今)|上市(?=新高)"
    r"|[近逾超]?[\d一二三四五六七八九十两半]+(?:个?多?)(?:年|个?月|周|交易日)(?:半|多|以?来)?|年内|阶段性?|上市以来|今年以来|"
    r"\d{4}年(?:\d+月(?:\d+日)?)?以来|(?<![a-z])(?:(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|multi|several)[- ]"
    r"(?:plus[- ])?(?:day|week|month|year|decade)s?|52[- ]week|intraday)(?![a-z])"
)
_SINCE = re.compile(
    r"(?<![a-z])(?:since|in|for) (?:at least |more than |over |nearly |almost |about )?(?:the )?(?:[a-z]+\.? )?(?:\d{1,2}, )?"
    r"[a-z0-9]+(?: (?:years?|months?|weeks?|decades?))?"
)
_FRESH = re.compile(r"(?<![a-z])fresh(?![a-z])")
"""Said of a high without anything that says since when."""
_THIS = re.compile(
    r"(?:high|low)est(?: [a-z]+){0,2} "
    r"(?P<period>(?:so far )?(?:this|of the) (?:decade|year|quarter|month|week))(?![a-z])"
)
_VENUES = (
    ("Hong Kong", re.compile(r"港交所|香港|港股|联交所|h股|(?<![a-z])(?:hong kong|hkex)(?![a-z])")),
    ("STAR Market", re.compile(r"科创板|(?<![a-z])star (?:market|board)(?![a-z])")),
    ("ChiNext", re.compile(r"创业板|(?<![a-z])chinext(?![a-z])")),
    ("Beijing", re.compile(r"北交所|(?<![a-z])beijing stock exchange(?![a-z])")),
    ("Shanghai", re.compile(r"上交所|沪市主板|(?<![a-z])shanghai(?![a-z])")),
    ("Shenzhen", re.compile(r"深交所|深市主板|(?<![a-z])shenzhen(?![a-z])")),
    ("Nasdaq", re.compile(r"纳斯达克|(?<![a-z])nasdaq(?![a-z])")),
    ("New York", re.compile(r"纽交所|(?<![a-z])(?:new york|nyse)(?![a-z])")),
    ("London", re.compile(r"伦交所|(?<![a-z])london(?![a-z])")),
    ("A-share", re.compile(r"a股")),
)  # fmt: skip
_AROUND = 30


def instrument(reading: Reading, mention: Mention) -> str:
    """index, stock or other."""
    if mention.entity:
        return _KINDS[reading.book.catalog[mention.entity].kind]
    text = mention.text.lower() if mention.span is None else mention.span.of(reading.folded)
    if _OTHER_WORDS.search(text) and not _INDEX_END.search(text):
        return "other"
    return "index" if _INDEX_WORDS.search(text) or REGIONS.match(text) else "stock"


def _high(found: Found) -> Mapping[str, FieldValue]:
    kind = instrument(found.reading, found.mention)
    text = found.evidence.of(found.reading.folded)
    if _RECORD.search(text):
        return {"kind": kind, "period": "record"}
    folded, evidence = found.reading.folded, found.evidence
    this = _THIS.search(folded, evidence.start, found.clause.end)
    if this:
        return {"kind": kind, "period": Span(*this.span("period")).of(found.reading.document)}
    behind = folded.startswith(" since ", evidence.end)
    match = _SINCE.search(folded, evidence.start, found.clause.end) if "est" in text or behind else None
    match = match or _SPANS.search(folded, evidence.start, evidence.end) or _FRESH.search(folded, evidence.start, evidence.end)
    return {"kind": kind, "period": Span(*match.span()).of(found.reading.document)} if match else {"kind": kind}


def _listing(found: Found) -> Mapping[str, FieldValue]:
    start, end = max(found.clause.start, found.evidence.start - _AROUND), min(found.clause.end, found.evidence.end + _AROUND)
    text = found.reading.folded[start:end]
    venue = next((name for name, pattern in _VENUES if pattern.search(text)), None)
    return {"venue": venue} if venue else {}


def _nothing(_found: Found) -> Mapping[str, FieldValue]:
    return {}


FIELD_CODE: Mapping[str, FieldCode] = {
    "new_high": _high,
    "new_low": _high,
    "ipo": _listing,
    "price_move": stretch,
    "funding": funding,
    "management_change": leaders,
    "product_launch": launches,
    "analyst_view": views,
    "supply_shortage": shortages,
}


def coded(kind: str, found: Found) -> Sequence[Fact]:
    """What the code of a type finds: facts of its own, or fields for the one it was asked about."""
    answer = FIELD_CODE.get(kind, _nothing)(found)
    return [Fact(found.mention, answer)] if isinstance(answer, Mapping) else answer
