"""Untrusted text made harmless: lines, isolates, excerpts and links."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.span import Span
from service.notify.render import clean
from service.notify.render.clean import Segment, cut, host, isolate, line, link, segments

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=300)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("plain", "plain"),
        ("  padded  ", "padded"),
        ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"),
        ("a\n \t\n b", "a b"),
        ("a  b", "a  b"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", "a b c d e f"),
        ("nu\x00l \x1b[31mred\x7f", "nul [31mred"),
        ("\ud800lone", "\ufffdlone"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("flag\U000e0067\U000e007f", "flag"),
        ("*bold* _it_ <b> & `code` {{ x }} ${y}", "*bold* _it_ <b> & `code` {{ x }} ${y}"),
        ("👩‍👩‍👧 长飞光纤 ＊ST", "👩‍👩‍👧 长飞光纤 ＊ST"),
    ],
)
def test_a_line(given_text: str, expected: str) -> None:
    assert line(given_text) == expected


def test_what_is_printable_needs_no_cleaning() -> None:
    """The short way of `line` is right for every character there is."""
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert not [pattern for pattern in (clean._BREAKS, clean._DROPPED, clean._SURROGATES) if pattern.search(printable)]


def test_a_long_line_ends_with_an_ellipsis() -> None:
    assert line("x" * 2000, 10) == "xxxxxxxxx…"
    assert cut("word word", 6) == "word…"
    assert cut("", 0) == ""


@given(ANY_TEXT, st.integers(1, 50))
def test_any_text_becomes_one_harmless_line(text: str, limit: int) -> None:
    made = line(text, limit)
    assert len(made) <= limit
    assert made.splitlines() in ([made], [])
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in made)
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    made.encode("utf-8")
    assert line(made, limit) == made


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=80))
def test_printable_text_is_left_alone(text: str) -> None:
    assert line(text) == text


def test_only_right_to_left_text_is_isolated() -> None:
    assert isolate("plain 长飞光纤") == "plain 长飞光纤"
    assert isolate("שלום") == "\u2068שלום\u2069"
    assert isolate("a\u200fb") == "\u2068a\u200fb\u2069"


def test_an_excerpt_is_cut_at_its_marks() -> None:
    assert segments("the words fired", (Span(4, 9),)) == (
        Segment("the ", False),
        Segment("words", True),
        Segment(" fired", False),
    )
    assert segments("all", (Span(0, 3),)) == (Segment("all", True),)
    assert segments("none", ()) == (Segment("none", False),)
    assert segments("", ()) == ()


@pytest.mark.parametrize("marks", [(Span(-1, 2),), (Span(2, 2),), (Span(3, 1),), (Span(0, 99),)])
def test_marks_that_cannot_be_are_dropped(marks: tuple[Span, ...]) -> None:
    assert segments("text", marks) == (Segment("text", False),)


def test_overlapping_marks_do_not_nest() -> None:
    assert segments("abcdef", (Span(2, 5), Span(0, 3))) == (Segment("abc", True), Segment("def", False))


@given(ANY_TEXT, st.lists(st.tuples(st.integers(-5, 310), st.integers(-5, 310)).map(lambda pair: Span(*pair)), max_size=5))
def test_segments_never_lose_text_and_never_fail(text: str, marks: list[Span]) -> None:
    whole = "".join(segment.text for segment in segments(text, marks, 10_000))
    squeezed = "".join(whole.split())
    assert squeezed == "".join("".join(segment.text for segment in segments(text, (), 10_000)).split())
    assert len("".join(segment.text for segment in segments(text, marks, 40))) <= 40


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("https://example.com/a?b=c&d=e#f", "https://example.com/a?b=c&d=e#f"),
        (" http://example.com ", "http://example.com/"),
        ("HTTPS://EXAMPLE.com:8443/x", "https://example.com:8443/x"),
        ("https://例子.测试/路径?问=答#片", "https://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF%E5%BE%84?%E9%97%AE=%E7%AD%94#%E7%89%87"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ('https://example.com/"onmouseover=alert(1)', "https://example.com/%22onmouseover=alert(1)"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.com/x", ""),
        ("/relative", ""),
        ("mailto:a@example.com", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://exa mple.com/", ""),
        ("https://example.com\\@evil.example/", ""),
        ("https://[::1", ""),
        ("https://example.com/" + "x" * 3000, ""),
        ("https://example.com/#" + "x" * 3000, ""),
        ("", ""),
    ],
)
def test_links(given_url: str, expected: str) -> None:
    assert link(given_url) == expected


def test_the_host_of_a_link_is_what_is_visited() -> None:
    assert host(link("https://www.example.com/x")) == "example.com"
    assert host(link("https://аррӏе.com/")) == "xn--80ak6aa92e.com"
