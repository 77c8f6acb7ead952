"""The vocabulary, entities and rule pack that travel with the program, read as the program reads them."""

from functools import cache
from pathlib import Path

from service.alerting.calendar_file import parse_calendars
from service.events.boards import build_boards, parse_boards
from service.events.entities import build_catalog, parse_entities
from service.events.extract import extract
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.events.watchlist_csv import parse_table
from service.marked_yaml import Document, load
from service.model.entity import Catalog
from service.model.event import Event
from service.model.item import Item
from service.rules.loader import RuleContext, RuleSet, parse_rules
from service.words import telling

RULES = Path(__file__).parent.parent.parent / "rules"


def documents(room: str) -> list[Document]:
    """The files of a folder of rules/."""
    return [load(path.read_bytes(), f"rules/{room}/{path.name}") for path in sorted((RULES / room).glob("*.yaml"))]


@cache
def words(without: frozenset[str] = frozenset()) -> tuple[Lexicon, Catalog]:
    """The shipped vocabulary and entities, as if the types in `without` did not exist."""
    tables = [
        parse_table(path.read_bytes(), f"rules/entities/{path.name}") for path in sorted((RULES / "entities").glob("*.csv"))
    ]
    lists = [parse_entities(document)[0] for document in documents("entities")]
    catalog, clashes = build_catalog([*lists, *(list(table.entities.values()) for table in tables)])
    types = [parse_vocabulary(document) for document in documents("events")]
    boards = [parse_boards(document) for document in documents("boards")]
    assert not clashes
    assert not [problem for table in tables for problem in table.problems]
    assert not [problem for _, problems in (*types, *boards) for problem in problems]
    ambiguous = frozenset(word for table in tables for word in table.ambiguous)
    known = build_boards(pair for pairs, _ in boards for pair in pairs)
    kinds = [kind for kind, _ in types if kind is not None and kind.name not in without]
    return compile_lexicon(kinds, catalog, ambiguous, known), catalog


def understand(item: Item) -> tuple[Event, ...]:
    """The events of an item that count."""
    lexicon, _ = words()
    return tuple(event for event in extract(item, lexicon) if lexicon.counts(event))


def tags() -> set[str]:
    """Every tag of the shipped entities."""
    return {tag for entity in words()[1].values() for tag in entity.tags}


def told(item: Item) -> tuple[Event, ...]:
    """The events that stories know: also those that the item denies."""
    lexicon, _ = words()
    return telling(lexicon, extract(item, lexicon))


def context() -> RuleContext:
    """What the shipped rules may speak of."""
    lexicon, catalog = words()
    calendars, wrong = parse_calendars(documents("calendars"))
    assert not wrong
    return RuleContext({name: lexicon.fields(name) for name in lexicon.types}, catalog, understand, calendars)


@cache
def pack() -> RuleSet:
    """The shipped rules."""
    ruleset, problems = parse_rules(documents("alerts"), context())
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset
