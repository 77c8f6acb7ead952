"""What every kind of source promises, held against each line of SOURCES."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from service.addresses import AddressGuard
from service.errors import FetchError, ParseError
from service.http import HttpClient
from service.model.source import Fetched, NotModified, Source, SourceState
from service.sources import FETCH_REASONS, SOURCES, ParseContext
from tests.support.http_server import HttpServer, serve

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BODIES: Mapping[str, str] = {
    "feed": "<rss version='2.0'><channel><title>Wire</title>"
    "<item><guid>2</guid><title>b &lt;i&gt;\u202e&lt;/i&gt;</title><link>javascript:x</link><pubDate>2030-01-01</pubDate></item>"
    "<item><guid>1</guid><title>a</title><link>/a</link><pubDate>2025-12-22</pubDate></item></channel></rss>",
    "seed": "",
}
"""For kinds with a URL: a body that holds items."""


@pytest.fixture(scope="module")
def context() -> Iterator[ParseContext]:
    with closing(ParseContext(lambda: NOW, seats=1)) as made:
        yield made


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    with closing(HttpClient(AddressGuard(["127.0.0.0/8"]), "t")) as client:
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with serve() as running:
        for kind, body in BODIES.items():
            running.on(f"/{kind}", body=body)
        yield running


def test_every_kind_has_its_case() -> None:
    assert BODIES.keys() == SOURCES.keys()


def source_of(kind: str, server: HttpServer) -> Source:
    return Source("s", kind, server.url(f"/{kind}") if SOURCES[kind].needs_url else "")


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_is_fetched_once_and_parsed_the_same_every_time(
    kind: str, server: HttpServer, http: HttpClient, context: ParseContext
) -> None:
    adapter, source = SOURCES[kind], source_of(kind, server)
    fetched = adapter.fetch(source, SourceState(), http)
    assert isinstance(fetched, Fetched)
    state = SourceState(fetched.etag, fetched.last_modified, fetched.body_hash)
    assert isinstance(adapter.fetch(source, state, http), NotModified)
    parsed = adapter.parse(source, fetched, context)
    assert parsed.items
    assert adapter.parse(source, fetched, context) == parsed


@pytest.mark.parametrize("kind", SOURCES)
def test_items_are_plain_dated_and_linked_or_say_that_they_are_not(
    kind: str, server: HttpServer, http: HttpClient, context: ParseContext
) -> None:
    adapter, source = SOURCES[kind], source_of(kind, server)
    fetched = adapter.fetch(source, SourceState(), http)
    assert isinstance(fetched, Fetched)
    items = adapter.parse(source, fetched, context).items
    dates = [item.published for item in items if item.published]
    assert dates == sorted(dates)
    assert len({item.guid for item in items}) == len(items)
    for item in items:
        assert (item.source, item.language in ("", "en", "zh"), bool(item.guid)) == ("s", True, True)
        assert not item.link or item.link.startswith(("http://", "https://"))
        assert item.published is None or (item.published.tzinfo and item.published <= NOW + timedelta(minutes=10))
        assert not any(character in f"{item.title}{item.text}{item.publisher}" for character in "\x00\r\u202e")


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<html></html>", b"{}", b"---\nx\n"])
def test_a_body_that_is_something_else_is_a_parse_error(
    kind: str, body: bytes, server: HttpServer, context: ParseContext
) -> None:
    with pytest.raises(ParseError):
        SOURCES[kind].parse(source_of(kind, server), Fetched(body), context)


@pytest.mark.parametrize("kind", [kind for kind, adapter in SOURCES.items() if adapter.needs_url])
def test_a_fetch_that_fails_says_why(kind: str, http: HttpClient) -> None:
    with pytest.raises(FetchError) as caught:
        SOURCES[kind].fetch(Source("s", kind, "http://10.0.0.1/token"), SourceState(), http)
    assert caught.value.reason == "refused_address"
    assert caught.value.reason in FETCH_REASONS
