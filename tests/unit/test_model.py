from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.duration import format_duration, parse_duration
from service.model.entity import Entity, EntityKind
from service.model.item import Item
from service.model.moment import reckonable
from service.model.rule import Severity
from service.model.source import Source
from service.model.span import Span


def test_the_document_is_title_and_text_once() -> None:
    assert Item("s", "g", "Title", "Text").document == "Title\nText"
    assert Item("s", "g", "Title", "Title and more").document == "Title and more"
    assert Item("s", "g", "Title", "").document == "Title"
    assert Item("s", "g", "", "Text").document == "Text"


def test_content_is_the_same_whatever_its_guid_and_spacing() -> None:
    assert Item("a", "1", "T", "x  y").content_hash == Item("b", "2", "T", " x\ny ").content_hash
    assert Item("a", "1", "T", "x y").content_hash != Item("a", "1", "T", "x z").content_hash


def test_a_lone_surrogate_has_a_content_hash() -> None:
    assert len(Item("a", "1", "\ud800", "").content_hash) == 64


def test_a_span_covers_its_words() -> None:
    assert Span(2, 4).of("abcdef") == "cd"


def test_severities_are_ordered() -> None:
    assert sorted(Severity, key=lambda severity: severity.rank) == list(Severity)
    assert Severity.INFO.rank == 0


def test_an_entity_shows_its_best_name() -> None:
    assert Entity("601869.SH", EntityKind.STOCK, ("Yangtze Optical",), ("长飞光纤",)).name == "Yangtze Optical"
    assert Entity("601869.SH", EntityKind.STOCK, (), ("长飞光纤",)).name == "长飞光纤"
    assert Entity("601869.SH", EntityKind.STOCK).name == "601869.SH"


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://user@News.example.com:444/a?b", "news.example.com:444"), ("https://h/x", "h"), ("", "seed")],
)
def test_a_source_counts_by_its_host(url: str, host: str) -> None:
    assert Source("s", "seed", url).host == host


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("250ms", 0.25), (" 0s ", 0)]
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "5 x", "-5m", "5m!", "1.5h", "99999999999s"])
def test_what_is_not_a_duration_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(ValueError, match="write for instance 30s"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36526d", "999999999w", "999999999d999999999d"])
def test_a_duration_that_no_date_could_bear_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        parse_duration(text)
    assert parse_duration("36525d") == timedelta(days=36525)


@pytest.mark.parametrize(
    "moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), date(1969, 12, 31), date(2200, 1, 1)]
)
def test_what_lies_far_from_all_news_cannot_be_reckoned_with(moment: date) -> None:
    with pytest.raises(ValueError, match="the year must lie between 1970 and 2199"):
        reckonable(moment)
    assert reckonable(date(1970, 1, 1)) == date(1970, 1, 1)


@given(st.integers(min_value=0, max_value=10**11))
def test_a_duration_is_read_as_it_was_written(milliseconds: int) -> None:
    value = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(value)) == value
