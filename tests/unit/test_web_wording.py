from datetime import UTC, datetime, timedelta

import pytest

from service.web import wording

NOW = datetime(2025, 12, 22, 20, 30, tzinfo=UTC)
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pct": 12.0, "bound": "over"}, (("", f"over +12{NARROW}%"),)),
        ({"pct": 12.0, "bound": "exact"}, (("", f"+12{NARROW}%"),)),
        ({"pct": -3.25}, (("", f"\N{MINUS SIGN}3.25{NARROW}%"),)),
        ({"bound": "nearly", "pct": 20}, (("", f"nearly +20{NARROW}%"),)),
        ({"stage": "planned", "status": "planned"}, (("stage", "planned"),)),
        ({"kind": "index", "status": "planned"}, (("kind", "index"), ("status", "planned"))),
        ({"streak": 3.0, "registered_capital": 48_850_000.0}, (("streak", "3"), ("registered capital", "48,850,000"))),
        ({"bound": "over"}, (("bound", "over"),)),
        ({"pct": "twelve"}, (("pct", "twelve"),)),
        ({}, ()),
    ],
)
def test_facts_are_said_in_words(fields: dict[str, str | float], words: tuple[tuple[str, str], ...]) -> None:
    assert wording.facts(fields) == words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("长飞光纤涨停", "zh-Hans"),
        ("长飞光纤 CPO 概念涨停", "zh-Hans"),
        ("Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up", ""),
        ("rally", ""),
        ("", ""),
    ],
)
def test_the_language_is_chinese_where_chinese_outweighs(text: str, language: str) -> None:
    assert wording.language(text) == language


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (40, "40 s ago"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3 * 3600, "3 h ago"),
        (86400, "1 day ago"),
        (10 * 86400, "10 days ago"),
        (-90, "in 1 min"),
    ],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert wording.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_the_market_is_eight_hours_ahead_and_may_be_a_day_further() -> None:
    there = wording.market(NOW)
    assert (wording.clock_time(there), wording.weekday(there), wording.weekday(NOW)) == ("04:30", "Tue", "Mon")
    assert wording.date(NOW) == "22 Dec 2025"
    assert wording.day_name(NOW) == "Monday, 22 December 2025"


@pytest.mark.parametrize("link", ["https://news.example.com/a?b=c#d", "http://[2001:db8::1]:8080/x", "https://例子.example/文章"])
def test_a_web_address_may_be_followed(link: str) -> None:
    assert wording.safe_link(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "\u2028javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example/x",
        "/\\evil.example",
        "https:/\\evil.example",
        "http://good.example\\@evil.example/",
        "https://",
        "https:///path",
        "http://[::1",
        "http://host:99999/",
        "http://host:port/",
        "ftp://host/",
        "file:///etc/passwd",
        "https://a b.example/",
        "https://" + "a" * 64 + ".example/",
        "https://example.com/" + "a" * 2048,
        "about:blank",
        "relative/path",
    ],
)
def test_anything_else_is_no_link(link: str) -> None:
    assert wording.safe_link(link) == ""


def test_a_host_that_looks_like_another_is_shown_in_punycode() -> None:
    assert wording.link_host("https://\u0430pple.com/") == "xn--pple-43d.com"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("mailtos://me:${PASSWORD}@mail.example.com", "mailtos"),
        ("SLACK://${TOKEN}", "slack"),
        ("inbox://", "inbox"),
        ("no url, but a password", "target"),
        ("pass word://x", "target"),
    ],
)
def test_of_a_target_only_its_kind_is_shown(target: str, kind: str) -> None:
    assert wording.scheme(target) == kind
