"""The session that Chinese news tells of."""

from datetime import date, datetime, timedelta, timezone

import pytest

from tests.support.events import item
from tests.support.shipped import understand

BEIJING = timezone(timedelta(hours=8))


def days(text: str, at: datetime) -> set[date | None]:
    return {event.day for event in understand(item(text, "", at))}


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    """In April 2026; the 16th is a Thursday."""
    return datetime(2026, 4, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("甲山科技涨超5%", beijing(16, 15), 16),
        ("甲山科技涨超5%", beijing(16, 18, 30).replace(tzinfo=None), 16),
        ("A股走强，甲山科技涨超5%", beijing(16, 7), 15),
        ("A股走强，甲山科技今日涨超5%", beijing(16, 7), 16),
        ("A股走强，甲山科技涨超5%", beijing(16, 0), 16),
        ("A股走强，甲山科技涨超5%", beijing(18, 10), 17),
        ("A股走强，甲山科技涨超5%", beijing(20, 7), 17),
        ("美股走高，甲山科技涨超10%", beijing(16, 5), 15),
        ("隔夜美股走高，甲山科技收涨10%", beijing(16, 17, 30), 15),
        ("美股走高，甲山科技涨超10%", beijing(16, 23), 16),
        ("美股走高，甲山科技盘前涨超10%", beijing(16, 17, 30), 16),
        ("比特币涨超5%", beijing(18, 10), 18),
        ("美元指数17日下跌0.12%", beijing(18, 5), 17),
        ("美元指数连续5日下跌0.12%", beijing(17, 10), 17),
        ("美元指数28日下跌0.12%", beijing(17, 10), 17),
        ("周四，市场走弱，甲山科技跌5%", beijing(17, 13), 16),
        ("16日，市场走弱，甲山科技跌5%", beijing(17, 13), 16),
        ("值得注意的是，4月15日，甲山科技跌5%", beijing(17, 13), 15),
        ("据悉，甲山科技跌5%", beijing(17, 13), 17),
        ("甲山科技（5天4板）", beijing(16, 9, 28), 15),
        ("甲山科技（5天4板）", beijing(16, 9, 31), 16),
        ("甲山科技涨停", beijing(16, 8), 15),
        ("甲山科技即将于4月20日开启新股申购", beijing(16, 13), 16),
        ("甲山科技今日开启新股申购", beijing(18, 13), 18),
        ("4月16日，纳指涨1.5%", beijing(16, 5), 15),
    ],
)
def test_the_session_that_is_told(text: str, at: datetime, told: int) -> None:
    assert days(text, at) == {date(2026, 4, told)}


def test_a_day_of_last_year_is_told_with_its_year() -> None:
    assert days("2025年5月18日，甲山科技涨停", beijing(16, 13)) <= {date(2025, 5, 18)}
