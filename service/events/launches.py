"""Launches: a fact for each product, about the company that brings it out.

A unit's launch is its owner's ("ByteDance's Volcano Engine"); what ministries, exchanges and researchers bring out is no product.
Guarantee: no fact without a product. It must not decide whether anything was launched.
"""

import re

from service.events import products
from service.events.english_words import NATIONS
from service.events.facts import Fact, Found, is_old, mention_of
from service.events.reading import Mention

_OWNER = re.compile(r"(?:^|[,;:.!?] |\n|(?<!\w)[a-z][\w-]* )(?P<owner>[A-Z][\w&.-]*)['’]s $")
_OWNER_WITHIN = 60
_NO_OWNER = re.compile(
    r"(?:London|Paris|Tokyo|Seoul|Shenzhen|Beijing|Shanghai|Hangzhou|Guangzhou|Berlin|Munich|Boston|Today|Texas|California|"
    r"Detroit|Dubai|Mumbai|"
    r"Bengaluru|Taipei|Monday|Tuesday|Wednesday|Thursday|Friday|Sweden|Finland|Switzerland|Israel|Musk|Altman|Zuckerberg|"
    r"Bezos|Huang|Buffett|Cook)$"
)
_NO_MAKER = re.compile(
    r"(?i)\b(?:government|ministry|commission|department|bureau|agency|administration|police|court|university|senate|"
    r"congress|parliament|fed|"
    r"federal reserve|central bank|white house|president|minister|pentagon|nato|nasa|army|navy|council|association|institute|"
    r"exchange|"
    r"index|indices|trump|biden|prosecutors|regulators?|union|foundation|authority|board|analysts?|etf|research|securities|"
    r"street)\b"
    r"|^(?:we|they|it|he|she|and|ceo)(?![a-z])|[)）丨|｜在]|['’](?:ve|re)$"
    r"|证券|[上深北港]交所|交易所|委员会|管理局|政府|部门|商务部|工信部|统计局|央行|银行业|协会|大学|研究院|法院|检察|气象|指数|外交部|总局|"
    r"财政部|公安|"
    r"国务院|海关|省|市$|市场监管|发改委|联合会|机构|专家|媒体|记者|学会|联盟|集邦|中心$|人民|新华社|报告|平台$|基金$|"
    r"交易中心|国家|当局|央视"
    r"|^(?:自|在|还|包括|继|宣布|事实|覆盖|几|传|用|多家|他|我|其|这|该|此|一些|各|不少|国内|国产|同时)|之前$|先后$|领$"
)


def launches(found: Found) -> list[Fact]:
    """One fact for each product."""
    maker = _maker(found)
    if _NO_MAKER.search(maker.text) or is_old(found):
        return []
    named = products.english(found) if found.language == "en" else products.chinese(found)
    texts = [span.of(found.reading.document) for span in named]
    return [Fact(maker, {"product": text}) for text in texts if text != maker.text]


def _maker(found: Found) -> Mention:
    """The owner of the unit that the text names; countries, cities and people own none."""
    mention = found.mention
    if found.language != "en" or mention.span is None:
        return mention
    start = max(0, found.sentence.start - 1, mention.span.start - _OWNER_WITHIN)
    match = _OWNER.search(found.reading.document, start, mention.span.start)
    if match is None or NATIONS.match(match["owner"]) or _NO_OWNER.match(match["owner"]):
        return mention
    return mention_of(found.reading, *match.span("owner"))
