"""What events are understood with: the vocabulary, the entities and the boards of a rules folder, as one Lexicon.

Guarantee: all problems of all files at once. It must not know of rules, routes or sources: the processes that understand items
load this and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from service.alerting.calendar import Calendar
from service.alerting.calendar_file import parse_calendars
from service.errors import InvalidFiles, Problem
from service.events.boards import build_boards, parse_boards
from service.events.entities import build_catalog, parse_entities
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.events.watchlist_csv import Table, parse_table
from service.marked_yaml import Document, load
from service.model.entity import Catalog
from service.model.event import Event, Status
from service.naming import WORDS, room_of
from service.rulefolder import Texts, read_folder
from service.rules.cures import chinese_colon

T = TypeVar("T")


def parse_words(
    documents: Mapping[str, Document], problems: list[Problem], tables: Sequence[Table] = ()
) -> tuple[Lexicon | None, Catalog]:
    """Compile the vocabulary and the entities among `documents` and `tables`; problems are added to the list."""
    lists = [collect(problems, parse_entities(document)) for name, document in documents.items() if room_of(name) == "entities"]
    catalog, clashes = build_catalog([*lists, *(list(table.entities.values()) for table in tables)])
    problems += clashes
    types = [collect(problems, parse_vocabulary(document)) for name, document in documents.items() if room_of(name) == "events"]
    boards = [collect(problems, parse_boards(document)) for name, document in documents.items() if room_of(name) == "boards"]
    if problems:
        return None, catalog
    ambiguous = frozenset(word for table in tables for word in table.ambiguous)
    known = build_boards(pair for pairs in boards for pair in pairs)
    lexicon = compile_lexicon([kind for kind in types if kind is not None], catalog, ambiguous, known)
    problems += lexicon.check_examples()
    return lexicon, catalog


def load_words(texts: Texts) -> Lexicon:
    """Compile vocabulary and entities alone; raises InvalidFiles."""
    problems: list[Problem] = []
    lexicon, _ = parse_words(_documents(texts, problems), problems, read_tables(texts, problems))
    if lexicon is None or problems:
        raise InvalidFiles(problems)
    return lexicon


def read_entities(folder: Path | None) -> tuple[Catalog, frozenset[str]]:
    """The entities and ambiguous words of a rules folder (with the shipped ones), and nothing else of it; raises InvalidFiles."""
    texts = {name: text for name, text in read_folder(folder).items() if room_of(name) == "entities"}
    problems: list[Problem] = []
    tables = read_tables(texts, problems)
    lists = [collect(problems, parse_entities(document)) for document in _documents(texts, problems).values()]
    catalog, clashes = build_catalog([*lists, *(list(table.entities.values()) for table in tables)])
    if problems or clashes:
        raise InvalidFiles([*problems, *clashes])
    return catalog, frozenset(word for table in tables for word in table.ambiguous)


def shipped_words() -> Lexicon:
    """The vocabulary that travels with the program."""
    return read_words(None)[0]


def read_words(folder: Path | None) -> tuple[Lexicon, Catalog, dict[str, Calendar]]:
    """What rules of a folder may speak of, whatever its rules are like; raises InvalidFiles."""
    problems: list[Problem] = []
    texts = {name: text for name, text in read_folder(folder).items() if room_of(name) in (*WORDS, "calendars")}
    documents = _documents(texts, problems)
    words = {name: document for name, document in documents.items() if room_of(name) in WORDS}
    lexicon, catalog = parse_words(words, problems, read_tables(texts, problems))
    calendars = collect(problems, parse_calendars([documents[name] for name in documents if name not in words]))
    if problems or lexicon is None:
        raise InvalidFiles(problems, texts)
    return lexicon, catalog, calendars


def counting(lexicon: Lexicon, events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that rules may see: asserted ones, and planned ones of the types that say so."""
    return tuple(event for event in events if lexicon.counts(event))


def told(lexicon: Lexicon, events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that rules may see, and those that the text takes back: explanations name them, and no rule holds by them."""
    taken_back = (Status.DENIED, Status.HISTORICAL)
    return tuple(event for event in events if lexicon.counts(event) or event.status in taken_back)


def telling(lexicon: Lexicon, events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that stories know: those that rules may see, and those that are denied."""
    return tuple(event for event in events if lexicon.counts(event) or event.status is Status.DENIED)


def event_fields(lexicon: Lexicon) -> dict[str, Mapping[str, tuple[str, ...] | str]]:
    """What rules may ask of each event type."""
    return {name: lexicon.fields(name) for name in lexicon.types}


def _documents(texts: Texts, problems: list[Problem]) -> dict[str, Document]:
    """The YAML files that can be read."""
    documents = {name: read_document(name, text, problems) for name, text in texts.items() if not is_table(name)}
    return {name: document for name, document in documents.items() if document is not None}


def is_table(name: str) -> bool:
    """Whether a file is a watchlist as CSV."""
    return name.endswith(".csv")


def read_tables(texts: Texts, problems: list[Problem]) -> list[Table]:
    """The watchlists among the files; their problems are added to the list."""
    tables = [parse_table(text, name) for name, text in texts.items() if is_table(name)]
    problems += [problem for table in tables for problem in table.problems]
    return tables


def read_document(name: str, text: bytes, problems: list[Problem]) -> Document | None:
    """A YAML file; None, and its problems in the list, where it cannot be read."""
    try:
        return load(text, name)
    except InvalidFiles as error:
        problems += chinese_colon(error.problems, text.decode("utf-8", "replace"))
        return None


def collect(problems: list[Problem], parsed: tuple[T, list[Problem]]) -> T:
    """What was parsed, its problems added to the list."""
    problems += parsed[1]
    return parsed[0]
