import pytest

from service.alerting.story_words import Features, Figure, features, near, shared


def words(title: str, text: str = "") -> set[str]:
    return set(features(title, text).words)


def test_chinese_is_taken_in_pairs_of_characters_and_english_without_endings() -> None:
    assert words("甲山科技上市") == {"甲山", "山科", "科技", "技上", "上市"}
    assert words("Alder's shares rallied on the exchanges") == {"alder", "shar", "ralli", "exchang"}
    assert words("甲") == {"甲"}


def test_what_everybody_writes_is_no_word() -> None:
    assert words("The of and a") == set()


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技涨停\n甲山科技今日涨停，封单很大。",
        "【甲山科技涨停】甲山科技今日涨停，封单很大。",
        "【甲山科技涨停】某某社7月13日电，甲山科技今日涨停，封单很大。（某某新闻）",
    ],
)
def test_outlets_leave_no_trace(text: str) -> None:
    assert features("", text) == features("甲山科技涨停", "甲山科技今日涨停，封单很大。")


def test_a_title_that_the_text_repeats_is_not_counted_twice() -> None:
    assert features("甲山科技涨停", "甲山科技涨停\n封单很大。") == features("", "甲山科技涨停\n封单很大。")


def test_the_first_sentence_stands_for_a_title() -> None:
    assert set(features("", "Alder Optics gains. Birch falls.").title) == {"alder", "optic", "gain"}
    assert set(features("", "甲山涨停。乙河跌停。").title) == {"甲山", "山涨", "涨停"}


def test_figures_have_one_scale_and_are_words_in_two_digits() -> None:
    found = features("Alder raises $1.25bn, up 12.5 percent; 甲山募资1.2亿元 3 000", "")
    assert found.figures == (Figure(False, 1.25e9), Figure(True, 12.5), Figure(False, 1.2e8))
    assert {"#1.2e9", "#%1.2e1", "#1.2e8"} <= set(found.words)


def test_years_times_and_small_counts_are_no_figures() -> None:
    assert features("2026年7月13日16时53分 in 2026, 12 firms", "").figures == ()
    assert features("index at 4,012 and 3.5 and 0.0%", "").figures == (Figure(False, 4012), Figure(False, 3.5), Figure(True, 0.0))


def test_rounded_figures_are_the_same() -> None:
    assert near(Figure(True, 263), Figure(True, 263.26))
    assert near(Figure(False, 12000), Figure(False, 1.2e4))
    assert not near(Figure(True, 5), Figure(False, 5))
    assert not near(Figure(True, 5), Figure(True, 5.2))
    assert shared([Figure(True, 1), Figure(True, 2)], (Figure(True, 2),))
    assert not shared([], (Figure(True, 2),))


def test_the_name_before_the_colon_and_codes_tell_companies_apart() -> None:
    found = features("甲山科技：木箱多了", "甲山科技(600999.SH)和乙河(01999.HK)都这么说。")
    assert found.head == ("甲山", "山科", "科技")
    assert found.codes == ("01999", "600999")
    assert features("Live updates: Alder gains", "").head == ()


@pytest.mark.parametrize(
    ("title", "text", "roundup"),
    [
        ("Stocks climb: Markets Wrap", "", True),
        ("财经早报：甲山科技涨停", "", True),
        ("要事", "1、甲；2、乙；3、丙；4、丁；5、戊；6、己；7、庚", True),
        ("要事", "1、甲；2、乙；3、丙", False),
        ("甲山科技涨停", "", False),
    ],
)
def test_round_ups_are_known(title: str, text: str, roundup: bool) -> None:
    assert features(title, text).roundup is roundup


@pytest.mark.parametrize("title", ["Correction: Alder fell 3%", "Alder denies bid", "甲山科技澄清传闻", "更正：甲山科技"])
def test_corrections_and_denials_say_so_in_the_title(title: str) -> None:
    assert features(title, "").correction
    assert not features("Birch", title).correction


def test_nothing_is_nothing() -> None:
    assert features("", "") == Features((), ())


def test_what_stands_behind_the_lead_is_background() -> None:
    assert "zebra" not in words("Alder", "word " * 200 + "zebra")
