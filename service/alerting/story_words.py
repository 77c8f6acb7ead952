"""What of an item is compared with other items: words, figures, the name before the colon, security codes.

The same for English and Chinese: Chinese is taken in pairs of characters, other scripts in words without their endings.
Guarantee: pure, linear, and blind to the outlet: datelines and the agency in brackets at the end are left out, spelling is
folded.
It must not weigh anything; how rare a word is, the stories know.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

from service.folding import fold

MOST = 2_000
"""Characters of a text that are looked at."""
LEAD_CHINESE, LEAD = 240, 420
"""Characters behind the title that still tell what happened; what follows is background."""
LONGEST_TITLE = 80
LISTED = 7
"""So many numbered points make a list of news."""
CLOSE = 0.006
"""Figures that differ by less are the same figure, rounded."""

_CJK = "\u3400-\u9fff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_RUN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(r"[a-z][a-z0-9&+'-]*")
_BRACKETED = re.compile(r"[^\n【]{0,80}\n?\s{0,5}【([^】]{4,120})】(.*)", re.DOTALL)
_DATELINE = re.compile(r"(?:《[^》]{2,12}》|[^，。,\s]{2,10})?(?:\d{1,2}月)?\d{1,2}日(?:电|讯|消息)[，,：:]?\s*")
_AGENCY = re.compile(r"[（(][^（）()]{2,14}[）)]\s*$")
_SENTENCE = re.compile(r"[。；;]|(?<=[a-z])\. ")
_HEAD = re.compile(rf"([^：:，,。\s]{{0,8}}[{_CJK}][^：:，,。\s]{{0,8}})[：:]")
_CODE = re.compile(r"(?<![\da-z])(\d{6})(?=\.(?:sh|sz|bj)(?![a-z]))|(?<![\da-z])(\d{4,5})(?=\.hk(?![a-z]))")
_NUMBERED = re.compile(r"(?<![\d.])\d{1,2}(?:、|[.)] ?(?=\D))")
_ROUNDUP = re.compile(
    r"(?<![a-z])(?:markets? wrap|daybreak|opening trade|biggest moves|stocks? to watch|things to (?:know|watch)|week ahead|"
    r"morning (?:bid|brief|briefing|squawk|call)|newsletter|top (?:stories|headlines))(?![a-z])| \| |"
    r"早报|晚报|早参|早知道|午评|收评|盘前|复盘|要闻|公告精选|公告汇总|一览|汇总|精选|速览|必读|周报|回顾"
)
_CORRECTION = re.compile(
    r"(?<![a-z])(?:correct(?:ion|ed|s)|clarif(?:ication|ies|ied)|den(?:y|ies|ied)|refutes?|retract(?:s|ed|ion))(?![a-z])|"
    r"更正|澄清|勘误|辟谣|否认|不实|撤回"
)
_FIGURE = re.compile(
    r"(?<![a-z0-9.])-?(\d[\d,]*(?:\.\d+)?)\s?"
    r"(%|万亿|千亿|百亿|亿|千万|万|trillion|billion|million|bn|tn|[mb](?![a-z])|percent|per cent|pct)?"
)
_PERCENT = ("%", "percent", "per cent", "pct")
_TIMES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "亿": 1e8, "千万": 1e7, "万": 1e4, "trillion": 1e12, "tn": 1e12, "billion": 1e9,
    "bn": 1e9, "b": 1e9, "million": 1e6, "m": 1e6,
}  # fmt: skip
_CALENDAR = ("年", "月", "日", "时", "分")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s", "er")
_COMMON = frozenset(
    "the a an of in on to for and or as at by with from is are was were be been has have had its it his her their this that than"
    " after before over into about up down out will would could may says said say new more most us he she they who what which but"
    " not no amid how why when where off per one two first last year week day month".split()
)


class Figure(NamedTuple):
    """A number of the text that is no date and no small count, without its sign; `percent` tells shares from amounts."""

    percent: bool
    value: float


@dataclass(frozen=True, slots=True)
class Features:
    """`words` are all that are compared, those of the `title` among them; figures are words too, rounded to two digits.

    `head` are the words of the name before the title's colon.
    """

    title: tuple[str, ...]
    words: tuple[str, ...]
    title_figures: tuple[Figure, ...] = ()
    figures: tuple[Figure, ...] = ()
    head: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    roundup: bool = False
    correction: bool = False


def features(title: str, text: str) -> Features:
    """What is compared of an item."""
    head_line, rest = _parts(fold(title[:MOST]), fold(text[:MOST]))
    lead = rest[: LEAD_CHINESE if _HAS_CJK.search(rest) else LEAD]
    figures = _figures(head_line)
    every = tuple(dict.fromkeys((*figures, *_figures(lead))))
    named = _HEAD.match(head_line)
    words = dict.fromkeys(shared_texts((*_words(head_line), *map(_as_word, figures))))
    return Features(
        title=tuple(words),
        words=tuple(dict.fromkeys((*words, *shared_texts((*_words(lead), *map(_as_word, every)))))),
        title_figures=figures,
        figures=every,
        head=tuple(dict.fromkeys(_words(named.group(1)))) if named else (),
        codes=tuple(sorted({one or other for one, other in _CODE.findall(head_line + "\n" + lead)})),
        roundup=bool(_ROUNDUP.search(head_line)) or len(_NUMBERED.findall(rest)) >= LISTED,
        correction=bool(_CORRECTION.search(head_line)),
    )


def shared_texts(words: Iterable[str]) -> Iterator[str]:
    """The same words, each held in memory once however many items have it."""
    return map(intern, words)


def near(one: Figure, other: Figure) -> bool:
    """Whether two figures are one, perhaps rounded."""
    slack = 0.5 if one.percent and max(one.value, other.value) >= 50 else 0.0
    return one.percent == other.percent and abs(one.value - other.value) <= CLOSE * max(one.value, other.value) + slack


def shared(some: Iterable[Figure], others: tuple[Figure, ...]) -> bool:
    """Whether any figure of the one is among the others."""
    return any(near(one, other) for one in some for other in others)


def _parts(title: str, text: str) -> tuple[str, str]:
    """Title and the rest; a text without a title has it in 【】, on its first line, or in its first sentence."""
    body = text.strip()
    if title.strip() and not body.startswith(title.strip()):
        return _bare(title), _bare(body)
    bracketed = _BRACKETED.match(body)
    if bracketed:
        return bracketed.group(1).strip(), _bare(bracketed.group(2))
    first, line_feed, rest = body.partition("\n")
    if line_feed:
        return _bare(first), _bare(rest)
    body = _bare(body)
    return _SENTENCE.split(body, maxsplit=1)[0][:LONGEST_TITLE], body


def _bare(text: str) -> str:
    text = _AGENCY.sub("", text.strip())
    dateline = _DATELINE.match(text)
    return text[dateline.end() :] if dateline else text


def _words(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))
    for word in _WORD.findall(text):
        stem = _stem(word)
        if len(stem) > 1 and word not in _COMMON and stem not in _COMMON:
            yield stem


def _stem(word: str) -> str:
    word = word.strip("'-").removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _figures(text: str) -> tuple[Figure, ...]:
    return tuple(dict.fromkeys(_found_figures(text)))


def _found_figures(text: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(text):
        digits, unit = found.group(1), found.group(2) or ""
        value = float(digits.replace(",", ""))
        if unit in _PERCENT:
            yield Figure(True, value)
        elif unit:
            yield Figure(False, value * _TIMES[unit])
        elif not text.startswith(_CALENDAR, found.end()) and ("." in digits or (value >= 100 and not 1990 <= value <= 2040)):
            yield Figure(False, value)


def _as_word(figure: Figure) -> str:
    """A figure as a word that its roundings share."""
    size = math.floor(math.log10(figure.value)) if figure.value > 0 else 0
    return f"#{'%' if figure.percent else ''}{round(figure.value / 10**size, 1)}e{size}"
