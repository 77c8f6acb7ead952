"""On which day it happened."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from service.events.days import local_date, named_day
from service.folding import fold
from service.model.event import Event
from tests.support.events import item
from tests.support.shipped import understand

MONDAY = date(2025, 12, 22)


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("erupted on December 22", "en", date(2025, 12, 22)),
        ("rose on Dec. 18", "en", date(2025, 12, 18)),
        ("strength last Friday", "en", date(2025, 12, 19)),
        ("fell Friday", "en", date(2025, 12, 19)),
        ("fell on Monday", "en", MONDAY),
        ("fell last Monday", "en", date(2025, 12, 15)),
        ("fell yesterday", "en", date(2025, 12, 21)),
        ("rose on December 30", "en", date(2024, 12, 30)),
        ("rose on February 29", "en", date(2024, 2, 29)),
        ("rose on February 30", "en", None),
        ("highest since October 7", "en", None),
        ("up from Friday", "en", None),
        ("maybe 5", "en", None),
        ("7月30日涨停", "zh", date(2025, 7, 30)),
        ("2025年12月18日涨停", "zh", date(2025, 12, 18)),
        ("上周五涨停", "zh", date(2025, 12, 19)),
        ("周一涨停", "zh", MONDAY),
        ("昨日涨停", "zh", date(2025, 12, 21)),
        ("星期天上涨", "zh", date(2025, 12, 21)),
        ("自12月1日以来上涨", "zh", None),
        ("12月1日以来上涨", "zh", None),
        ("涨停", "zh", None),
    ],
)
def test_the_day_that_words_name(text: str, language: str, day: date | None) -> None:
    folded = fold(text)
    assert named_day(folded, 0, len(folded), MONDAY, language) == day


@pytest.mark.parametrize(
    ("entity", "language", "day"),
    [
        ("601869.SH", "en", date(2025, 12, 23)),
        ("NVDA.US", "en", date(2025, 12, 22)),
        ("GOLD", "en", date(2025, 12, 22)),
        (None, "zh", date(2025, 12, 23)),
        (None, "en", date(2025, 12, 22)),
    ],
)
def test_the_calendar_of_the_market(entity: str | None, language: str, day: date) -> None:
    assert local_date(datetime(2025, 12, 22, 22, 0, tzinfo=UTC), entity, language) == day


def test_a_time_without_zone_is_taken_as_it_is() -> None:
    published = datetime(2025, 12, 22, 23, 0, tzinfo=timezone(timedelta(hours=8))).replace(tzinfo=None)
    assert local_date(published, "NVDA.US", "en") == MONDAY


def days(text: str, published: datetime | None) -> list[tuple[str, date | None]]:
    def shown(event: Event) -> tuple[str, date | None]:
        return event.subject, event.day

    return [shown(event) for event in understand(item(text, published=published))]


def test_events_carry_their_day() -> None:
    published = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
    assert days("Strength last Friday, where Lumentum soared 10%", published) == [("Lumentum", date(2025, 12, 19))]
    assert days("长飞光纤涨停", published) == [("长飞光纤", MONDAY)]
    assert days("长飞光纤涨停", None) == [("长飞光纤", None)]
