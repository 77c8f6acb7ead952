import pytest

from service.sources.discovery import LOOKED_AT, MOST, feeds_in

SITE = "https://news.example.com/markets/"


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def test_feeds_are_named_in_order_once_and_as_whole_addresses() -> None:
    page = (
        "<html><head>"
        + link("/all.xml?a=1&amp;b=2")
        + "<LINK HREF='more.atom' TYPE=application/atom+xml REL='home alternate'>"
        + link("/all.xml?a=1&amp;b=2")
        + "</head>"
    )
    assert feeds_in(page.encode(), SITE) == (
        "https://news.example.com/all.xml?a=1&b=2",
        "https://news.example.com/markets/more.atom",
    )


@pytest.mark.parametrize(
    "tag",
    [
        link("javascript:alert(1)"),
        link("file:///etc/passwd"),
        link("https://user:word@news.example.com/x"),
        link("https://[::1/x"),
        link(""),
        link("/style.css", "text/css"),
        link("/x.xml", rel="stylesheet"),
        "<link>",
    ],
)
def test_what_is_no_feed_or_no_web_address_is_left_out(tag: str) -> None:
    assert feeds_in(tag.encode(), SITE) == ()


def test_a_page_that_is_made_to_be_slow_is_read_to_its_limit() -> None:
    many = "".join(link(f"/{number}.xml") for number in range(1000)).encode()
    assert len(feeds_in(many, SITE)) == MOST
    assert feeds_in(b" " * LOOKED_AT + link("/late.xml").encode(), SITE) == ()
    assert feeds_in(b"<link " * 60_000 + b'rel="' * 60_000, SITE) == ()
