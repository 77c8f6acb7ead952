from datetime import timedelta

import pytest

from service.alerting.stories import WINDOW, StoryBook
from service.model.alert import Novelty
from tests.support.alerts import NOW
from tests.support.reports import grouped, report

DEAL = "Alder Optics agrees to buy Birch Lasers for $4.2 billion\nThe maker of lenses will pay in cash and shares."
SAME_DEAL = "Birch Lasers to be bought by Alder Optics in $4.2bn deal\nShareholders of Birch Lasers get cash and shares."
OTHER_DEAL = "Cedar Foods agrees to buy Dogwood Bakeries for $1.7 billion\nThe maker of snacks will pay in cash."


def together(*texts: str) -> bool:
    return len(grouped(*(report(text, minute) for minute, text in enumerate(texts)))) == 1


def test_one_happening_in_other_words_is_one_story() -> None:
    assert together(DEAL, SAME_DEAL)


def test_a_template_with_other_names_is_another_story() -> None:
    assert not together(DEAL, OTHER_DEAL)


def test_a_flash_is_found_in_a_long_article() -> None:
    article = (
        "【甲山科技大股东想卖出至多3%股份】甲山科技(600999.SH)说，大股东张某和弟弟想一同卖出至多900万股。"
        + "两人要用这笔钱在海边盖一座种兰花的玻璃房，何时动手还没有定下来。" * 3
    )
    assert together("甲山科技：大股东想卖出至多3%", article)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "甲山科技：半年盘点木箱多出40%-60%\n甲山科技说，半年盘点木箱有2亿只至3亿只。",
            "乙河药业：半年盘点木箱多出40%-60%\n乙河药业说，半年盘点木箱有2亿只至3亿只。",
        ),
        (
            "半年盘点木箱多出40%\n甲山科技(600998.SH)说，木箱多了。",
            "半年盘点木箱多出40%\n乙河药业(600999.SH)说，木箱多了。",
        ),
        ("甲山科技盘中涨超5%\n甲山科技盘中涨超5%，成交额放大。", "乙河药业盘中涨超5%\n乙河药业盘中涨超5%，成交额放大。"),
        ("某大行将甲山科技目标价从20元上调至225.5元", "某大行将乙河药业目标价从11元上调至143.2元"),
    ],
)
def test_flashes_that_differ_in_company_or_figure_stay_apart(one: str, other: str) -> None:
    assert not together(one, other)


def test_events_decide_across_languages() -> None:
    english = report("Lumentum hit its limit-up on Monday as orders doubled.", 0)
    chinese = report("Lumentum今日涨停，封单超两千手。", 5)
    assert len(grouped(english, chinese)) == 1
    book = StoryBook()
    book.place(english)
    placed = book.place(chinese)
    assert placed.reason == f"same happening as item {english.id}; told already"


def test_another_day_is_another_happening() -> None:
    assert len(grouped(report("Lumentum hit limit-up.", 0), report("Lumentum hit limit-up, as orders doubled.", 24 * 60))) == 2


def test_a_round_up_swallows_no_single_story() -> None:
    wrap = f"Shares climb, and Alder Optics agrees to buy Birch Lasers: Markets Wrap\n{DEAL}"
    assert len(grouped(report("Birch Lasers agrees to be bought, sources say", 0), report(wrap, 1))) == 2


def test_round_ups_of_one_session_are_one_story_and_of_others_are_not() -> None:
    wraps = (
        "Shares climb ahead of the lunar holiday: Markets Wrap",
        "Shares rise ahead of the lunar holiday season: Markets Wrap",
    )
    assert len(grouped(report(wraps[0], 0), report(wraps[1], 10))) == 1
    loose = "Shares mixed while traders eye lunar holiday: Markets Wrap"
    assert len(grouped(report(wraps[0], 0), report(loose, 24 * 60))) == 2


def test_what_is_older_than_the_window_is_not_joined() -> None:
    later = WINDOW.total_seconds() / 60 + 1
    assert len(grouped(report(DEAL, 0, id="a"), report(DEAL, later, id="b"))) == 2
    assert len(grouped(report(DEAL, 0, id="a"), report(DEAL, later - 2, id="b"))) == 1


def test_an_item_joins_the_story_that_has_gathered_most() -> None:
    book = StoryBook()
    for minute, text in enumerate((DEAL, SAME_DEAL, DEAL.replace("agrees", "has agreed"))):
        big = book.place(report(text, minute)).story
    assert book.place(report("Alder Optics and Birch Lasers agree deal for $4.2 billion", 9)).story == big


def test_novelty_says_what_is_new() -> None:
    book = StoryBook()
    said = [
        book.place(report(text, minute)).novelty
        for minute, text in enumerate(
            (
                "甲山科技盘中涨超5%。",
                "甲山科技涨5.1%，报20元。",
                "甲山科技盘中涨超9%，成交活跃。",
                "甲山科技涨停，封单超两千手。",
                "甲山科技涨停\n甲山科技封死涨停。",
                "更正：甲山科技涨停\n甲山科技此前误报。",
            )
        )
    ]
    update = Novelty.UPDATE
    assert said == [Novelty.FIRST, Novelty.REPEAT, update, update, Novelty.REPEAT, update]


def test_a_correction_is_news_once() -> None:
    book = StoryBook()
    book.place(report(DEAL, 0))
    first = book.place(report(f"Correction: {DEAL}", 1))
    again = book.place(report(f"Correction: {SAME_DEAL}", 2))
    assert (first.novelty, first.corrects) == (Novelty.UPDATE, True)
    assert first.reason.endswith("it corrects or denies what was told")
    assert (again.novelty, again.corrects) == (Novelty.REPEAT, True)


def test_a_figure_beyond_a_step_is_an_update() -> None:
    book = StoryBook()
    toll = "Quake in Eastern Harbour kills {} people, rescuers say"
    book.place(report(toll.format(120), 0))
    assert book.place(report(toll.format(130), 1)).novelty is Novelty.REPEAT
    assert book.place(report(toll.format(410), 2)).novelty is Novelty.UPDATE


def test_each_fact_is_new_or_not_in_whatever_story() -> None:
    book = StoryBook()
    book.place(report("Chip shares gain: Lumentum hit limit-up, and Nvidia hit limit-up.", 0))
    placed = book.place(report("Nvidia hit limit-up.", 30))
    assert list(placed.facts.values()) == [Novelty.REPEAT]
    denied = book.place(report("Nvidia failed to hit limit-up.", 40))
    assert list(denied.facts.values()) == [Novelty.UPDATE]


def test_what_is_taken_back_never_came() -> None:
    book = StoryBook()
    book.place(report(DEAL, 0))
    before = book.place(report(SAME_DEAL, 1))
    book.take_back(2)
    assert len(book) == 0
    book.place(report(DEAL, 0))
    assert book.place(report(SAME_DEAL, 1)) == before


def test_what_is_forgotten_is_found_no_more() -> None:
    book = StoryBook()
    book.place(report(DEAL, 0))
    book.place(report(OTHER_DEAL, 60))
    assert book.forget(NOW + timedelta(minutes=30)) == 1
    assert len(book) == 1
    assert book.place(report(SAME_DEAL, 61)).novelty is Novelty.FIRST
    assert book.forget(NOW) == 0


def test_the_nearest_is_named_where_nothing_is_near_enough() -> None:
    book = StoryBook()
    assert book.place(report(DEAL, 0, id="a")).reason == "nothing like it was reported before"
    assert book.place(report(OTHER_DEAL, 1)).reason.startswith("nothing like it was reported before; the nearest, item a, is 0.")


def test_items_without_words_are_stories_of_their_own() -> None:
    assert len(grouped(report("…", 0), report("!!", 1), report("…", 2, id="again"))) == 2
