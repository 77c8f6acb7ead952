"""What holds of the events of any text, and how they follow when names, figures and order are swapped."""

import gzip
import json
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.events.extract import explain, extract
from service.model.event import Status
from service.model.item import Item
from tests.support.corpora import shared
from tests.support.events import item, moves, said
from tests.support.shipped import understand, words

_WORDS = """rose|fell|hit limit-up|涨停|跌停|涨超|5%|12.5 percent| per cent|两成|翻倍|、|，|。|. |, | and | while |(|
)|（|）|长飞光纤|亨通光电|Yangtze Optical|Acme Corp.|NVIDIA|S&P 500|Gold|record high|创|历史新高|新高|IPO|
files for|递表港交所|not |未能|逼近|could |及|和|等多股|<b>|&nbsp;|【|】|“|’s|3连板|Shares of|公司|
股价|其|which|its |highest since|limit|炸板|上周五|on December 18|\ud800|\udfff|\x00|　|ＡＢ|漲|shares|
stock|the |a |to |by |up |down |more than |近|超|为代表的|以|ltd.|U.S.|-|—|
$5|A$2|/|&|: |；|*|\u200d|launched its |Widget 3 phone|"Huagang" GPU|raised $5 million |in seed funding|appointed | CEO|
Citi |downgrades |to Sell|expects strong |demand|face shortages|shortage of |
within two years|发布|X1芯片|完成|A轮融资|辞去|董事长|
花旗|上调|目标价|供不应求|芯片|预计|任命|’s Unit |新增|为股东|由|领投|2021年，|48.85亿元"""
PIECES = [*_WORDS.replace("\n", "").split("|"), "\n"]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join)
LATIN_NAMES = ["Acme", "Bolt Industries", "Yangtze Optical", "NVIDIA", "Hengtong Optic-Electric", "Wisesoft Co.", "Zions Bancorp"]
CHINESE_NAMES = ["长飞光纤", "亨通光电", "金牛化工", "锦和商管", "赤峰黄金", "腾讯控股", "京东方A", "粤电力A", "*ST宝馨"]
percents = st.integers(1, 9999).map(lambda number: number / 100)


@settings(deadline=None, max_examples=400)
@given(texts, texts)
def test_spans_lie_in_the_text_and_evidence_holds_its_trigger(title: str, text: str) -> None:
    check_spans(title, text)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=300), st.text(st.characters(codec=None, exclude_categories=()), max_size=200))
def test_any_unicode_gets_an_answer_with_its_spans_in_place(title: str, text: str) -> None:
    check_spans(title, f"{text}长飞光纤涨停{title}Acme rose 5%{text}")


@settings(deadline=None, max_examples=300)
@given(texts, st.integers(0, 60), st.sampled_from("<>&\ud800\ufeff\u200b|#\0の가Ж"))
def test_noise_in_any_place_moves_no_span(text: str, place: int, noise: str) -> None:
    check_spans("", text[:place] + noise + text[place:])


@pytest.mark.corpora
@pytest.mark.parametrize("language", ["en", "zh"])
def test_spans_of_real_news(language: str) -> None:
    with gzip.open(shared(f"corpora/news_{language}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, 10):
            check_spans("", json.loads(line)["text"])


def check_spans(title: str, text: str) -> None:
    lexicon, catalog = words()
    news = Item("test", "1", title, text)
    document = news.document
    for event in extract(news, lexicon):
        assert 0 <= event.evidence.start <= event.trigger.start < event.trigger.end <= event.evidence.end <= len(document)
        assert event.type in lexicon.types
        assert event.entity is None or event.entity in catalog
        assert set(event.fields) <= set(lexicon.fields(event.type))
        if event.subject:
            assert event.subject_span is not None and event.subject_span.of(document) == event.subject
        else:
            assert event.subject_span is None
    spans = [clause.span for clause in explain(news, lexicon)]
    assert all(0 <= span.start < span.end <= len(document) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


@settings(deadline=None)
@given(
    st.sampled_from(CHINESE_NAMES),
    st.sampled_from(["未能", "没有", "并未", "尚未"]),
    st.sampled_from(["涨停", "跌停", "股价创历史新高"]),
)
def test_negating_a_chinese_sentence_never_adds_an_event(name: str, negation: str, happened: str) -> None:
    assert said(f"{name}{happened}")
    assert said(f"{name}{negation}{happened}") == []


@settings(deadline=None)
@given(
    st.sampled_from(LATIN_NAMES),
    st.sampled_from(["failed to", "did not", "could not", "was unable to"]),
    st.sampled_from(["hit limit-up", "hit a record high", "rise 5%"]),
)
def test_negating_an_english_sentence_never_adds_an_event(name: str, negation: str, happened: str) -> None:
    assert said(f"{name} {negation} {happened}") == []
    events = extract(item(f"{name} {negation} {happened}"), words()[0])
    assert all(event.status is Status.DENIED for event in events)


@settings(deadline=None)
@given(
    st.sampled_from(LATIN_NAMES),
    st.sampled_from(
        [
            ("launched its Widget 3 phone", "never launched its Widget 3 phone"),
            ("raised $5 million in seed funding", "never raised $5 million in seed funding"),
            ("appointed John Doe as its CEO", "never appointed John Doe as its CEO"),
            ("faces a shortage of copper wire", "faces no shortage of copper wire"),
            ("upgraded to Buy by Citi", "not upgraded to Buy by Citi"),
        ]
    ),
)
def test_negating_the_types_read_on_their_own_never_adds_an_event(name: str, ways: tuple[str, str]) -> None:
    happened, negated = ways
    assert said(f"{name} {happened}")
    assert said(f"{name} {negated}") == []


@settings(deadline=None)
@given(
    st.sampled_from(["长飞光纤", "亨通光电", "赤峰黄金", "腾讯控股"]),
    st.sampled_from(["未能", "没有", "并未", "尚未"]),
    st.sampled_from(["完成A轮融资", "发布X1芯片", "选举徐恩利为董事长", "供不应求"]),
)
def test_negating_them_in_chinese_never_adds_an_event(name: str, negation: str, happened: str) -> None:
    assert said(f"{name}{happened}")
    assert said(f"{name}{negation}{happened}") == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(CHINESE_NAMES), min_size=1, max_size=5, unique=True), percents)
def test_chinese_lists_follow_names_order_and_figure(names: list[str], percent: float) -> None:
    assert moves(f"{'、'.join(names)}涨超{percent}%") == [(name, percent) for name in names]
    assert said(f"{'、'.join(names)}涨停，大盘震荡。") == [("limit_up", name) for name in names]


@settings(deadline=None)
@given(st.lists(st.sampled_from(LATIN_NAMES), min_size=1, max_size=5, unique=True), percents)
def test_english_lists_follow_names_order_and_figure(names: list[str], percent: float) -> None:
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    assert moves(f"{listed} fell {percent}% on Monday") == [(name, -percent) for name in names]
    assert said(f"{listed} hit limit-ups, while the rest slept.") == [("limit_up", name) for name in names]


@settings(deadline=None)
@given(st.sampled_from(LATIN_NAMES), st.sampled_from(LATIN_NAMES), percents, percents)
def test_two_clauses_give_two_moves(one: str, other: str, first: float, second: float) -> None:
    wanted = {one: first} | ({other: -second} if other != one else {})
    assert dict(moves(f"{one} rose {first}%, while {other} fell {second}%.")) == wanted


NONSENSE = [
    "(" * 20_000,
    "，" * 20_000,
    "涨停" * 10_000,
    "rose 5% " * 5_000,
    "A, " * 10_000 + "and B rose 5%",
    "、".join(["长飞光纤"] * 9_999) + "涨停",
    "IPO " * 5_000,
    "<td>5%</td>" * 5_000,
    "that " * 9_000 + "rose 5%",
    "ip\x00o\ud800" * 5_000,
    "1." * 9_000,
    " " * 50_000 + "涨停",
]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_long_nonsense_gets_an_answer(text: str) -> None:
    for event in understand(item(text)):
        assert event.trigger.end <= len(text)
