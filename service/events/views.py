"""Views of research houses: who holds the view, what it is about and whether it is favourable.

A rating or a price target is about one share, named before, behind or inside the words; an outlook is about a theme, named in the
clause ("computing power demand") or, where the clause names none, the one that the item opens with ("the computing power chain").
Guarantee: no view without a house and a subject; both are places in the text. It must not decide whether a view was given.
"""

import re

from service.events.facts import Fact, Found, mention_of
from service.events.houses import ZH_HOUSE, chinese_house, house_after, house_before
from service.events.reading import Mention
from service.model.span import Span

_HEAD = 400
_ADJECTIVES = (
    r"(?:(?:sustained|continued|continuing|high|higher|strong|stronger|robust|solid|exploding|booming|surging|growing|rising|"
    r"soaring|resilient|"
    r"intense|weak|weaker|soft|softer|falling|slowing|sluggish|global|domestic|long-term|near-term|overall|and|the|a|an|of|"
    r"its|their|for|in|sees?|expects?|notes?|says|"
    r"that|healthy|firm|steady|persistent|unprecedented|underlying|market|consumer|further|more)\s+)*"
)
_THEMES = (
    re.compile(
        rf"(?<![\w-]){_ADJECTIVES}(?P<theme>[a-z][a-z-]+(?: [a-z][a-z-]+){{0,2}}?) (?:demand|outlook|spending|cycle|boom)(?![\w])"
    ),
    re.compile(
        r"(?:demand|outlook|appetite|opportunit(?:y|ies)|boom) (?:for|"
        r"in) (?:the )?(?P<theme>[a-z][a-z-]+(?: [a-z][a-z-]+)?)(?![\w'’-])"
    ),
    re.compile(
        r"(?:bullish|bearish|upbeat|optimistic|cautious|positive|negative|"
        r"constructive) on (?:the )?(?P<theme>(?:[\w&-]+ ){0,2}[\w&-]+)"
    ),
)
_NO_THEME = re.compile(
    r"^(?:exploding|demand|strong|robust|weak|weaker|soft|softer|slowing|sluggish|falling|rising|growing|surging|solid|the|a|its|this|that|sustained|high|of|for|and|such|more|company|which|overall)$"
)
_ITEM_THEME = re.compile(
    r"(?<![\w-])(?P<theme>[a-z][a-z-]*(?: [a-z][a-z-]*){0,2}?) (?:industrial chain|industry chain|supply chain|value chain|"
    r"chain|sector)(?![\w-])"
)
_ZH_SUBJECTS = (
    re.compile(r"(?:将|把)(?P<name>[^,。;:\d(]{2,16}?)(?:\([^)]*\))?的?(?:股票|股份|目标|评级|投资评级)"),
    re.compile(
        r"(?:维持|重申|给予|首予|予|上调|下调|调升|调降|调高|调低|首次覆盖|升|"
        r"降)了?对?(?P<name>[^,。;:\d(“\"目评买增卖中跑优强推]{2,14}?)"
        r"(?:\([^)]*\))?(?:h股|a股)?的?(?:至?[“\"]|目标|评级|股票|投资|买入|增持|卖出|中性|跑赢|优于|强烈|推荐)"
    ),
    re.compile(r"(?P<name>[^,。;:\d(、]{2,12}?)(?:\([^)]*\))?(?:的)?(?:目标股?价|评级)(?:获|被|遭)"),
    re.compile(r"对(?P<name>[^,。;:\d(、]{2,12}?)给出"),
)
_ZH_LIKES = re.compile(
    r"(?P<name>[^,。;:“”\"\s]{2,18}?)(?:板块|行业|赛道|产业链|产业|领域|方向|标的|股)?(?:的|后市|未来|前景|表现|长期|投资|"
    r"机会|配置|价值|[,。;:]|$)"
)
_ZH_NO_NAME = re.compile(
    r"^(?:其|该|公司|目标|评级|此|以上|股票|行业|我们|全年|今年|至|不|对|后市|未来|长期|市场|新|该股|这|两者)|目标|评级|估值|"
    r"预期|预测|盈利|[元%]"
)
_JOIN = re.compile(r"、|(?<=\w\w)和(?=\w\w)")
_UP = re.compile(r"上调|调升|调高|升至|upgrad|rais|boost|hik|lift|increas|看好|看多")
_DOWN = re.compile(r"下调|调降|调低|降至|downgrad|cuts?(?![a-z])|lower|slash|trim|reduc|看空")
_TARGET = re.compile(r"to \D{0,4}(?P<new>\d[\d,]*(?:\.\d+)?)(?:/share)? from \D{0,4}(?P<old>\d[\d,]*(?:\.\d+)?)")
_GOOD = re.compile(r"买入|增持|推荐|跑赢|优于|强于|(?<![a-z])(?:buy|overweight|outperform|accumulate|add|positive)(?![a-z])")
_BAD = re.compile(r"卖出|减持|跑输|回避|弱于|沽出|(?<![a-z])(?:sell|underweight|underperform|reduce|negative)(?![a-z])")


def views(found: Found) -> list[Fact]:
    """The view with its source and stance."""
    source = chinese_house(found) if found.language == "zh" else _english_house(found)
    subject = _subject(found)
    if source is None or subject is None:
        return []
    house = source.of(found.reading.document)
    if subject.text in house or house in subject.text:
        return []
    fields = {"source": house, "stance": _stance(found)}
    return [Fact(one, fields) for one in _each(found, subject)]


def _each(found: Found, subject: Mention) -> list[Mention]:
    """亚马逊、苹果 are two."""
    span = subject.span
    if found.language == "en" or span is None or not _JOIN.search(subject.text):
        return [subject]
    starts = [span.start, *(span.start + match.end() for match in _JOIN.finditer(subject.text))]
    ends = [*(span.start + match.start() for match in _JOIN.finditer(subject.text)), span.end]
    return [mention_of(found.reading, start, end) for start, end in zip(starts, ends, strict=True) if end - start > 1]


def _english_house(found: Found) -> Span | None:
    """Before the words that say so (it may be part of them), else behind "by" or "at"."""
    side = found.say.end if not found.mention.text else found.say.start
    inside = re.match(r"[\w&. ]*?(?=\s[a-z]+$)", found.say.of(found.reading.document)) if side == found.say.end else None
    if inside is not None:
        return house_before(found, found.say.start + inside.end())
    return house_after(found, found.say.end) or house_before(found, found.say.start)


def _subject(found: Found) -> Mention | None:
    if found.mention.text:
        return found.mention
    return _chinese(found) if found.language == "zh" else _theme(found)


def _theme(found: Found) -> Mention | None:
    document = found.reading.document
    for pattern in _THEMES:
        for match in pattern.finditer(document, found.say.end, found.clause.end):
            if not _NO_THEME.match(match["theme"]):
                return mention_of(found.reading, *match.span("theme"))
    of_item = _ITEM_THEME.search(document, 0, _HEAD)
    return mention_of(found.reading, *of_item.span("theme")) if of_item else None


def _chinese(found: Found) -> Mention | None:
    folded, clause = found.reading.folded, found.clause
    named: Mention | None = None
    if found.say.of(folded)[:2] in ("看好", "看多", "看空"):
        return _named(found, _ZH_LIKES.match(folded, found.say.end, clause.end + 1))
    for pattern in _ZH_SUBJECTS:
        if named is not None:
            break
        for match in pattern.finditer(folded, found.sentence.start, clause.end):
            named = _named(found, match) or named
    return named


def _named(found: Found, match: re.Match[str] | None) -> Mention | None:
    if match is None or _ZH_NO_NAME.search(match["name"]) or ZH_HOUSE.fullmatch(match["name"]):
        return None
    start = match.start("name")
    return mention_of(found.reading, start, start + len(match["name"].rstrip(" 】」")))


def _stance(found: Found) -> str:
    """From the words that assert, else from the rating in the clause."""
    folded = found.reading.folded
    evidence, clause = found.evidence.of(folded), found.clause.of(folded)
    target = _TARGET.search(clause)
    if target:
        new, old = (float(target[group].replace(",", "")) for group in ("new", "old"))
        return "positive" if new > old else "negative"
    for good, bad, text in ((_UP, _DOWN, evidence), (_GOOD, _BAD, evidence), (_UP, _DOWN, clause), (_GOOD, _BAD, clause)):
        if bool(good.search(text)) is not bool(bad.search(text)):
            return "positive" if good.search(text) else "negative"
    return "neutral"
