"""The feed adapter against a real server: conditional GET, statuses, Retry-After, and what arrives in the end."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from service.addresses import AddressGuard
from service.child import ChildPool
from service.errors import FetchError, ParseError
from service.http import HttpClient
from service.model.source import Fetched, NotModified, Source, SourceState
from service.sources import FETCH_REASONS, SOURCES, ParseContext
from tests.support.http_server import HttpServer, Reply, serve

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = SOURCES["feed"]
RSS = "<rss version='2.0'><channel><title>Wire</title><item><guid>1</guid><title>{}</title></item></channel></rss>"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    with closing(HttpClient(AddressGuard(["127.0.0.0/8"]), "Tapewatch/1")) as client:
        yield client


@pytest.fixture(scope="module")
def context() -> Iterator[ParseContext]:
    with closing(ParseContext(lambda: NOW, seats=1)) as made:
        yield made


def source(url: str, **fields: Any) -> Source:
    return Source("wire", "feed", url, **fields)


def fetched(url: str, http: HttpClient, state: SourceState | None = None) -> Fetched:
    body = FEED.fetch(source(url), state or SourceState(), http)
    assert isinstance(body, Fetched)
    return body


def remembered(body: Fetched) -> SourceState:
    return SourceState(body.etag, body.last_modified, body.body_hash)


def test_a_feed_is_fetched_once_while_it_does_not_change(http: HttpClient, server: HttpServer) -> None:
    url = server.feed("/feed", RSS.format("one"))
    first = fetched(url, http)
    assert (first.content_type, first.url) == ("application/rss+xml", url)
    assert FEED.fetch(source(url), remembered(first), http) == NotModified()
    server.feed("/feed", RSS.format("two"))
    assert fetched(url, http, remembered(first)).body == RSS.format("two").encode()
    asked = [request.headers.get("if-none-match") for request in server.requests]
    assert asked == [None, first.etag, first.etag]
    assert "application/rss+xml" in server.requests[0].headers["accept"]


def test_last_modified_is_sent_back_as_it_came(http: HttpClient, server: HttpServer) -> None:
    url = server.on("/", Reply(200, "x", {"Last-Modified": "some day"}), Reply(304))
    assert FEED.fetch(source(url), remembered(fetched(url, http)), http) == NotModified()
    assert server.requests[1].headers["if-modified-since"] == "some day"


def test_the_same_body_again_is_not_modified_without_any_validator(http: HttpClient, server: HttpServer) -> None:
    url = server.on("/", body=RSS)
    assert FEED.fetch(source(url), remembered(fetched(url, http)), http) == NotModified()


@pytest.mark.parametrize("tag", ["x" * 600, "caf\u00e9", '"涨停"'])
def test_a_validator_that_cannot_be_sent_back_is_forgotten(http: HttpClient, server: HttpServer, tag: str) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: " + tag.encode() + b"\r\n\r\nx"
    assert fetched(server.raw("/", [raw]), http).etag == ""


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (204, "http_status", False),
        (304, "http_status", False),  # nobody asked for it: there was no validator
        (400, "http_status", False),
        (401, "unauthorized", False),
        (403, "unauthorized", False),
        (404, "not_found", False),
        (410, "gone", True),
        (429, "rate_limited", False),
        (451, "unauthorized", False),
        (500, "server_error", False),
        (502, "server_error", False),
        (503, "unavailable", False),
    ],
)
def test_every_status_has_a_reason(http: HttpClient, server: HttpServer, status: int, reason: str, permanent: bool) -> None:
    url = server.on("/secret?token=hunter2", status=status, body="")
    with pytest.raises(FetchError) as caught:
        FEED.fetch(source(url), SourceState(), http)
    error = caught.value
    assert (error.reason, error.permanent, error.reason in FETCH_REASONS) == (reason, permanent, True)
    assert f"HTTP {status}" in str(error)
    assert not any(word in str(error) for word in ("secret", "hunter2"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "999999"}, 86400),
        ({"Retry-After": "Thu, 01 Jan 2026 00:05:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 300),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_a_server_that_asks_to_wait_is_told_on(
    http: HttpClient, server: HttpServer, headers: dict[str, str], seconds: float | None
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    url = server.raw("/", [f"HTTP/1.1 429 Slow\r\n{lines}Content-Length: 0\r\n\r\n".encode()])
    with pytest.raises(FetchError) as caught:
        FEED.fetch(source(url), SourceState(), http)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("date", ["", "Date: never\r\n", "Date: Thu, 01 Jan 2026 00:00:00 -0000\r\n"])
def test_a_date_to_wait_for_counts_on_the_servers_own_clock(http: HttpClient, server: HttpServer, date: str) -> None:
    head = f"HTTP/1.1 503 Later\r\nRetry-After: Thu, 01 Jan 2026 00:05:00 GMT\r\n{date}Content-Length: 0\r\n\r\n"
    with pytest.raises(FetchError) as caught:
        FEED.fetch(source(server.raw("/", [head.encode()])), SourceState(), http)
    assert caught.value.retry_after == (300 if "2026" in date else 0)


def test_items_are_made_of_what_was_fetched(http: HttpClient, server: HttpServer, context: ParseContext) -> None:
    item = "<item><title>CPO 概念股涨停</title><link>/a</link><pubDate>Mon, 22 Dec 2025 08:00:00 GMT</pubDate></item>"
    moved = server.redirect("/old", "/new/feed.xml", 301)
    server.feed("/new/feed.xml", f"<rss version='2.0'><channel><title>Wire</title>{item}</channel></rss>")
    body = fetched(moved, http)
    parsed = FEED.parse(source(moved, publisher="Mine"), body, context)
    (found,) = parsed.items
    assert (found.source, found.title, found.publisher, found.language) == ("wire", "CPO 概念股涨停", "Mine", "zh")
    assert (found.link, found.guid) == (server.url("/a"), "/a")
    assert found.published == datetime(2025, 12, 22, 8, tzinfo=UTC)
    assert parsed.warnings == ()


def test_what_is_no_feed_is_a_parse_error(context: ParseContext) -> None:
    with pytest.raises(ParseError, match=r"^not a feed: the server sent a web page$"):
        FEED.parse(source("https://a.example/"), Fetched(b"<html><body>Please log in</body></html>", "text/html"), context)


def test_a_body_that_is_too_slow_or_too_big_for_its_child_fails_alone() -> None:
    with closing(ParseContext(lambda: NOW, seats=1)) as context:
        context.feeds.close()
        context.feeds = ChildPool("tests.support.child_targets:stubborn", 1, 0.5, 2**29)
        with pytest.raises(ParseError, match="took too long"):
            FEED.parse(source("https://a.example/"), Fetched(b"hang"), context)
        with pytest.raises(ParseError, match="could not be read"):
            FEED.parse(source("https://a.example/"), Fetched(b"die"), context)
