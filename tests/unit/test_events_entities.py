"""Watchlists as files, and names in texts."""

import pytest

from service.errors import Problem
from service.events.entities import build_catalog, parse_entities
from service.events.names import Named, codes, from_bracket, known_names, longest, whole
from service.marked_yaml import load
from service.model.entity import Entity, EntityKind
from service.model.span import Span

FILE = """\
groups:
  - about: Makers
    kind: stock
    tags: [optical]
    entities:
      - {id: 601869.SH, en: [Yangtze Optical], zh: [长飞光纤], tags: [fiber]}
      - {id: HSI.HK, kind: index, zh: [恒指]}
"""


def test_groups_give_kind_and_tags() -> None:
    entities, problems = parse_entities(load(FILE, "makers.yaml"))
    assert problems == []
    assert [(one.id, one.kind, one.name, set(one.tags)) for one in entities] == [
        ("601869.SH", EntityKind.STOCK, "Yangtze Optical", {"optical", "fiber"}),
        ("HSI.HK", EntityKind.INDEX, "恒指", {"optical"}),
    ]


def test_what_is_wrong_is_told_at_its_line() -> None:
    _, problems = parse_entities(load(FILE.replace("kind: index, zh: [恒指]", "kind: index"), "makers.yaml"))
    assert [(one.line, one.message) for one in problems] == [(7, "HSI.HK has no name")]
    entities, problems = parse_entities(load(FILE.replace("about:", "abuot:"), "makers.yaml"))
    assert entities == [] and problems[0].line == 2


def test_two_entities_with_one_id() -> None:
    first, _ = parse_entities(load(FILE, "a.yaml"))
    second, _ = parse_entities(load(FILE, "b.yaml"))
    catalog, problems = build_catalog([first, second[:1]])
    assert list(catalog) == ["601869.SH", "HSI.HK"]
    assert problems == [
        Problem("b.yaml", 6, 14, "the id 601869.SH is already taken", "first given to Yangtze Optical in a.yaml:6:14")
    ]
    plain = Entity("601869.SH", EntityKind.STOCK, ("X",))
    _, problems = build_catalog([[plain], [plain]])
    assert problems == [Problem("", 0, 0, "the id 601869.SH is already taken", "first given to X")]


CATALOG = {
    "NVDA.US": Entity("NVDA.US", EntityKind.STOCK, ("NVIDIA",), ("英伟达",)),
    "601869.SH": Entity("601869.SH", EntityKind.STOCK, ("Yangtze Optical",), ("长飞光纤", " ")),
    "0700.HK": Entity("0700.HK", EntityKind.STOCK, ("Tencent", "NVIDIA"), ("騰訊",)),
}


NAMES = {name: known.entity for name, known in known_names(CATALOG).items()}


def test_names_and_codes_are_folded_and_the_first_owner_keeps_a_name() -> None:
    assert NAMES["nvidia"] == "NVDA.US" and NAMES["腾讯"] == "0700.HK" and "" not in NAMES
    assert codes(CATALOG) == {
        "nvda.us": "NVDA.US",
        "601869.sh": "601869.SH",
        "601869": "601869.SH",
        "0700.hk": "0700.HK",
    }


@pytest.mark.parametrize(
    ("inside", "entity"),
    [
        ("长飞光纤", "601869.SH"),
        ("601869", "601869.SH"),
        ("601869.SH", "601869.SH"),
        ("sh601869", "601869.SH"),
        ("NASDAQ:NVDA", "NVDA.US"),
        ("NASDAQ: NVDA", "NVDA.US"),
        ("NVDA.US", "NVDA.US"),
        ("nvda.o", "NVDA.US"),
        ("NVDA", None),
        ("ASX:NVDA", None),
        ("second-quarter results", None),
        ("", None),
    ],
)
def test_brackets_decide(inside: str, entity: str | None) -> None:
    assert from_bracket(inside, NAMES, codes(CATALOG)) == entity


def test_latin_names_are_whole_words_and_chinese_ones_stand_alone() -> None:
    text = "gap gaps 中gap国"
    assert whole(text, 0, 3) and not whole(text, 4, 7) and whole(text, 10, 13) and not whole(text, 5, 8)


def test_of_nested_names_the_longest_stays() -> None:
    found = [Named(Span(4, 9), "CPO"), Named(Span(0, 9), "TDX"), Named(Span(0, 3), "T"), Named(Span(12, 14), "B")]
    assert longest(found) == [Named(Span(0, 9), "TDX"), Named(Span(12, 14), "B")]
