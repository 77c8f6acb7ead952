"""Short ways to ask the shipped vocabulary what a text says."""

from datetime import UTC, datetime

from service.events.extract import ClauseTrace, explain, extract
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.marked_yaml import load
from service.model.entity import Catalog, Entity, EntityKind
from service.model.event import Event, FieldValue
from service.model.item import Item
from tests.support.shipped import understand, words

PUBLISHED = datetime(2025, 12, 22, 8, 30, tzinfo=UTC)
"""A Monday."""


def item(text: str, title: str = "", published: datetime | None = PUBLISHED) -> Item:
    """A piece of news."""
    return Item("test", "1", title, text, published=published)


def said(text: str, title: str = "") -> list[tuple[str, str]]:
    """(type, subject) of the events that count, in the order of the text."""
    return [(event.type, event.subject) for event in understand(item(text, title))]


def moves(text: str, title: str = "") -> list[tuple[str, FieldValue]]:
    """(subject, signed per cent) of the price moves."""
    return [(event.subject, event.fields["pct"]) for event in understand(item(text, title)) if event.type == "price_move"]


def understand_moves(text: str, field: str) -> list[FieldValue]:
    """A field of the price moves."""
    return [event.fields[field] for event in understand(item(text)) if event.type == "price_move"]


def only(text: str, title: str = "") -> Event:
    """The single event of a text."""
    (event,) = understand(item(text, title))
    return event


def everything(text: str, title: str = "") -> tuple[Event, ...]:
    """Also what is denied or history."""
    return extract(item(text, title), words()[0])


def traced(text: str) -> tuple[ClauseTrace, ...]:
    """The explanation of a text."""
    return explain(item(text), words()[0])


def small(*vocabularies: str, entities: tuple[Entity, ...] = ()) -> Lexicon:
    """A lexicon of one's own."""
    types = []
    for number, text in enumerate(vocabularies):
        kind, problems = parse_vocabulary(load(text, f"own{number}.yaml"))
        assert kind is not None, problems
        types.append(kind)
    catalog: Catalog = {entity.id: entity for entity in entities}
    return compile_lexicon(types, catalog)


APPLE = Entity("AAPL.US", EntityKind.STOCK, ("Apple",), ("苹果",))
