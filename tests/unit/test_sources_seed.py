"""The seed: one article, fetched once, without the page's furniture."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from service.addresses import AddressGuard
from service.errors import ParseError
from service.http import HttpClient
from service.model.item import Item
from service.model.source import Fetched, NotModified, Source, SourceState
from service.sources import SOURCES, ParseContext
from service.sources.seed import article_text

SEED = SOURCES["seed"]
SOURCE = Source("seed", "seed")


def seed_item() -> Item:
    with closing(HttpClient(AddressGuard(), "t")) as http, closing(ParseContext(lambda: datetime.now(UTC))) as context:
        fetched = SEED.fetch(SOURCE, SourceState(), http)
        assert isinstance(fetched, Fetched)
        assert SEED.fetch(SOURCE, SourceState(body_hash=fetched.body_hash), http) == NotModified()
        (item,) = SEED.parse(SOURCE, fetched, context).items
    return item


def test_the_article_is_an_item_after_the_close_in_shanghai() -> None:
    item = seed_item()
    assert item.published is not None
    assert item.published.astimezone(UTC) == datetime(2025, 12, 22, 8, 30, tzinfo=UTC)
    assert (item.source, item.guid, item.language) == ("seed", "2025-12-22-computing-power-chain", "en")
    assert item.publisher
    assert item.text.startswith("The computing power industrial chain staged another strong rally during today's A-share")
    assert "Yangtze Optical Fibre and Cable (长飞光纤) rocketed to a limit-up within just 8 minutes" in item.text
    assert "\nSector-Wide Rally\nAfter days of sideways trading" in item.text


def test_the_pages_furniture_is_gone() -> None:
    item = seed_item()
    assert item.text.endswith("with specialty fibers poised for breakthroughs.")
    assert not any(word in item.text for word in ("Comments", "*", "Investment risks"))


def test_the_headline_adds_no_event_of_its_own() -> None:
    headline = seed_item().title
    assert headline == "A-share computing power chain stages another strong rally"
    assert not any(word in headline.lower() for word in ("record", "high", "limit", "%", "ipo", "soar", "surge"))


def test_the_definition_may_name_another_publisher() -> None:
    with closing(ParseContext(lambda: datetime.now(UTC))) as context:
        body = b"---\nid: 1\ntitle: t: u\npublished: 2025-12-22T16:30:00+08:00\npublisher: p\nlanguage: en\n---\nwords\n"
        (item,) = SEED.parse(Source("s", "seed", publisher="Mine", language="zh"), Fetched(body), context).items
        assert (item.title, item.publisher, item.language, item.text) == ("t: u", "Mine", "zh", "words")
        with pytest.raises(ParseError, match="not an article"):
            SEED.parse(SOURCE, Fetched(b"words"), context)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Bold** and *slanted* and ***both***", "Bold and slanted and both"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("one\n\ntwo\n*A notice.*\nComments", "one\ntwo"),
        ("*A notice that is not at the end.*\none", "A notice that is not at the end.\none"),
        ("one\n**A heading**", "one\nA heading"),
        ("", ""),
    ],
)
def test_emphasis_and_furniture_are_told_by_their_form(markdown: str, text: str) -> None:
    assert article_text(markdown) == text
