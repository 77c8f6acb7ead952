"""Search over items on both databases: the same answers, newest first, from what a person would write."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import utc_now
from service.model.item import Item
from service.storage import alert_queries, items, search
from service.storage.database import Database
from service.storage.search_words import LONGEST_WORD, MOST_TERMS, MOST_WORDS, Term, terms_of, words_of
from service.storage.tables import ITEMS
from tests.support.news import ARTICLE, STORY, store

STORED = (
    ("Alder Optics hits limit-up", "Shares of Alder Optics rose 10% in Shanghai; the up limit was reached at noon."),
    ("甲山科技涨停", "甲山科技（600999）午后涨停，封单超过2亿元。公司主营AI芯片。"),
    ("乙川光纖漲停", "乙川光纖開盤漲停。"),
    ("Markets", "Nothing of note; Alder Optics' board met. A limit order book was shown."),
    ("", "“创新高”的指数　ＡＬＤＥＲ"),
)


@pytest.fixture
def stored(database: Database) -> list[int]:
    news = [Item("wire", str(number), title, text) for number, (title, text) in enumerate(STORED)]
    with database.begin() as connection:
        new = items.insert_new(connection, news, disposition="evaluated", rules_version="", now=utc_now())
    return [number for number, _ in new]


def found(database: Database, question: str, **bounds: int) -> list[int]:
    with database.read() as connection:
        return search.find(connection, search.terms(question), 10, **bounds)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("alder", [4, 3, 0]),
        ("ALDER optics", [3, 0]),
        ("limit-up", [0]),
        ('"limit up"', [0]),
        ("limit up", [0]),
        ('"up limit"', [0]),
        ('"optics alder"', []),
        ("“alder optics”", [3, 0]),
        ("涨停", [2, 1]),
        ("漲停", [2, 1]),
        ("甲山", [1]),
        ("山科技涨", [1]),
        ("科山", []),
        ("技", [1]),
        ("光", [2]),
        ("AI芯", [1]),
        ("AI芯片", [1]),
        ("600999", [1]),
        ("新高 alder", [4]),
        ("涨停 封单", [1]),
        ("lim", []),
        ("", []),
        ("!!! ... ()", []),
        ('"', []),
    ],
)
def test_what_is_asked_for_is_found_newest_first(database: Database, stored: list[int], question: str, places: list[int]) -> None:
    assert found(database, question) == [stored[place] for place in places]


@pytest.mark.parametrize(
    "question",
    [
        'alder" OR "markets',
        "alder OR markets",
        "alder NOT optics",
        "NEAR(alder optics)",
        "words:alder",
        "alder*",
        "-alder",
        "{words}: alder",
        "alder AND (",
        "^alder",
        "alder' | 'markets",
        "!alder",
        "alder:*",
        "alder & ",
        "';DROP TABLE items;--",
        "alder\0",
        "\ud800 alder",
        "%_%",
        "'",
        "\\",
    ],
)
def test_nothing_in_a_question_is_an_operator(database: Database, stored: list[int], question: str) -> None:
    plain = {
        number
        for number, (title, text) in zip(stored, STORED, strict=True)
        if set(words_of(question)) and set(words_of(question)) <= set(words_of(f"{title}\n{text}"))
    }
    assert set(found(database, question)) <= plain


def test_pages_follow_each_other(database: Database, stored: list[int]) -> None:
    assert found(database, "alder", before=stored[4]) == [stored[3], stored[0]]
    assert found(database, "alder", before=stored[3], after=stored[0]) == []
    with database.read() as connection:
        assert search.find(connection, search.terms("alder"), 1) == [stored[4]]


def test_what_is_stored_already_is_found_after_the_upgrade(database: Database, stored: list[int]) -> None:
    with database.begin() as connection:
        search.drop(connection)
        search.create(connection)
        assert search.find(connection, search.terms("alder"), 10) == []
        search.fill(connection)
        assert search.find(connection, search.terms("alder"), 10) == [stored[place] for place in (4, 3, 0)]


def test_what_is_removed_is_not_found(database: Database, stored: list[int]) -> None:
    with database.begin() as connection:
        search.forget(connection, [(stored[0], *STORED[0]), (stored[1], *STORED[1])])
        connection.execute(ITEMS.delete().where(ITEMS.c.id.in_(stored[:2])))
    assert found(database, "alder") == [stored[4], stored[3]]
    assert found(database, "涨停") == [stored[2]]


def test_a_transaction_that_fails_leaves_nothing_to_find(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        items.insert_new(connection, [Item("wire", "1", "alder", "")], disposition="evaluated", rules_version="", now=utc_now())
        raise ZeroDivisionError
    assert found(database, "alder") == []


def test_a_text_without_words_and_a_very_long_one_are_stored(database: Database) -> None:
    long = "涨停板" * 30_000 + " lastword"
    texts = ["", "...", "x" * 100_000, "word " * 20_000, long]
    news = [Item("wire", str(number), "", text) for number, text in enumerate(texts)]
    with database.begin() as connection:
        new = items.insert_new(connection, news, disposition="evaluated", rules_version="", now=utc_now())
    assert found(database, "停板涨") == [new[4][0]]
    assert found(database, "word word") == [new[3][0]]
    assert found(database, "x" * 200) == [new[2][0]]
    assert len(words_of(long)) == MOST_WORDS


TEXTS = st.text("aB1 -涨停板科\"'*:&|!()\0\ud800㎏ß々のＡ\n", max_size=24)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_every_question_is_answered_and_every_stretch_of_a_text_finds_it(
    database: Database, texts: list[str], question: str
) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), database.begin() as connection:
        news = [Item("wire", str(number), "", text) for number, text in enumerate(texts)]
        new = items.insert_new(connection, news, disposition="evaluated", rules_version="", now=utc_now())
        search.find(connection, search.terms(question), 10)
        for number, item in new:
            for part in item.text.replace('"', " ").split():
                if words_of(part):
                    assert number in search.find(connection, search.terms(part), 10), part
        raise Undone


def test_words_are_letters_and_digits_alone() -> None:
    assert words_of("Alder-Optics' 3.5% “涨停板”A股") == ["alder", "optics", "3", "5", "涨停", "停板", "板", "a", "股"]
    assert words_of("a_b") == ["a", "b"]
    assert words_of("z" * 100) == ["z" * LONGEST_WORD]


def test_terms_are_what_stands_between_blanks_or_in_quotes() -> None:
    assert terms_of('one "two three" 涨停板 涨 A股票') == [
        Term(("one",)),
        Term(("two", "three")),
        Term(("涨停", "停板")),
        Term(("涨",), open_end=True),
        Term(("a", "股票")),
    ]
    assert terms_of("one one") == [Term(("one",))]
    assert terms_of('open "to the end') == [Term(("open",)), Term(("to", "the", "end"))]
    assert len(terms_of(" ".join(f"w{number}" for number in range(100)))) == MOST_TERMS


def test_alerts_are_found_by_their_item_whether_few_or_many_items_say_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = store(database, ARTICLE, STORY, utc_now())
    store(database, replace(ARTICLE, guid="other", title="Elsewhere", text="Quay Optics climbed 12%."), STORY[2:3], utc_now())

    def listed(question: str, **narrowed: str) -> set[str]:
        with database.read() as connection:
            found = alert_queries.page(connection, limit=10, words=search.terms(question), **narrowed)  # type: ignore[arg-type]
        return {stored.alert.id for stored in found}

    for few, many in ((search.FEW, search.MANY), (0, search.MANY), (0, 0)):
        monkeypatch.setattr(search, "FEW", few)
        monkeypatch.setattr(search, "MANY", many)
        assert listed("港湾光纤 rally") == {alert.id for alert in told}
        assert listed("港湾光纤", rule="index-high") == {told[1].id}
        assert len(listed("climbed")) == len(told) + 1
        assert listed("nothere") == set()
        assert listed("…") == set()
