"""Feeds that nobody here wrote, hostile and real: no exception, no socket, no file, no hang, and what comes out can be stored."""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time
from typing import Any

import pytest

from service.sources.feed_entries import Context
from service.sources.feed_parser import parse_feed
from tests.support.corpora import members

pytestmark = pytest.mark.corpora

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONTEXT = Context(NOW, "https://feed.example/feed.xml")
EVERY = int(os.environ.get("TAPEWATCH_CORPORA_EVERY", "5"))
"""Each how manieth file is read; 1 reads all."""
WATCHED = (
    "open",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "urllib.Request",
)
LIBRARY = tuple({str(Path(folder)) for folder in (sys.prefix, sys.base_prefix, Path(os.__file__).parent)})


class Watch:
    """An audit hook can never be taken off again, so there is one, and it listens only when told to."""

    def __init__(self) -> None:
        self.seen: list[str] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.seen is not None and event in WATCHED and not (event == "open" and str(arguments[0]).startswith(LIBRARY)):
            self.seen.append(f"{event} {arguments[:1]}")

    @contextmanager
    def __call__(self) -> Iterator[list[str]]:
        seen: list[str] = []
        self.seen = seen
        try:
            yield seen
        finally:
            self.seen = None


@pytest.fixture(scope="module")
def watch() -> Watch:
    importlib.import_module("xml.sax.expatreader")
    return Watch()


def sample(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: files[name] for name in sorted(files)[::EVERY]}


def read(files: Mapping[str, bytes], watch: Watch) -> tuple[int, int]:
    """How many were feeds, and how many items they held."""
    feeds = count = 0
    for name, body in files.items():
        started = thread_time()
        with watch() as seen:
            answer = parse_feed(body, "application/xml", CONTEXT)
        assert seen == [], name
        assert thread_time() - started < 20, name
        if "error" in answer:
            assert answer["error"].startswith("not a feed"), name
            continue
        feeds += 1
        count += len(answer["items"])
        check(answer["items"], name)
    return feeds, count


def check(items: list[dict[str, Any]], name: str) -> None:
    guids = [item["guid"] for item in items]
    assert len(set(guids)) == len(guids), name
    for item in items:
        for field in ("guid", "title", "text", "link", "publisher", "language"):
            assert "\x00" not in item[field].encode().decode(), name
        assert item["title"] or item["text"], name
        assert not item["link"] or item["link"].startswith(("http://", "https://")), name
        assert item["published"] is None or datetime.fromisoformat(item["published"]) <= NOW.replace(minute=10), name


@pytest.mark.parametrize("collection", ["feeds/feedparser/", "feeds/feedvalidator/", "feeds/lemon24-reader/", "feeds/simplepie/"])
def test_hostile_feeds(collection: str, watch: Watch) -> None:
    files = sample(members("corpora/hostile.tar.gz", collection))
    feeds, _ = read(files, watch)
    assert feeds > 0


def test_entity_bombs_and_external_entities(watch: Watch) -> None:
    read(members("corpora/hostile.tar.gz", "xml/defusedxml/"), watch)


def test_feeds_as_sites_really_publish_them(watch: Watch) -> None:
    files = sample(members("corpora/feeds_real.tar.gz", ""))
    feeds, items = read(files, watch)
    assert feeds == len(files)
    assert items > 5 * feeds


def test_two_readings_agree_on_every_guid(watch: Watch) -> None:
    for name, body in list(sample(members("corpora/feeds_real.tar.gz", "")).items())[:10]:
        first, second = (parse_feed(body, kind, CONTEXT) for kind in ("application/xml", "text/xml; charset=utf-8"))
        assert [item["guid"] for item in first["items"]] == [item["guid"] for item in second["items"]], name
