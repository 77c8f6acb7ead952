"""On which day an English event happened."""

from datetime import date, datetime

import pytest

from service.events.days import named_day
from tests.support.events import item
from tests.support.shipped import understand

SUNDAY = "2025-02-09T12:00:00"
NIGHT = "2025-02-11T02:10:00"
"""In New York it is the evening before."""


def days(text: str, published: str | None) -> list[str]:
    found = understand(item(text, published=datetime.fromisoformat(published) if published else None))
    return [str(event.day) for event in found]


@pytest.mark.parametrize(
    ("text", "published", "found"),
    [
        ("The S&P 500 fell 1%.", NIGHT, ["2025-02-10"]),
        ("The S&P 500 fell 1%.", "2025-02-11T06:00:00+00:00", ["2025-02-10"]),
        ("The S&P 500 fell 1%.", "2025-02-11T10:00:00+00:00", ["2025-02-11"]),
        ("Halden Inc rose 5%, the most on the NYSE.", NIGHT, ["2025-02-10"]),
        ("Halden Inc rose 5% in Mumbai, unlike Wall Street.", NIGHT, ["2025-02-11"]),
        ("Halden Inc rose 5%.", NIGHT, ["2025-02-11"]),
        ("Bitcoin rose 5% as Wall Street slept.", NIGHT, ["2025-02-11"]),
        ("The S&P 500 fell 1%.", "2025-02-11", ["2025-02-11"]),
        ("The DAX closed up 1%.", SUNDAY, ["2025-02-07"]),
        ("Bitcoin rose 5%.", SUNDAY, ["2025-02-09"]),
        ("Halden Inc plans an IPO on the NYSE.", SUNDAY, ["2025-02-09"]),
        ("What to know on February 11\nThe S&P 500 fell 1%.", NIGHT, ["2025-02-10"]),
        ("The DAX closed up 1%.", None, ["None"]),
    ],
)
def test_the_last_session_before_publication(text: str, published: str | None, found: list[str]) -> None:
    assert days(text, published) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The bourse was calm on February 6, with the Sensex losing 0.3%.", ["2025-02-06"]),
        ("On Thursday, Halden fell 2% while Morvik lost 3%.", ["2025-02-06", "2025-02-06"]),
        ("Halden fell 2% as Morvik lost 3% on Thursday.", ["2025-02-06", "2025-02-06"]),
        ("Halden fell 2% as it starts to build on March 3.", ["2025-02-09"]),
        ("Halden fell 2% after the mayor spoke on Thursday.", ["2025-02-09"]),
        ("Halden rose 7% after hours Thursday.", ["2025-02-06"]),
        ("Gold rose 3% in the week to 7 February.", ["2025-02-07"]),
        ("Silver closed 3% higher on 7th February 2025.", ["2025-02-07"]),
        ("Friday.com shares rose 3%.", ["2025-02-09"]),
    ],
)
def test_the_day_that_the_sentence_names(text: str, found: list[str]) -> None:
    assert days(text, SUNDAY) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Halden falls on February 6\nThe maker of boats lost customers. Morvik shares fell 4%.", ["2025-02-06"]),
        ("Halden speaks on March 3\nThe maker of boats lost customers. Morvik shares fell 4%.", ["2025-02-09"]),
        ("All calm\nIn the previous session, trade was brisk. Morvik shares fell 4%.", ["2025-02-07"]),
        ("All calm\nThe previous trading session was brisk. On Friday all changed. Morvik shares fell 4%.", ["2025-02-09"]),
        ("The DAX gains 1%\nThe DAX closed 1% higher on Thursday.", ["2025-02-06"]),
        ("The DAX gained 1% on Thursday.\nThe DAX is 1% higher.", ["2025-02-06"]),
        ("The DAX gains 1%\nThe DAX rose 1.2% on Thursday.", ["2025-02-07"]),
    ],
)
def test_the_day_that_other_sentences_name(text: str, found: list[str]) -> None:
    assert days(text, SUNDAY) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("fell on tuesday", None),
        ("fell last tuesday", date(2025, 2, 4)),
        ("the top 3 may fall", None),
        ("on 3 may.", date(2024, 5, 3)),
    ],
)
def test_tomorrow_is_no_day_of_the_week_before(text: str, day: date | None) -> None:
    assert named_day(text, 0, len(text), date(2025, 2, 10), "en") == day
