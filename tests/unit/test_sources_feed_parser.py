"""A feed's body becomes items: identity, text, links, dates, caps, and no time or file or socket for hostile ones."""

import io
import pyexpat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from time import thread_time
from typing import Any

import feedparser
import pytest

from service.child import ChildPool
from service.sources import expat_warning, feed_parser
from service.sources.feed_entries import Context
from service.sources.feed_parser import MAX_ITEMS, parse_feed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Context(NOW, "https://wire.example/feeds/markets.xml")


QUADRATIC = 8
"""Seconds of this thread: far above what linear work takes here, even traced; quadratic work takes minutes."""


def rss(items: str, *, channel: str = "<title>Wire</title>", head: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel>{channel}{items}</channel></rss>'.encode()


def atom(entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{entries}</feed>'.encode()


def items_of(body: bytes, context: Context = HERE, content_type: str = "application/xml") -> list[dict[str, Any]]:
    answer = parse_feed(body, content_type, context)
    assert "error" not in answer, answer
    found: list[dict[str, Any]] = answer["items"]
    return found


def one(item: str, context: Context = HERE, channel: str = "<title>Wire</title>") -> dict[str, Any]:
    (found,) = items_of(rss(f"<item>{item}</item>", channel=channel), context)
    return found


# --- what an item is ---


def test_an_rss_item() -> None:
    item = one(
        "<guid isPermaLink='false'>id-1</guid><title>CPO Index &amp;amp; friends hit a &lt;b&gt;fresh&lt;/b&gt; high</title>"
        "<link>https://wire.example/a?b=1&amp;c=2#d</link><pubDate>Mon, 22 Dec 2025 15:30:00 +0800</pubDate>"
        "<description><![CDATA[<p>Surged over 3%.</p><p>Then <b>more</b>.</p>]]></description>"
    )
    assert item == {
        "guid": "id-1",
        "title": "CPO Index & friends hit a fresh high",
        "text": "Surged over 3%.\nThen more.",
        "link": "https://wire.example/a?b=1&c=2#d",
        "published": "2025-12-22T07:30:00+00:00",
        "publisher": "Wire",
        "language": "en",
    }


def test_an_atom_entry_and_its_kinds_of_text() -> None:
    entries = """
      <entry><id>1</id><title type="text">5 &lt; 6 &amp; plain</title><link rel="alternate" href="/one"/>
        <updated>2025-12-22T15:30:00+08:00</updated><summary>short</summary>
        <content type="html">&lt;p&gt;The longer text.&lt;/p&gt;</content></entry>
      <entry><id>2</id><title type="html">&lt;i&gt;marked&lt;/i&gt;</title><link href="two"/>
        <published>2025-12-21T00:00:00Z</published><updated>2025-12-25T00:00:00Z</updated>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p><p>y &lt; z</p></div></content></entry>
      <entry><id>3</id><title>binary</title><published>2025-12-20T00:00:00Z</published>
        <content type="image/png">iVBORw0KGgo=</content></entry>"""
    third, second, first = items_of(atom(entries))
    assert (first["title"], first["text"], first["link"]) == ("5 < 6 & plain", "The longer text.", "https://wire.example/one")
    assert (second["title"], second["text"], second["link"]) == ("marked", "x\ny < z", "https://wire.example/feeds/two")
    assert second["published"] == "2025-12-21T00:00:00+00:00"
    assert (third["title"], third["text"]) == ("binary", "")


def test_the_chinese_feed() -> None:
    body = rss("<item><title>长飞光纤涨停</title><pubDate>2025-12-22 15:30:00</pubDate></item>").decode().encode("gb18030")
    body = body.replace(b"utf-8", b"gb2312")
    (item,) = items_of(body, content_type="text/xml")
    assert (item["title"], item["language"], item["published"]) == ("长飞光纤涨停", "zh", "2025-12-22T07:30:00+00:00")


def test_the_source_knows_publisher_and_language_better() -> None:
    item = "<title>x y</title><source url='https://other.example/'>Other &amp; Co</source>"
    assert one(item)["publisher"] == "Other & Co"
    assert one(item, Context(NOW, "", "Mine", "zh"))["publisher"] == "Mine"
    assert one(item, Context(NOW, "", "Mine", "zh"))["language"] == "zh"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/x y", "https://wire.example/x%20y"),
        ("//a.example/x", "https://a.example/x"),
        ("https://a.example/涨停", "https://a.example/%E6%B6%A8%E5%81%9C"),
        ("https://аpple.com/", "https://xn--pple-43d.com/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("https://u:p@a.example/", ""),
        ("https://a.example\\@b.example/", ""),
        ("mailto:a@b.c", ""),
        ("https://a.example/" + "x" * 3000, ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_links_are_absolute_web_addresses_or_nothing(link: str, absolute: str) -> None:
    assert one(f"<title>t</title><guid isPermaLink='false'>1</guid><link>{link}</link>")["link"] == absolute


# --- identity ---


def test_the_guid_falls_back_to_the_link_and_then_to_the_content() -> None:
    assert one("<title>t</title><link>https://a.example/#1</link>")["guid"] == "https://a.example/#1"
    hashed = one("<title>t</title><description>d</description>")["guid"]
    assert hashed.startswith("sha256:")
    assert hashed == one("<title> t </title><description>&lt;p&gt;d&lt;/p&gt;</description>")["guid"]
    assert hashed != one("<title>t</title><description>e</description>")["guid"]


def test_a_guid_is_bounded() -> None:
    long = one(f"<title>t</title><guid>{'x' * 9000}</guid>")["guid"]
    assert long == one(f"<title>t</title><guid>{'x' * 9000}</guid>")["guid"]
    assert len(long) <= 512


def test_the_guid_does_not_depend_on_where_the_feed_was_fetched() -> None:
    item = "<title>t</title><guid>12345</guid>"
    assert one(item, HERE)["guid"] == one(item, Context(NOW, "http://cdn.example/other?token=1"))["guid"] == "12345"


def test_an_id_that_several_items_share_is_told_apart_by_content_whatever_the_order() -> None:
    shared = [f"<item><guid>same</guid><title>{title}</title></item>" for title in ("a", "b", "b")]
    forward = items_of(rss("".join(shared)))
    backward = items_of(rss("".join(reversed(shared))))
    assert {item["guid"]: item["title"] for item in forward} == {item["guid"]: item["title"] for item in backward}
    assert len(forward) == 2
    assert all(item["guid"].startswith("same#") for item in forward)


def test_an_item_listed_twice_is_one() -> None:
    assert len(items_of(rss("<item><guid>1</guid><title>a</title></item>" * 2))) == 1


# --- order and dates ---


def test_items_come_oldest_first() -> None:
    dated = [f"<item><title>{day}</title><pubDate>2025-12-{day}</pubDate></item>" for day in (20, 22, 21)]
    assert [item["title"] for item in items_of(rss("".join(dated)))] == ["20", "21", "22"]
    undated = [*dated, "<item><title>none</title></item>"]
    assert [item["title"] for item in items_of(rss("".join(undated)))] == ["none", "21", "22", "20"]


def test_a_date_that_makes_no_sense_is_passed_over_for_one_that_does() -> None:
    dates = "<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2025-12-22</dc:date>"
    assert one(f"<title>t</title>{dates}")["published"] == "2025-12-22T00:00:00+00:00"
    assert one("<title>t</title><pubDate>never</pubDate>")["published"] is None
    assert one("<title>t</title><pubDate>2030-01-01</pubDate>")["published"] == NOW.isoformat()


# --- caps and warnings ---


def test_too_many_items_are_cut_with_a_warning() -> None:
    answer = parse_feed(rss("".join(f"<item><title>{n}</title></item>" for n in range(MAX_ITEMS + 10))), "", HERE)
    assert len(answer["items"]) == MAX_ITEMS
    assert answer["items"][-1]["title"] == "0"  # the first of a feed is its newest
    assert answer["warnings"] == ["the feed holds more than 5,000 items; only the first 5,000 were read"]
    assert answer["items"][0]["publisher"] == "Wire"


def test_a_feed_of_exactly_as_many_is_not_warned_of() -> None:
    answer = parse_feed(rss("".join(f"<item><title>{n}</title></item>" for n in range(MAX_ITEMS))), "", HERE)
    assert (len(answer["items"]), answer["warnings"]) == (MAX_ITEMS, [])


def test_broken_xml_is_read_as_far_as_it_goes_with_a_warning() -> None:
    answer = parse_feed(rss("<item><title>one</title></item>\n<item><title>two & three</title>"), "", HERE)
    assert [item["title"] for item in answer["items"]] == ["two & three", "one"]
    assert answer["warnings"] == ["the XML is broken at line 2; what could be read of it was read"]


def test_items_that_say_nothing_are_left_out_with_a_warning() -> None:
    answer = parse_feed(rss("<item><link>https://a.example</link></item><item><title>t</title></item>"), "", HERE)
    assert [item["title"] for item in answer["items"]] == ["t"]
    assert answer["warnings"] == ["1 items are listed twice or say nothing, and were left out"]


def test_long_fields_are_cut() -> None:
    item = one(f"<title>{'t ' * 5000}</title><description>{'d' * 10**6}</description>", channel=f"<title>{'c' * 5000}</title>")
    assert (len(item["title"]) <= 1000, len(item["text"]), len(item["publisher"])) == (True, 65536, 320)


@pytest.mark.parametrize(
    ("body", "content_type", "what"),
    [
        (b"", "", "nothing"),
        (b" \n\xef\xbb\xbf", "", "nothing"),
        (b"<!DOCTYPE html><html><head><title>Login</title></head><body>captcha</body></html>", "text/html", "a web page"),
        (
            b"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head></html>",
            "application/xhtml+xml",
            "a web page",
        ),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "application/json", "JSON"),
        (b"%PDF-1.7\n\xff\xfe", "application/pdf", "a PDF"),
        (b"just text", "text/plain; charset=utf-8", "text/plain"),
        (b"\x00\x01\x02", "", "something else"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, content_type: str, what: str) -> None:
    assert parse_feed(body, content_type, HERE) == {"error": f"not a feed: the server sent {what}"}


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(rss(""), "", HERE) == {"items": [], "warnings": []}


# --- hostile ---


def test_a_body_that_is_a_url_or_a_path_opens_nothing(tmp_path: Any) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss("<item><title>secret</title></item>"))
    for body in (str(secret), f"file://{secret}", "http://127.0.0.1:9/"):
        assert "error" in parse_feed(body.encode(), "", HERE)


def test_external_entities_stay_outside_and_bombs_are_defused(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    for entity in (f'SYSTEM "file://{secret}"', f'SYSTEM "{secret}"', 'SYSTEM "http://127.0.0.1:9/"'):
        body = rss("<item><title>x &e; y</title></item>", head=f"<!DOCTYPE rss [<!ENTITY e {entity}>]>")
        assert "hunter2" not in str(parse_feed(body, "", HERE))
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    started = thread_time()
    parse_feed(rss("<item><title>&l9;</title></item>", head=f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lol}]>'), "", HERE)
    assert thread_time() - started < QUADRATIC


PUMPS = {
    "comments": "<![CDATA[" + "<!--" * 50_000 + "]]>",
    "address": "a@" + "a." * 50_000 + "!",
    "ones": "1" * 200_000,
    "ampersands": "&amp;" * 40_000,
    "tags": "<![CDATA[" + "<div>" * 40_000 + "]]>",
    "spaces": " " * 200_000 + "x",
    "entities": "&#38;#" * 30_000,
}


@pytest.mark.parametrize("pump", PUMPS)
@pytest.mark.parametrize(
    "element", ["author", "dc:creator", "webMaster", "title", "description", "pubDate", "link", "guid", "category"]
)
def test_no_field_takes_more_than_linear_time(element: str, pump: str) -> None:
    field = f'<{element} xmlns:dc="http://purl.org/dc/elements/1.1/">{PUMPS[pump]}</{element}>'
    started = thread_time()
    parse_feed(rss(f"<item><title>t</title>{field}</item>", channel=field), "", HERE)
    assert thread_time() - started < QUADRATIC


def test_many_categories_take_linear_time() -> None:
    started = thread_time()
    one("<title>t</title>" + "".join(f"<category>{n}</category>" for n in range(20_000)))
    assert thread_time() - started < QUADRATIC


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    with closing(ChildPool("service.sources.feed_parser:handler", 1, 10, 512 * 2**20)) as pool:
        yield pool


def test_the_handler_answers_from_a_child(children: ChildPool) -> None:
    meta = {"content_type": "", "url": HERE.url, "now": NOW.isoformat(), "publisher": "", "language": ""}
    assert children.call(meta, rss("<item><title>涨停</title></item>"))["items"][0]["title"] == "涨停"
    assert children.call(meta, b"x")["error"]


def test_ten_mebibytes_of_items_end_in_time(children: ChildPool) -> None:
    item = "<item><title>t</title><link>https://a.example/1</link><description>d</description></item>"
    meta = {"content_type": "", "url": HERE.url, "now": NOW.isoformat(), "publisher": "", "language": ""}
    answer = children.call(meta, rss(item.replace("t<", "%d<") * 1 + item * (10 * 2**20 // len(item))))
    assert answer["warnings"]


# --- the library is set up as it must be ---


def test_feedparser_is_fenced_in() -> None:
    assert feedparser.api.PREFERRED_XML_PARSERS == []
    feed_parser._install()  # twice does no harm
    assert feedparser.api.StrictFeedParser.__mro__.count(feed_parser._Guard) == 1
    loose = feedparser.parse(io.BytesIO(b"<rss><channel><item><title>a & b</title></item></channel></rss>"))
    assert loose.entries[0].title == "a & b"


def test_an_old_xml_parser_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyexpat, "version_info", (2, 5, 0))
    assert "2.6 or newer" in expat_warning()
    monkeypatch.setattr(pyexpat, "version_info", (2, 6, 0))
    assert expat_warning() == ""
