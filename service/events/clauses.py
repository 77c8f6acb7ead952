"""Sentences and clauses of English and Chinese text, as spans.

A sentence ends at 。！？ and line ends, and at a full stop that is none of a number, an abbreviation or an initial. A clause is
what one assertion fits in: English is cut at words that start one (while, but, after, as ...), Chinese at ，；： and at the blank
of a headline; 、 coordinates and never cuts.
Guarantee: spans are in order, do not overlap and lie inside the text; the work is linear in its length.
It must not know vocabulary.
"""

import re
from typing import NamedTuple

from service.model.span import Span

MAX_SENTENCE = 1_000
"""Longer ones (tables, text without stops) are cut, so that no sentence costs more than its share."""

_END = re.compile(r"\n+|[。!?]+[\"')\]]*|[【】]|\.(?=[\s\"')\]]|$)")
_WORD_BEFORE = re.compile(r"[a-z0-9.&]+$")
_ABBREVIATIONS = frozenset(
    "inc corp co ltd plc llc no vs mr mrs ms dr st jr sr jan feb mar apr jun jul aug sep sept oct nov dec approx est dept univ "
    "u.s u.k u.n e.u e.g i.e a.m p.m cf fig bros intl mfg gov sen rep gen col prof rs pte bhd cos".split()
)
_NOT_AS_MUCH = "".join(f"(?<!{word} )" for word in "much many high low well soon long far little just".split())
_EN_CUT = re.compile(
    rf"(?<=\s){_NOT_AS_MUCH}(?:while|whilst|whereas|but|although|though|because|unless|if|when|where|that|who|which|"
    rf"after(?! hours)|before|"
    r"despite|amid|following|until|even as|with(?=(?: [\w.&'%$-]+){1,5} (?:[a-z]+ing|up|down)(?![a-z]))|"
    r"as(?! (?:much|many|well|low|high|little|soon|far|long|a|an|of|its|part|the largest)(?![a-z])))"
    r"(?=\s)|(?<=[;:])\s(?![a-z0-9.-]{1,8}\))|\s[-|/]+\s|\s\\\s|\s--+\s"
)
_NO_TICKER = r"(?<!\([a-z]{3}.)(?<!\([a-z]{4}.)(?<!\(nasdaq.)(?<!\([\u4e00-\u9fff].)(?<!\([\u4e00-\u9fff]{2}.)"
"""A colon after the market of a ticker in brackets cuts nothing: (TSX:ABC), (港:0001)."""
_ZH_CUT = re.compile(
    rf"[,;:\s](?:(?<=[,;:]){_NO_TICKER}(?:(?!\d)|(?<!\d.))"
    r"|(?<=[^\x00-\x7f%超逾近达约为涨跌至到第]\s)\s*(?!etf[\s(]|ipo(?![a-z])|\(|\d+\s?指数)(?=\S)"
    r"|(?<=\S\s)(?<!\setf\s)\s*(?!综合指数|(?<=[a-z0-9]\s)(?:指数|期货|股价))(?=[^\x00-\x7f]))"
)
"""Every way begins with a mark or a blank, so that the search leaps from one to the next."""
_CJK = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[a-z]{2,}")
_OTHER_SCRIPT = re.compile(
    "[\u0370-\u1fff\u3040-\u30ff\u3130-\u318f\ua840-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc"
    "経続証発売価円込働銭戻駅歩検済対伝広図従様権収]"
)
"""Kana, Hangul, Cyrillic, Arabic, the scripts of India ... and characters that only Japanese writes in this way."""
_OTHER_WEIGHT = 8
"""One of them counts as much as so many Chinese characters or Latin letters: even Japanese headlines are full of Chinese ones."""
_FOREIGN = frozenset(
    "der und ist mit für auf dem eine einem nach bei sich nicht zum zur wird werden sowie vom prozent aktie aktien börse um "
    "dans une aux avec qui été après entreprise cours actions hausse baisse bourse milliards "
    "el y por para que más tras una sus acciones bolsa empresa desde "
    "gli della delle dopo più nel azioni borsa uma não dos após ações het een voor zijn niet aandelen beurs "
    "och att det aktier som yang dan pada dengan untuk saham ve bir için się jest oraz akcje của và cổ".split()
)
_ENGLISH = frozenset(
    "the of to in and on for a an is was its it by at as from with after that said has have this be are which but will".split()
)
_MIN_FOREIGN = 2
"""So many words of other languages that write Latin letters, and more of them than of English, make a sentence none of ours."""
_WORD_LENGTH = 3
"""So many Latin words may stand in a Chinese sentence for each character: names (Rocket Lab、AST SpaceMobile涨超3%)."""
_BRACKETED = re.compile(r"\([^()]{0,60}\)")


class Clause(NamedTuple):
    """`opener` is what stands between it and the clause before: the cutting word or mark, "" at the start of the sentence."""

    span: Span
    opener: str


def sentences(document: str, folded: str) -> list[Span]:
    """All sentences that hold more than blanks."""
    found: list[Span] = []
    start = 0
    for match in _END.finditer(folded):
        if match[0] == "." and _inside(document, folded, start, match.start()):
            continue
        found += _pieces(folded, start, match.end() if match[0] not in "【】" else match.start())
        start = match.end()
    return found + _pieces(folded, start, len(folded))


def _inside(document: str, folded: str, start: int, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to a word."""
    after = document[stop + 1 : stop + 4].lstrip()
    if after[:1].islower():
        return True
    before = _WORD_BEFORE.search(folded, max(start, stop - 12), stop)
    if before is None:
        return False
    word = before[0]
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _pieces(folded: str, start: int, end: int) -> list[Span]:
    pieces = []
    while end - start > MAX_SENTENCE:
        cut = max(folded.rfind(mark, start + 1, start + MAX_SENTENCE) for mark in " ,、")
        cut = cut if cut > start else start + MAX_SENTENCE
        pieces.append(Span(start, cut))
        start = cut
    if folded[start:end].strip():
        pieces.append(Span(start, end))
    return pieces


def language_of(folded: str, span: Span) -> str:
    """ "zh", "en" or "" (neither, or not enough to tell); what stands in brackets does not count."""
    text = _BRACKETED.sub(" ", span.of(folded))
    if text.isascii():
        return "en" if _LATIN_WORD.search(text) and not _is_foreign(text) else ""
    latin = _LATIN_WORD.findall(text)
    chinese = len(_CJK.findall(text))
    if len(_OTHER_SCRIPT.findall(text)) * _OTHER_WEIGHT > chinese + sum(map(len, latin)):
        return ""
    if chinese * _WORD_LENGTH > len(latin):
        return "zh"
    return "en" if latin and not _is_foreign(text) else ""


def _is_foreign(text: str) -> bool:
    words = set(text.split())
    foreign = len(words & _FOREIGN)
    return foreign >= _MIN_FOREIGN and foreign > len(words & _ENGLISH)


def clauses(folded: str, sentence: Span, language: str) -> list[Clause]:
    """The clauses of one sentence; an English one begins with the word that opened it."""
    cut = _EN_CUT if language == "en" else _ZH_CUT
    found: list[Clause] = []
    start, opener = sentence.start, ""
    for match in cut.finditer(folded, sentence.start, sentence.end):
        found.append(Clause(Span(start, match.start()), opener))
        opener = match[0].strip()
        start = match.start() if opener.isalpha() and language == "en" else match.end()
    found.append(Clause(Span(start, sentence.end), opener))
    return [clause for clause in found if clause.span.of(folded).strip()]
