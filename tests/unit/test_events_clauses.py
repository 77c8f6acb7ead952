"""Where sentences and clauses end, and in which language they are."""

import pytest

from service.events.clauses import MAX_SENTENCE, clauses, language_of, sentences
from service.folding import fold
from service.model.span import Span


def split(text: str) -> list[str]:
    return [span.of(text).strip() for span in sentences(text, fold(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It rose. It fell.", ["It rose.", "It fell."]),
        ("The U.S. market rose 1.5% to 3.2. It fell.", ["The U.S. market rose 1.5% to 3.2.", "It fell."]),
        ("Apple Inc. Rose? Yes!", ["Apple Inc. Rose?", "Yes!"]),
        ("Wisesoft Co. rose", ["Wisesoft Co. rose"]),
        ("J. Smith said", ["J. Smith said"]),
        ("at 5 p.m. London", ["at 5 p.m. London"]),
        ("He left .  Then", ["He left .", "Then"]),
        ("Title\nText", ["Title", "Text"]),
        ('He said "up." She left', ['He said "up.', '" She left']),
        ("涨停。跌停！真的？", ["涨停。", "跌停！", "真的？"]),
        ("【标题】正文", ["标题", "正文"]),
        ("...", []),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert split(text) == found or [one for one in split(text) if one.strip(". ")] == found


def test_no_sentence_is_longer_than_its_share() -> None:
    words, solid = "word " * 1000, "涨" * 2500
    assert all(len(piece) <= MAX_SENTENCE for text in (words, solid) for piece in split(text))
    assert "".join(split(solid)) == solid
    assert all(piece.replace("word", "").strip() == "" for piece in split(words))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A hit limit-ups, while B jumped", ["A hit limit-ups,", "while B jumped"]),
        ("A rose but B fell", ["A rose", "but B fell"]),
        ("A rose as much as 7% as fears faded", ["A rose as much as 7%", "as fears faded"]),
        ("crypto slid, with Bitcoin hitting a low", ["crypto slid,", "with Bitcoin hitting a low"]),
        ("files papers with Sebi for an IPO", ["files papers with Sebi for an IPO"]),
        ("where A soared 10% and B gained 4%", ["where A soared 10% and B gained 4%"]),
    ],
)
def test_english_clauses_begin_with_the_word_that_opens_them(text: str, found: list[str]) -> None:
    parts = clauses(fold(text), Span(0, len(text)), "en")
    assert [clause.span.of(text).strip() for clause in parts] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A、B、C涨停，D涨超12%", ["A、B、C涨停", "D涨超12%"]),
        ("成交1,000亿；沪指涨1%：好", ["成交1,000亿", "沪指涨1%", "好"]),
        ("板块拉升 炬光科技涨停", ["板块拉升", "炬光科技涨停"]),
        ("升幅超 10%", ["升幅超 10%"]),
        ("Rocket Lab 涨停", ["Rocket Lab", "涨停"]),
    ],
)
def test_chinese_clauses(text: str, found: list[str]) -> None:
    assert [clause.span.of(text) for clause in clauses(fold(text), Span(0, len(text)), "zh")] == found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Yangtze Optical (长飞光纤) rocketed", "en"),
        ("长飞光纤(YOFC)涨停", "zh"),
        ("SpaceX登陆纳斯达克", "zh"),
        ("12 345", ""),
        ("©™", ""),
        ("トヨタの株価は上がる", ""),
        ("삼성전자 주가", ""),
        ("“rose” 5%", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(fold(text), Span(0, len(text))) == language
