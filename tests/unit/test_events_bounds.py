"""How much work a text may cost: twice the text at most about twice the work, and no more than what news can need."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from service.events.compiled import MAX_TRIGGERS
from service.events.extract import explain, extract
from service.events.merging import MAX_EVENTS
from tests.support.events import item
from tests.support.shipped import understand, words

MILLION = 1_000_000


def work(text: str) -> int:
    """How many calls understanding the text takes: a measure of work that no busy machine changes."""
    calls = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    lexicon, news = words()[0], item(text)
    sys.setprofile(count)
    try:
        extract(news, lexicon)
    finally:
        sys.setprofile(None)
    return calls


def names(number: int) -> str:
    return f"{chr(0x4E00 + number % 5000)}{chr(0x4E00 + number * 7 % 4999)}{chr(0x5000 + number % 1997)}"


def latin(number: int) -> str:
    return f"{chr(65 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)}"


DENSE: dict[str, Callable[[int], str]] = {
    "clauses": lambda n: "甲公司涨停，" * (n // 6),
    "names": lambda n: "，".join(f"{names(i)}涨{i % 10}.{i % 97}%" for i in range(n // 10)),
    "companies": lambda n: " ".join(f"{latin(i)}acme Corp rose {i % 30}%." for i in range(n // 22)),
    "list": lambda n: "、".join(names(i) for i in range(n // 4)) + "涨停",
    "words": lambda n: "not could near fell from rose 5% hit record high " * (n // 49),
    "negations": lambda n: ("未能" * 30 + "涨停") * (n // 62),
    "aliases": lambda n: " ".join(f"{latin(i)}name ({names(i)}) rose 5%." for i in range(n // 24)),
    "figures": lambda n: "涨5%5%5%5%5%5%5%" * (n // 15),
    "brackets": lambda n: "(涨停中" * (n // 4),
    "rows": lambda n: "长飞光纤 601869 +5.23%\n" * (n // 20),
    "tags": lambda n: "<td>长飞光纤</td><td>+5.23%</td>" * (n // 29),
    "open tags": lambda n: "<a " * (n // 3) + "涨停",
    "blanks": lambda n: " " * n + "涨停",
}


@pytest.mark.parametrize("kind", DENSE)
def test_twice_the_text_is_about_twice_the_work(kind: str) -> None:
    once, twice = work(DENSE[kind](10_000)), work(DENSE[kind](20_000))
    assert twice < 2.5 * once + 200


@pytest.mark.parametrize("kind", ["names", "negations"])
def test_a_million_characters_cost_no_more_than_the_densest_news(kind: str) -> None:
    """From where reading ends on only sentences are told apart, a few calls each."""
    text = DENSE[kind](MILLION)
    assert work(text) < 6_000_000
    events = understand(item(text))
    assert len(events) <= MAX_EVENTS and all(event.evidence.end <= len(text) for event in events)


def test_what_is_not_read_any_more_is_said() -> None:
    lexicon = words()[0]
    short, long = "甲公司涨停，" * 10, "甲公司涨停，" * MAX_TRIGGERS
    assert not any("was not read" in why for clause in explain(item(short), lexicon) for why in clause.refused)
    last = explain(item(long), lexicon)[-1]
    assert last.events == () and "was not read" in last.refused[-1]
    assert 0 < last.span.start < last.span.end == len(long)
