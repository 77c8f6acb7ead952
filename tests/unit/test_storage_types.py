"""The forms in which values are stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.model.span import Span
from service.storage import types


def test_clean_text_is_the_same_object() -> None:
    for text in ("", "plain", "长飞光纤 📈"):
        assert types.clean(text) is text


@pytest.mark.parametrize(("dirty", "clean"), [("a\0b", "ab"), ("\ud83d\ude00", ""), ("长\udfff飞\0", "长飞"), ("\0\ud800", "")])
def test_nul_and_lone_surrogates_go(dirty: str, clean: str) -> None:
    assert types.clean(dirty) == clean


def test_time_in_utc() -> None:
    moment = datetime(2025, 12, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert types.in_utc(moment) == datetime(2025, 12, 22, 1, 30, tzinfo=UTC)
    assert types.in_utc(moment).tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        types.in_utc(moment.replace(tzinfo=None))


def test_small_structures_come_back() -> None:
    mapping = {"pct": 12.0, "stage": "上市", "streak": 3}
    assert types.load_mapping(types.dump_mapping(mapping)) == mapping
    assert types.load_texts(types.dump_texts(["a", "主题\0"])) == ("a", "主题")
    assert types.load_spans(types.dump_spans([Span(1, 2)])) == (Span(1, 2),)
    assert types.load_spans("[]") == ()


@pytest.mark.parametrize("junk", ["", "{", "[]", "null", "7"])
def test_what_is_no_mapping(junk: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        types.load_mapping(junk)


@pytest.mark.parametrize("junk", ["", "{}", "[1]", "null"])
def test_what_is_no_list_of_texts(junk: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        types.load_texts(junk)


@pytest.mark.parametrize("junk", ["", "7", "[7]", "[[1]]", "[[1, 2, 3]]", '[["a", 1]]', "[[null, 1]]"])
def test_what_is_no_list_of_spans(junk: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        types.load_spans(junk)


@pytest.mark.parametrize("junk", ["", "7", "[7]", "[{}]", '[{"at": 7}]', '[{"at": "2025-12-22", "item_id": 1, "x": 2}]'])
def test_what_is_no_list_of_occurrences(junk: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        types.load_occurrences(junk)
