"""The names that travel with the program: facts that must hold, and how many names of real news they know."""

import csv
import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.events.entities import PlacedEntity
from service.events.names import Care, codes, known_names
from service.folding import fold
from service.model.entity import EntityKind
from service.simplified import SIMPLIFIED, TRADITIONAL
from service.words import read_entities
from tests.support.corpora import shared
from tests.support.events import only, said
from tests.support.shipped import RULES, words

CATALOG = words()[1]
GAZETTEER = words()[0].compiled.gazetteer
KNOWN = known_names(*read_entities(None))
PLAIN = sorted(
    name
    for name, known in KNOWN.items()
    if not known.care & ~Care.LISTED
    and not name.isascii()
    and len(name) > 3
    and CATALOG[known.entity].kind is EntityKind.STOCK
    and not any(one in name for one in "·-*")
)


def named(text: str) -> list[tuple[str, str]]:
    return [(name.span.of(text), name.entity) for name in GAZETTEER.names(text, fold(text), [])]


def test_every_watchlist_says_where_its_facts_come_from() -> None:
    for path in (RULES / "entities").glob("*.csv"):
        assert path.read_text("utf-8").startswith("# "), path.name


def test_known_facts() -> None:
    tickers = codes(CATALOG)
    assert tickers["000001"] == "000001.SZ" and tickers["000001.sh"] == "000001.SH"
    assert CATALOG["601869.SH"].listed is not None and CATALOG["601869.SH"].name == "Yangtze Optical Fibre and Cable"
    assert {"chinext", "a-share"} <= CATALOG["300024.SZ"].tags and "star" in CATALOG["688981.SH"].tags
    assert {"sp-500", "nasdaq-100"} <= CATALOG["NVDA.US"].tags and "germany" in CATALOG["SAP.DE"].tags
    assert CATALOG["300548.SZ"].names_zh[:2] == ("长芯博创", "博创科技") and CATALOG["000975.SZ"].names_zh[0] == "山金国际"
    assert all(
        entity.id.endswith((".SH", ".SZ", ".BJ")) for entity in CATALOG.values() if "a-share" in entity.tags and entity.listed
    )
    assert not [
        entity for entity in CATALOG.values() if isinstance(entity, PlacedEntity) and not (entity.names_en or entity.names_zh)
    ]


@pytest.mark.parametrize(
    ("text", "subject", "entity"),
    [
        ("中国平安涨停", "中国平安", "601318.SH"),
        ("平安银行涨停", "平安银行", "000001.SZ"),
        ("机器人午后涨停", "机器人", "300024.SZ"),
        ("博创科技涨停", "博创科技", "300548.SZ"),
        ("電科數字涨停", "電科數字", "600850.SH"),
        ("市场焦点股长飞光纤涨停", "长飞光纤", "601869.SH"),
        ("京东方Ａ涨停", "京东方Ａ", "000725.SZ"),
        ("Target Corp. shares rose 5%", "Target Corp.", "TGT.US"),
        ("Apple rose 5%", "Apple", "AAPL.US"),
        ("Nestlé rose 5%", "Nestlé", "NESN.SW"),
        ("Gap (机器人) rose 5%", "Gap", "300024.SZ"),
        ("Block (NYSE: XYZ) jumped 5%", "Block", "XYZ.US"),
        ("Nvidia Corp. (NVDA) jumped 5%", "Nvidia Corp.", "NVDA.US"),
    ],
)
def test_whom_an_event_is_about(text: str, subject: str, entity: str) -> None:
    event = only(text)
    assert (event.subject, event.entity) == (subject, entity)


@pytest.mark.parametrize(
    "text",
    [
        "太阳能电池板块涨5%",
        "机器人概念股涨5%",
        "Maruti Suzuki rose 5%",
        "Hindustan Unilever rose 5%",
        "Artificial intelligence (AI) rose 5%",
    ],
)
def test_whom_it_is_not_about(text: str) -> None:
    assert all(CATALOG[entity].kind is not EntityKind.STOCK for _, entity in named(text)), named(text)


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
OLD = dict(zip(SIMPLIFIED, TRADITIONAL, strict=True))


@settings(deadline=None)
@given(st.sampled_from(PLAIN), st.booleans(), st.booleans())
def test_every_plain_name_is_found_whole_however_it_is_written(name: str, wide: bool, old: bool) -> None:
    written = "".join(OLD.get(one, one) for one in name) if old else name
    written = written.translate(WIDE) if wide else written
    text = f"（{written}）公告。"
    assert named(text) == [(written, KNOWN[name].entity)]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=5, unique=True))
def test_lists_of_names_make_as_many_events(names: list[str]) -> None:
    assert {kind for kind, _ in said(f"{'、'.join(names)}涨停。")} == {"limit_up"}


@pytest.mark.corpora
def test_recognition_of_names_that_a_wire_tags() -> None:
    """Of the A-shares that a wire tagged three times or more, under the names in force then."""
    with Path(shared("corpora/gazetteer/cls_stock_tags.csv")).open(encoding="utf-8") as lines:
        tagged = [
            row for row in csv.DictReader(lines) if re.fullmatch(r"(?i)(sh|sz)?[036]\d{5}", row["code"]) and int(row["count"]) > 2
        ]
    known = known_names(CATALOG)
    right = sum(1 for row in tagged if (one := known.get(fold(row["name"]))) and row["code"][-6:] in one.entity)
    assert tagged and right / len(tagged) > 0.75, f"{right} of {len(tagged)}"


@pytest.mark.corpora
def test_entities_of_bracketed_codes_in_real_news_agree() -> None:
    """Where the news gives name and code, the name alone must lead to the same entity, or to none."""
    right = wrong = 0
    with gzip.open(shared("corpora/news_zh.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line, _ in zip(lines, range(4000), strict=False):
            text = json.loads(line)["text"]
            for name, code in re.findall(r"([\u4e00-\u9fffA-Z*]{3,6})[（(](\d{6})(?:\.S[HZ])?[)）]", text):
                for one in GAZETTEER.names(name, fold(name), []):
                    if one.span.end == len(name):
                        right, wrong = right + (code in one.entity), wrong + (code not in one.entity)
    assert right > 20 and wrong <= 0.02 * right, f"{right} right, {wrong} wrong"
