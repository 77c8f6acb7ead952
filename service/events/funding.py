"""Funding: who gives the money, how much it is and in which currency; a new shareholder in a register of companies.

Guarantee: a valuation is no amount; without a named counterparty or sum the field is missing.
It must not decide whether a round took place.
"""

import re

from service.events.facts import Fact, Found, is_old, mention_of
from service.events.money import Money, sums
from service.events.reading import Mention
from service.model.event import FieldValue
from service.model.span import Span

_NAME = r"(?P<name>[A-Z][\w&.'’-]*(?:(?: (?:of|and|&|de) | )(?:[A-Z][\w&.'’-]*|\d[\w.]*)){0,7})"
_EN_GIVERS = (
    re.compile(rf"(?:add(?:s|ed|ing)|welcom(?:es|ed|ing)|br(?:ings|ought|inging) in|introduc(?:es|ed|ing)) {_NAME}(?= as an? )"),
    re.compile(rf"(?:led|backed|funded) by (?:investors? )?(?:the )?(?:[a-z-]+ ){{0,3}}?{_NAME}"),
    re.compile(rf"(?:invest(?:ment|ments|ors)|funding|funds?|round|capital|financing) from (?:the )?(?:[a-z-]+ ){{0,3}}?{_NAME}"),
)
_ZH_NAME = r"(?P<name>[^,。;、:\d由获与和]{2,24}?)"
_ZH_GIVERS = (
    re.compile(r"新增(?P<name>[^,。;、]{2,40}?)(?:、[^,。;]*?)?(?:等(?:多家|多位)?[^,。;]{0,6})?为(?:公司)?(?:新)?股东"),
    re.compile(rf"由{_ZH_NAME}(?:[、与和][^,。;]{{0,60}})?(?:联合|共同|独家)?(?:领投|投资|独投|出资)"),
    re.compile(rf"获得?{_ZH_NAME}(?:、[^,。;]{{0,40}})?等?的?(?:联合|共同|独家)?(?:领投|投资|增资|入股|战略投资)"),
)
_CHANGED = re.compile(r"(?P<name>[^,。;:【】\s]{2,34}?)(?:近日|于近日)?(?:已)?发生(?:多项)?(?:工商|企业|登记|信息){0,3}变更")
_VALUED = re.compile(r"(?:估值|市值|valu(?:ation|ed|ing|es)|worth|total(?:s|ing|ed)?|累计|总额|revenue|收入|原)[^,。;]{0,20}$")
_VALUATION = re.compile(r"^[^,。;]{0,3}(?:估值|valuation)")
_DESCRIBED = re.compile(
    r"^(?:[^|｜丨]{0,4}[|｜丨])?[“\"]?(?:.*(?:企业|公司|品牌|厂商|平台|独角兽))?(?P<name>(?!股份|有限|"
    r"集团)[^“”\"]{2,}?)(?:在官网上?|最快)?$"
)
_NOBODY = re.compile(r"['’](?:ve|re|s|ll)$|(?:企业|品牌|的)$|^(?:美元|公司|人民币|We|They|It)$")
_OLD = re.compile(r"(?:公司)?[原老]股东(?=..)")
_THIS_ROUND = re.compile(
    rf"(?:本|此|该|最新)[^,。;由]{{0,10}}由{_ZH_NAME}(?:[、与和][^。;]{{0,60}})?(?:联合|共同|独家)?(?:领投|投资|独投|出资)"
)
_FOLLOWS = 120
"""Chinese news names the investors in the sentence after: 本轮融资由某资本领投."""
_DAYS = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri)day|(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b"
)


def funding(found: Found) -> list[Fact]:
    """Whose money it is, and how much."""
    fields: dict[str, FieldValue] = {}
    giver = _giver(found)
    if giver is not None:
        fields["counterparty"] = giver.of(found.reading.document)
    money = _amount(found)
    if money is not None:
        fields |= {"amount": money.amount, "currency": money.currency}
    mention = _funded(found)
    return [] if _NOBODY.search(mention.text) or is_old(found) else [Fact(mention, fields)]


def _funded(found: Found) -> Mention:
    """The register's "某公司发生工商变更，新增某基金为股东" is about the company that changed."""
    reading, mention = found.reading, found.mention
    match = _CHANGED.search(reading.folded, found.sentence.start, found.evidence.start)
    if match:
        return mention_of(reading, *match.span("name"))
    if found.language == "en":
        return mention
    described = _DESCRIBED.match(mention.text) if mention.span and mention.entity is None else None
    if described and mention.span:
        return mention_of(reading, mention.span.start + described.start("name"), mention.span.start + described.end("name"))
    return mention


def _giver(found: Found) -> Span | None:
    """English names are told by capitals, so they are looked for in the text; Chinese ones in the folded text."""
    english = found.language == "en"
    text = found.reading.document if english else found.reading.folded
    for pattern in _EN_GIVERS if english else _ZH_GIVERS:
        match = pattern.search(text, found.evidence.start, found.sentence.end)
        if match and not _DAYS.match(match["name"]):
            return _name(match)
    match = None if english else _THIS_ROUND.search(text, found.evidence.end, found.evidence.end + _FOLLOWS)
    return _name(match) if match else None


def _name(match: re.Match[str]) -> Span:
    old = _OLD.match(match["name"])
    start = match.start("name") + (old.end() if old else 0)
    return Span(start, match.start("name") + len(match["name"].rstrip(".,'’ ")))


def _amount(found: Found) -> Money | None:
    """The first sum of the words that assert and of what follows them in the sentence."""
    folded = found.reading.folded
    for money in sums(folded, found.evidence.start, found.sentence.end):
        before, after = folded[found.sentence.start : money.span.start], folded[money.span.end : found.sentence.end]
        if not _VALUED.search(before) and not _VALUATION.match(after):
            return money
    return None
