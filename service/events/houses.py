"""Who says so: the research house, bank or agency behind a view or a forecast, and how its name is found beside what it says.

Guarantee: every span lies inside the range that was searched; a name in lower case, or a word that only
opens a sentence, is none.
It must not judge what was said.
"""

import re

from service.events.facts import Found
from service.model.span import Span

_NAME = r"[A-Z][\w&.'’-]*(?:(?: (?:&|of|and) |[ /])[A-Z][\w&.-]*){0,5}"
_CLEAN = re.compile(r"^(?:(?:The|But|And|While|Meanwhile|Analysts?(?: at)?|At|By|From|As|In|On)[ ,]+)+")
_GLUED = re.compile(r"^.*[a-z]\.(?=[A-Z])")
"""Two sentences without a blank between them: ... and Garden Tools.Mizuho downgraded."""
_BEFORE = re.compile(rf"(?P<name>{_NAME})(?:['’]s?)?\s*$")
_AFTER = re.compile(rf"(?<![A-Za-z])(?:by|at|By|At)\s+(?:analysts? at\s+)?(?P<name>{_NAME})")
_SAYING = re.compile(
    rf"(?P<name>{_NAME})(?: analysts?| economists?)? (?i:predict|expect|say|warn|forecast|estimate|see|project|note|believe|"
    rf"find)s?(?![\w])"
    rf"|(?P<name2>{_NAME})(?: analysts?)? (?i:said|warned|predicted|forecast|estimated|noted)(?!\w)"
    rf"|[Aa]ccording to (?:analysts at )?(?P<name3>{_NAME})"
)
_ZH_KNOWN = (
    r"高盛|大摩|小摩|摩根士丹利|摩根大通|花旗|瑞银|美银(?:证券)?|美国银行|野村|里昂|杰富瑞|巴克莱|汇丰(?:研究)?|德银|"
    r"德意志银行|法巴|"
    r"法国巴黎银行|麦格理|大和|瑞穗|星展|富瑞|交银国际|招银国际|建银国际|中银国际|农银国际|工银国际|中金(?:公司)?|国泰海通|"
    r"伯恩斯坦|"
    r"摩通|Wedbush|Jefferies|Bernstein|TrendForce(?:集邦咨询)?|集邦咨询|高盛集团|里昂证券|富国银行|渣打|"
    r"LightCounting|IDC|Counterpoint|世界铂金投资协会|白银协会|国际能源署|IEA|伍德麦肯兹|加拿大皇家银行|RBC|KeyBanc|Evercore"
)
ZH_HOUSE = re.compile(rf"(?P<name>{_ZH_KNOWN}|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{2,4}}证券|申万宏源(?:证券)?)")
_NO_HOUSE = re.compile(
    r"^(?:Buy|Sell|Hold|Neutral|Overweight|Underweight|Outperform|It|He|She|They|We|This|That|There|These|Report|Source|"
    r"People|Shares|Stock|Price|Wall Street|Street|\d.*)$"
)
_REACH = 60
_ZH_OTHERS = re.compile(r"^(?:上海|中国|深圳|北京|香港|美国|全国|全球|印度|沪深|融资|我国)|(?:和|与|及|的|在|对|为)证券$")


def house_before(found: Found, end: int) -> Span | None:
    """The name that ends at `end`: Guosheng Securities [notes]."""
    start = max(found.clause.start, end - _REACH)
    match = _BEFORE.search(found.reading.document, start, end)
    return _cleaned(found, match.span("name")) if match else None


def house_after(found: Found, start: int) -> Span | None:
    """The name behind "by" or "at": [upgraded to Buy] at Acme Securities."""
    match = _AFTER.search(found.reading.document, start, found.sentence.end)
    return _cleaned(found, match.span("name")) if match else None


def house_saying(found: Found) -> Span | None:
    """Who says what the sentence says: CICC predicts that ..., according to CICC; of the names before the words the last one."""
    if found.language == "zh":
        return chinese_house(found)
    best = None
    for match in _SAYING.finditer(found.reading.document, found.clause.start, found.clause.end):
        group = next(name for name in ("name", "name2", "name3") if match[name])
        best = _cleaned(found, match.span(group)) or best
    return best


def chinese_house(found: Found) -> Span | None:
    """The house that a Chinese sentence names before the words (in a headline also the one that opens the item's title)."""
    document, folded = found.reading.document, found.reading.folded
    best = None
    for match in ZH_HOUSE.finditer(document, found.sentence.start, found.evidence.end):
        if not _ZH_OTHERS.search(folded[match.start() : match.end()]):
            best = Span(*match.span("name"))
    return best


def _cleaned(found: Found, place: tuple[int, int]) -> Span | None:
    start, end = place
    opening = _CLEAN.match(found.reading.document[start:end])
    start += opening.end() if opening else 0
    glued = _GLUED.match(found.reading.document[start:end])
    start += glued.end() if glued else 0
    text = found.reading.document[start:end].rstrip(".,'’ ")
    return None if not text or _NO_HOUSE.match(text) else Span(start, start + len(text))
