"""Price limits by board and date, and the limit hits that figures give away."""

from datetime import UTC, date, datetime

import pytest

from service.events.boards import NO_BOARDS, build_boards, parse_boards, weekdays
from service.events.extract import extract
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.marked_yaml import load
from service.model.entity import Entity, EntityKind
from service.model.event import Status
from tests.support.events import everything, item, traced
from tests.support.shipped import documents, words

BOARDS = build_boards(pair for document in documents("boards") for pair in parse_boards(document)[0])


@pytest.mark.parametrize(
    ("security", "board"),
    [
        ("600519.SH", "main"), ("601318.SH", "main"), ("603019.SH", "main"), ("605499.SH", "main"), ("000001.SZ", "main"),
        ("001289.SZ", "main"), ("002281.SZ", "main"), ("003816.SZ", "main"), ("300750.SZ", "chinext"), ("301486.SZ", "chinext"),
        ("688981.SH", "star"), ("689009.SH", "star"), ("430047.BJ", "beijing"), ("832000.BJ", "beijing"),
        ("920002.BJ", "beijing"), ("000001.SH", None), ("399006.SZ", None), ("600519.SZ", None), ("0700.HK", None),
        ("00700.HK", None), ("NVDA.US", None),
        ("GOLD", None), ("", None), ("60051X.SH", None), ("510300.SH", None), ("127018.SZ", None),
    ],
)  # fmt: skip
def test_a_code_in_its_market_says_the_board(security: str, board: str | None) -> None:
    found = BOARDS.of(security)
    assert (found.id if found else None) == board
    assert NO_BOARDS.of(security) is None


@pytest.mark.parametrize(
    ("security", "day", "warned", "listed", "pct"),
    [
        ("600519.SH", "1996-12-15", False, None, None),
        ("600519.SH", "1996-12-16", False, None, 10),
        ("600519.SH", "2026-03-02", False, None, 10),
        ("600519.SH", "2026-07-03", True, None, 5),
        ("600519.SH", "2026-07-06", True, None, 10),
        ("300750.SZ", "2020-08-21", False, None, 10),
        ("300750.SZ", "2020-08-24", False, None, 20),
        ("300750.SZ", "2020-08-21", True, None, 10),  # ChiNext had no risk warnings then
        ("300750.SZ", "2020-08-24", True, None, 20),
        ("688981.SH", "2019-07-21", False, None, None),
        ("688981.SH", "2019-07-22", False, None, 20),
        ("688981.SH", "2024-01-02", True, None, 20),
        ("920002.BJ", "2021-11-15", False, None, 30),
        ("688981.SH", "2020-07-16", False, "2020-07-16", None),
        ("688981.SH", "2020-07-22", False, "2020-07-16", None),  # its fifth day: Thursday to Wednesday
        ("688981.SH", "2020-07-23", False, "2020-07-16", 20),
        ("603000.SH", "2022-05-10", False, "2022-05-10", None),
        ("603000.SH", "2022-05-11", False, "2022-05-10", 10),
        ("603000.SH", "2023-04-14", False, "2023-04-10", None),
        ("603000.SH", "2023-04-17", False, "2023-04-10", 10),
        ("920002.BJ", "2024-05-30", False, "2024-05-30", None),
        ("920002.BJ", "2024-05-31", False, "2024-05-30", 30),
    ],
)  # fmt: skip
def test_the_limit_of_a_day(security: str, day: str, warned: bool, listed: str | None, pct: float | None) -> None:
    board = BOARDS.of(security)
    assert board is not None
    limit = board.limit(date.fromisoformat(day), warned=warned, listed=date.fromisoformat(listed) if listed else None)
    assert (limit.pct if limit else None) == pct
    assert limit is None or (limit.rule and limit.entry.startswith("rules/boards/china.yaml:"))


@pytest.mark.parametrize(
    ("code", "board"),
    [
        ("920819", "beijing"), ("833819", "beijing"), ("430047", "beijing"), ("300750", "chinext"), ("688981", "star"),
        ("600519", "main"), ("000001", "main"), ("159915", None), ("510300", None),
    ],
)  # fmt: skip
def test_a_bare_code_says_the_board_where_no_other_market_has_it(code: str, board: str | None) -> None:
    found = BOARDS.of_code(code)
    assert (found.id if found else None) == board
    assert NO_BOARDS.of_code(code) is None


def test_a_code_that_two_markets_have_says_nothing() -> None:
    limits = "limits: [{since: 2020-01-01, pct: 10, free_days: 0, rule: own}]"
    text = f"boards:\n  - {{id: one, codes: {{AA: ['92']}}, {limits}}}\n  - {{id: two, codes: {{BB: ['920']}}, {limits}}}\n"
    boards = build_boards(parse_boards(load(text, "own.yaml"))[0])
    assert boards.of_code("920819") is None
    one, two = boards.of("920819.AA"), boards.of("920819.BB")
    assert one is not None and two is not None and (one.id, two.id) == ("one", "two")


def test_days_that_are_no_week_ends() -> None:
    friday = date(2025, 12, 19)
    assert weekdays(friday, friday) == 1
    assert weekdays(friday, date(2025, 12, 21)) == 1
    assert weekdays(friday, date(2025, 12, 22)) == 2
    assert weekdays(friday, date(2026, 1, 2)) == 11
    assert weekdays(friday, date(2025, 12, 1)) == 0


def test_mistakes_are_told_at_their_line() -> None:
    pairs, problems = parse_boards(load("boards:\n  - id: X\n    codes: {SH: [a]}\n    limits: []\n", "own.yaml"))
    assert pairs == [] and [problem.line for problem in problems] == [2, 4]
    text = """\
boards:
  - id: own
    codes: {TW: [a1]}
    limits:
      - {since: 2015-06-01, pct: 10, free_days: 5, rule: Taiwan Stock Exchange}
      - {since: 1989-10-11, pct: 7, free_days: 0, rule: Taiwan Stock Exchange}
"""
    problems = parse_boards(load(text, "own.yaml"))[1]
    assert [(problem.line, problem.message) for problem in problems] == [
        (5, "the days since when limits hold must follow each other"),
        (3, "'a1' is not the first digits of a code"),
    ]


def _catalogued() -> Lexicon:
    """The shipped vocabulary, with a stock of each board, one of them new."""
    stocks = [
        Entity("300001.SZ", EntityKind.STOCK, ("Acme Electric",), ("甲特锐德", "C甲特锐德")),
        Entity("688001.SH", EntityKind.STOCK, (), ("乙华兴源",)),
        Entity("600001.SH", EntityKind.STOCK, (), ("丙浦发", "ST丙浦", "*ST丙浦")),
        Entity("920001.BJ", EntityKind.STOCK, (), ("丁北证",)),
        Entity("688002.SH", EntityKind.STOCK, (), ("戊新股份",), listed=date(2025, 12, 19)),
        Entity("000001.SH", EntityKind.INDEX, (), ("沪指",)),
        Entity("00700.HK", EntityKind.STOCK, (), ("腾讯控股",)),
    ]
    types = [kind for document in documents("events") if (kind := parse_vocabulary(document)[0]) is not None]
    return compile_lexicon(types, {stock.id: stock for stock in stocks}, boards=BOARDS)


OWN = _catalogued()


def hits(text: str, published: str = "2025-12-22") -> list[tuple[str, str, object]]:
    """(type, subject, board) of what is no plain move."""
    news = item(text, published=datetime.fromisoformat(published).replace(hour=8, tzinfo=UTC))
    return [(one.type, one.subject, one.fields.get("board")) for one in extract(news, OWN) if one.type != "price_move"]


@pytest.mark.parametrize(
    "text",
    [
        "甲特锐德涨20.00%", "甲特锐德今日涨20.01%，成交额17亿元", "甲特锐德收涨19.98%", "甲特锐德涨20%", "甲特锐德涨幅20%。",
        "Acme Electric rose 20.00%", "甲特锐德上涨20%，沪指涨1%",
    ],
)  # fmt: skip
def test_exactly_the_limit_is_a_limit_up(text: str) -> None:
    subject = "Acme Electric" if "Acme" in text else "甲特锐德"
    assert hits(text) == [("limit_up", subject, "chinext")]


@pytest.mark.parametrize(
    "text",
    [
        "甲特锐德涨12%", "甲特锐德涨12.00%", "甲特锐德涨超20%", "甲特锐德涨近20%", "甲特锐德涨19.5%", "甲特锐德涨20.3%",
        "甲特锐德今年以来涨20.00%", "甲特锐德本周累计涨20.00%", "近5日，甲特锐德涨20%", "甲特锐德较发行价涨20.00%",
        "C甲特锐德涨20.00%", "戊新股份涨20.00%", "丙浦发涨10%", "丙浦发涨10.08%", "丙浦发涨20.00%", "丙浦发涨9.98%",
        "腾讯控股涨10.00%", "沪指涨10.00%", "甲特锐德可能涨20.00%", "Acme Electric rose 20.00% this week", "甲特锐德利润涨20.00%",
        "ST丙浦涨10.00%",
    ],
)  # fmt: skip
def test_what_is_not_exactly_the_limit_of_a_day_is_none(text: str) -> None:
    assert hits(text) == []


def test_each_board_and_day_has_its_own_limit() -> None:
    assert hits("乙华兴源跌20.00%") == [("limit_down", "乙华兴源", "star")]
    assert hits("丁北证涨30.00%，乙华兴源涨30.00%") == [("limit_up", "丁北证", "beijing")]
    assert hits("丙浦发跌10.03%") == [("limit_down", "丙浦发", "main")]
    assert hits("丙浦发收涨9.98%") == [("limit_up", "丙浦发", "main")]
    assert hits("ST丙浦涨5.01%") == [("limit_up", "ST丙浦", "main")]
    assert hits("ST丙浦涨5.01%", "2026-08-03") == [] and hits("ST丙浦涨10.00%", "2026-08-03") == [("limit_up", "ST丙浦", "main")]
    assert hits("甲特锐德涨10.00%", "2020-08-21") == [("limit_up", "甲特锐德", "chinext")]
    assert hits("戊新股份涨20.00%", "2025-12-26") == [("limit_up", "戊新股份", "star")]


@pytest.mark.parametrize("code", ["（920819）", "(920819.BJ)", "（BJ920819）", "(bj.920819)"])
def test_a_security_that_no_list_knows_has_the_board_of_its_code(code: str) -> None:
    assert hits(f"庚山新材{code}涨30.00%") == [("limit_up", "庚山新材", "beijing")]
    assert hits(f"庚山新材{code}涨停") == [("limit_up", "庚山新材", "beijing")]
    assert hits(f"庚山新材{code}涨20.00%") == []


def test_only_a_code_of_a_board_says_the_board_of_an_unknown_security() -> None:
    assert hits("庚山新材(688777)跌20.00%") == [("limit_down", "庚山新材", "star")]
    assert hits("庚山新材(688777.SZ)跌20.00%") == []
    assert hits("庚山新材(01234)跌20.00%，辛水科技跌20.00%") == []


def test_said_and_shown_is_one_limit_up() -> None:
    assert hits("甲特锐德20%涨停，涨20.00%") == [("limit_up", "甲特锐德", "chinext")]
    assert hits("甲特锐德未能涨停") == [("limit_up", "甲特锐德", "chinext")]
    assert extract(item("甲特锐德未能涨停"), OWN)[0].status is Status.DENIED


def test_without_a_day_the_latest_rule_holds() -> None:
    assert [one.type for one in extract(item("甲特锐德涨20.00%", published=None), OWN)] == ["price_move", "limit_up"]
    assert [one.type for one in extract(item("戊新股份涨10.00%", published=None), OWN)] == ["price_move"]


def test_what_is_added_stands_on_the_move_and_names_the_rule() -> None:
    text = "长芯博创今日涨20.00%"
    move, hit = everything(text)
    assert (move.type, hit.type, hit.evidence, hit.trigger) == ("price_move", "limit_up", move.evidence, move.trigger)
    assert hit.entry.startswith("rules/boards/china.yaml:") and hit.entity == "300548.SZ"
    (clause,) = traced(text)
    assert [event.type for event in clause.events] == ["price_move", "limit_up"]


def test_an_index_has_no_limit_and_that_is_said() -> None:
    (clause,) = traced("沪指涨停")
    assert clause.events == () and clause.refused == ("limit_up: 沪指 is an index or sector, and that happens to none",)
    assert [event.subject for event in everything("沪指、长飞光纤涨停")] == ["长飞光纤"]
    assert words()[0].fields("limit_up")["board"] == ("main", "chinext", "star", "beijing")
