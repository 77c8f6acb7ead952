import pytest

from service.web import wording

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
