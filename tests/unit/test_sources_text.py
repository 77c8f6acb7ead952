"""Markup becomes plain text; hostile markup becomes plain text in time."""

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.sources.language import looks_chinese, tell_language
from service.sources.text import MAX_HTML, MAX_TEXT, from_html, one_line, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One&nbsp;two</p>\n<p>three<br/>four <b>fi</b>ve</p>", "One two\nthree\nfour five"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<p>a line\nbroken in\nthe source</p>", "a line broken in the source"),
        ("no tags:\n\nline feeds stay", "no tags:\nline feeds stay"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("AT&amp;T &lt;b&gt; 5 &gt; 3", "AT&T <b> 5 > 3"),
        ("<p>&amp;lt;script&amp;gt;</p>", "&lt;script&gt;"),  # unescaped once, not until nothing is left
        ("a<script>alert('x')</script>b<style>p{}</style>c<svg><text>d</text></svg>e", "abce"),
        ("<p>x<!-- <p>hidden</p> -->y</p>", "xy"),
        ("<iframe srcdoc='<p>in</p>'>in</iframe>out", "out"),
        ("<img src=x onerror=alert(1)>y<a href='javascript:x'>link</a>", "ylink"),
        ("<P>UPPER<BR>CASE</P>", "UPPER\nCASE"),
        ("<p>涨停</p>\u3000<p>创新高</p>", "涨停\n创新高"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a&#0;b&#xD800;c&#x202E;d", "a�b�cd"),
        ("<p>unclosed <b>every<p>where", "unclosed every\nwhere"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(markup: str, text: str) -> None:
    assert from_html(markup) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (" a \t b\r\n\r\n c\rd ", "a b\nc\nd"),
        ("a\x00b\x08c\u200b\ufeffd\ud800e\u202ef\u00ad", "abcdef"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("x &amp; <b>", "x &amp; <b>"),
    ],
)
def test_plain_text_is_tidied_only(raw: str, text: str) -> None:
    assert plain(raw) == text
    assert one_line(text).count("\n") == 0


def test_the_caps_hold() -> None:
    assert len(plain("x" * 10**6)) == MAX_TEXT
    assert len(from_html("<p>" + "x" * 10**6)) <= MAX_TEXT
    assert from_html("<p>" + " " * MAX_HTML + "beyond") == ""
    assert one_line("a b " * 1000, 11) == "a b a b a b"


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<ul><li>",
        "<li><h1>",
        "<rp>",
        "<b><p></b>",
        "<div></b>",
        "<table><div>",
        "<svg><desc></div>",
        "</p>",
        "&",
        "<",
        "<!--",
        "<select>",
        "<a x=",
        "<p>",
        "<b>",
        "\n ",
        "]]>",
        "<![CDATA[",
        "&#x",
        "<div ",
        "'\"",
    ],
)
def test_hostile_markup_takes_linear_time(piece: str) -> None:
    markup = piece * (MAX_HTML // len(piece))
    started = thread_time()
    from_html(markup)
    assert thread_time() - started < 5  # quadratic: 14 s for <div>


@settings(deadline=None)
@given(st.text() | st.text("<>/&;#ax bpdiv!-'\"=\n\x00\u202e\ud800", max_size=200))
def test_whatever_comes_out_is_storable_plain_text(raw: str) -> None:
    for text in (from_html(raw), plain(raw)):
        text.encode("utf-8")  # no lone surrogate
        assert "\x00" not in text
        assert text == text.strip()
        assert not any(character in text for character in "\r\u202e\u2028\u200b")


@pytest.mark.parametrize(
    ("wanted", "declared", "text", "language"),
    [
        ("zh", "en", "English words", "zh"),
        ("", "en-US", "长飞光纤涨停，创历史新高", "zh"),
        ("", "zh-CN", "Shares of NVIDIA rose 4%", "en"),
        ("", "", "Yangtze Optical Fibre and Cable (长飞光纤) rocketed to a limit-up within just 8 minutes", "en"),
        ("", "", "CPO概念股 NVIDIA 概念继续走强 多股涨停", "zh"),
        ("", "de-DE", "Die Aktie steigt", ""),
        ("", "ja", "日経平均が最高値を更新", ""),
        ("", "", "奈雪の茶大涨", "zh"),
        ("", "", "코스피 사상 최고치", ""),
        ("", "", "Акции выросли", ""),
        ("", "EN_gb", "Shares rose", "en"),
        ("", "", "123 %", ""),
        ("", "", "", ""),
    ],
)
def test_the_language_is_told(wanted: str, declared: str, text: str, language: str) -> None:
    assert tell_language(wanted, declared, text) == language
    assert looks_chinese("财联社")
