"""Dates as feeds write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.sources.dates import read_date

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 22 Dec 2025 15:30:00 +0800", "2025-12-22T07:30"),
        ("Mon, 22 Dec 2025 15:30:00 GMT", "2025-12-22T15:30"),
        ("22 Dec 25 15:30 EST", "2025-12-22T20:30"),
        ("Mon, 22 December 2025, 15:30:09 -0000", "2025-12-22T15:30:09"),
        ("Mon, 22 Dec 2025 15:30:00 CET", "2025-12-22T14:30"),  # not UTC
        ("Mon, 22 Jun 2025 15:30:00 CEST", "2025-06-22T13:30"),
        ("22-Dec-2025 15:30:00 PST", "2025-12-22T23:30"),
        ("Mon, 22 Dec 2025 15:30:00 CST", "2025-12-22T21:30"),
        ("Mon, 22 Dec 2025 15:30:00 IST", "2025-12-22T10:00"),
        ("Mon, 22 Dec 2025 15:30:00 XYZ", "2025-12-22T15:30"),
        ("Mon, 22 Dec 2025 15:30:00 +0530 (IST)", "2025-12-22T10:00"),
        ("Mon, 22 Dec 2025 15:30:00 GMT+8", "2025-12-22T07:30"),
        ("Mon, 22 Dec 2025 15:30:60 GMT", "2025-12-22T15:30:59"),
        ("Mon, 22 Dec 2025", "2025-12-22T00:00"),
        ("Mon , 22  Dec\t2025 15:30:00 Z", "2025-12-22T15:30"),
        ("Sun, 31 Dec 99 23:59:00 GMT", "1999-12-31T23:59"),
        ("2025-12-22T15:30:00Z", "2025-12-22T15:30"),
        ("2025-12-22T15:30:00.123456+08:00", "2025-12-22T07:30"),
        ("2025-12-22 15:30:00", "2025-12-22T15:30"),
        ("2025-12-22 15:30 +08", "2025-12-22T07:30"),
        ("2025/12/22 15:30", "2025-12-22T15:30"),
        ("2025.12.22", "2025-12-22T00:00"),
        ("2025-12", "2025-12-01T00:00"),
        ("20251222", "2025-12-22T00:00"),
        ("20251222T153000Z", "2025-12-22T15:30"),
        ("2025年12月22日 15:30", "2025-12-22T15:30"),
        ("2025年12月22日15：30：01", "2025-12-22T15:30:01"),
        ("Dec 22, 2025 3:30 PM", "2025-12-22T15:30"),
        ("December 22nd, 2025 at 12:05 a.m. EST", "2025-12-22T05:05"),
        ("Mon Dec 22 15:30:00 2025", "2025-12-22T15:30"),
        ("Mon Dec 22 15:30:00 EST 2025", "2025-12-22T20:30"),
        ("Thu, 29 Feb 2024 23:30:00 -0100", "2024-03-01T00:30"),
    ],
)
def test_a_date_is_read(text: str, expected: str) -> None:
    assert read_date(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2025-12-22 15:30:00", "Mon, 22 Dec 2025 15:30:00 CST", "2025年12月22日 15:30"])
def test_what_has_two_meanings_is_chinas_time_in_a_chinese_feed(text: str) -> None:
    assert read_date(text, NOW, chinese=True) == datetime(2025, 12, 22, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "0000-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT", "9999-12-31T23:59:59Z", "+9999-01-01",
    "٢٠٢٥-١٢-٢٢", "2025-13-01", "2025-12-22T25:00:00Z", "2025-12-22T15:61:00Z", "2025-12-22T15:30:00+99:00", "22 Foo 2025 15:30",
    "Mon, 22 Dec 2025 15:30:00 +0860", "1" * 100, "2025-12-22" + " " * 3 + "x" * 80, "12/22/2025", "1766388600"],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, NOW) is None


def test_the_future_is_now() -> None:
    assert read_date("2026-06-01T12:10:00Z", NOW) == NOW + timedelta(minutes=10)
    assert read_date("2026-06-01T12:10:01Z", NOW) == NOW
    assert read_date("2150-01-01", NOW) == NOW


@settings(deadline=None)
@given(st.text(max_size=90) | st.text("0123456789-/:+TZ ,.年月日GMTDec", max_size=40), st.booleans())
def test_nothing_raises_and_nothing_lies_in_the_future(text: str, chinese: bool) -> None:
    moment = read_date(text, NOW, chinese=chinese)
    assert moment is None or (moment.tzinfo is UTC and moment <= NOW + timedelta(minutes=10))
