"""Everything a person edits, read once, checked as a whole and then immutable.

A rules folder is either taken entirely or refused entirely, with every problem at its file, line and column: whoever holds the
last good Rulebook keeps it. Each file is read exactly once, so that a half-written one can be refused but never half-used.
"""

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from service.alerting.calendar import Calendar
from service.alerting.calendar_file import parse_calendars
from service.alerting.routes_file import RoutesFile, parse_routes
from service.errors import ConfigurationError, InvalidFiles, Problem
from service.events.boards import build_boards, parse_boards
from service.events.entities import build_catalog, parse_entities
from service.events.extract import extract
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.events.watchlist_csv import Table, parse_table
from service.marked_yaml import Document, load
from service.model.entity import Catalog
from service.model.event import Event, Status
from service.model.item import Item
from service.model.routing import Receiver, Routing
from service.model.source import Source
from service.naming import ROOMS, SHIPPED, WORDS, shown
from service.notify.receivers import check_target, expand
from service.notify.render.custom import faults
from service.rules.cures import chinese_colon
from service.rules.kept import Kept
from service.rules.loader import RuleContext, RuleSet, parse_rules
from service.sources.definitions import parse_sources

T = TypeVar("T")

Texts = Mapping[str, bytes]
"""File contents by the name that problems show."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One consistent state of the rules folder; `version` changes whenever any of its files does."""

    version: str
    lexicon: Lexicon
    catalog: Catalog
    rules: RuleSet
    routing: Routing
    sources: tuple[Source, ...]
    texts: Texts
    """All files it was made of, so that it can be made again and shown places in."""
    vocabulary: Texts
    """The files that events are understood with (events/, entities/ and boards/), for the processes that do it."""


def read_folder(folder: Path | None, seen_from: Path | None = None) -> dict[str, bytes]:
    """Read all files of a rules folder, `None` meaning the shipped pack; named as `shown` from there.

    The shipped vocabulary and entities are always there, so that a new version understands more; a file of the same name in
    the folder replaces the shipped one.
    """
    own = folder or SHIPPED
    if not own.is_dir():
        raise ConfigurationError(f"{own}: there is no such rules folder; make one with `tapewatch init {own.parent}`")
    vocabulary: dict[str, Path] = {}
    for base in dict.fromkeys((SHIPPED, own)):
        for room in (*WORDS, "calendars"):
            vocabulary |= {f"{room}/{path.name}": path for path in _word_files(base / room)}
    paths = [*vocabulary.values(), *_yaml_files(own / "alerts"), own / "routes.yaml", own / "sources.yaml"]
    return {shown(path, seen_from): _read(path, seen_from) for path in paths}


class Memory:
    """What a load leaves for the next one: files that stay as they are, and what they became, are not read again."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[bytes, Document]] = {}
        self.rules = Kept()
        self.words: tuple[Texts, Lexicon, Catalog] | None = None


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Nothing that a load makes is garbage before its end; looking for some, again and again, takes longer than the load.

    What it made counts as old at once (that is what freezing and unfreezing comes to): it is looked at with all else that is.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@_not_collecting()
def parse_folder(texts: Texts, memory: Memory | None = None) -> Rulebook:
    """Check and compile; raises InvalidFiles with all problems of all files. `memory` is that of earlier loads."""
    memory = memory or Memory()
    problems: list[Problem] = []
    present = _documents(texts, memory, problems)
    vocabulary = {name: text for name, text in texts.items() if _room(name) in WORDS}
    lexicon: Lexicon | None
    if memory.words is not None and memory.words[0] == vocabulary:
        _, lexicon, catalog = memory.words
    else:
        lexicon, catalog = parse_words(present, problems, _tables(texts, problems))
    if problems or lexicon is None:
        raise InvalidFiles(problems, texts)
    memory.words = vocabulary, lexicon, catalog
    words = lexicon

    def understand(item: Item) -> tuple[Event, ...]:
        return told(words, extract(item, words))

    calendars = _collect(problems, parse_calendars([present[name] for name in present if _room(name) == "calendars"]))
    beside = {name: text for name, text in texts.items() if _room(name) in (*WORDS, "calendars")}
    context = RuleContext(event_fields(words), catalog, understand, calendars, version_of(beside))
    alerts = [present[name] for name in present if _room(name) == "alerts"]
    rules = _collect(problems, parse_rules(alerts, context, memory.rules))
    routing = _routing(_only(present, "routes.yaml"), calendars, problems)
    sources_file = _only(present, "sources.yaml")
    sources = _collect(problems, parse_sources(sources_file)) if sources_file else ()
    if problems or rules is None or routing is None:
        raise InvalidFiles(problems, texts)
    return Rulebook(version_of(texts), words, catalog, rules, routing, sources, texts, vocabulary)


def version_of(texts: Texts) -> str:
    """Twelve hex digits that change whenever a file or its name does, but not with the place of the folder."""
    named = sorted(
        (f"{_room(name)}/{_own_name(name)}" if _room(name) in ROOMS else _own_name(name), text) for name, text in texts.items()
    )
    return hashlib.sha256(b"\0".join(name.encode() + b"\0" + text for name, text in named)).hexdigest()[:12]


def _documents(texts: Texts, memory: Memory, problems: list[Problem]) -> dict[str, Document]:
    """The YAML files that can be read; only they are remembered."""
    before, memory.documents = memory.documents, {}
    for name, text in texts.items():
        if _is_table(name):
            continue
        known = before.get(name)
        document = known[1] if known is not None and known[0] == text else _load(name, text, problems)
        if document is not None:
            memory.documents[name] = (text, document)
    return {name: document for name, (_, document) in memory.documents.items()}


def load_folder(folder: Path | None) -> Rulebook:
    """Read and compile a rules folder, or the shipped pack."""
    return parse_folder(read_folder(folder))


def parse_words(
    documents: Mapping[str, Document], problems: list[Problem], tables: Sequence[Table] = ()
) -> tuple[Lexicon | None, Catalog]:
    """Compile the vocabulary and the entities among `documents` and `tables`; problems are added to the list."""
    entities = [_collect(problems, parse_entities(document)) for name, document in documents.items() if _room(name) == "entities"]
    catalog, clashes = build_catalog([*entities, *(list(table.entities.values()) for table in tables)])
    problems += clashes
    types = [_collect(problems, parse_vocabulary(document)) for name, document in documents.items() if _room(name) == "events"]
    boards = [_collect(problems, parse_boards(document)) for name, document in documents.items() if _room(name) == "boards"]
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
    documents = {name: _load(name, text, problems) for name, text in texts.items() if not _is_table(name)}
    present = {name: document for name, document in documents.items() if document is not None}
    lexicon, _ = parse_words(present, problems, _tables(texts, problems))
    if lexicon is None or problems:
        raise InvalidFiles(problems)
    return lexicon


def read_entities(folder: Path | None) -> tuple[Catalog, frozenset[str]]:
    """The entities and ambiguous words of a rules folder (with the shipped ones), and nothing else of it; raises InvalidFiles."""
    texts = {name: text for name, text in read_folder(folder).items() if _room(name) == "entities"}
    problems: list[Problem] = []
    documents = {name: _load(name, text, problems) for name, text in texts.items() if not _is_table(name)}
    tables = _tables(texts, problems)
    lists = [_collect(problems, parse_entities(document)) for document in documents.values() if document is not None]
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
    texts = {name: text for name, text in read_folder(folder).items() if _room(name) in (*WORDS, "calendars")}
    documents = _documents(texts, Memory(), problems)
    words = {name: document for name, document in documents.items() if _room(name) in WORDS}
    lexicon, catalog = parse_words(words, problems, _tables(texts, problems))
    calendars = _collect(problems, parse_calendars([documents[name] for name in documents if name not in words]))
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


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def _word_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, and the CSV files of entities/."""
    return [*_yaml_files(folder), *(sorted(folder.glob("*.csv")) if folder.name == "entities" else [])]


def _is_table(name: str) -> bool:
    return name.endswith(".csv")


def _tables(texts: Texts, problems: list[Problem]) -> list[Table]:
    tables = [parse_table(text, name) for name, text in texts.items() if _is_table(name)]
    problems += [problem for table in tables for problem in table.problems]
    return tables


def _read(path: Path, seen_from: Path | None) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        cure = "`tapewatch init` writes one to start from"
        raise InvalidFiles([Problem(shown(path, seen_from), 0, 0, "this file is missing", cure)]) from None
    except OSError as error:
        raise InvalidFiles([Problem(shown(path, seen_from), 0, 0, f"cannot be read: {error.strerror}")]) from error


def _room(name: str) -> str:
    return name.rpartition("/")[0].rpartition("/")[2]


def _own_name(name: str) -> str:
    return name.rpartition("/")[2]


def _only(documents: Mapping[str, Document], name: str) -> Document | None:
    return next((document for shown_name, document in documents.items() if _own_name(shown_name) == name), None)


def _load(name: str, text: bytes, problems: list[Problem]) -> Document | None:
    try:
        return load(text, name)
    except InvalidFiles as error:
        problems += chinese_colon(error.problems, text.decode("utf-8", "replace"))
        return None


def _collect(problems: list[Problem], parsed: tuple[T, list[Problem]]) -> T:
    problems += parsed[1]
    return parsed[0]


def event_fields(lexicon: Lexicon) -> dict[str, Mapping[str, tuple[str, ...] | str]]:
    """What rules may ask of each event type."""
    return {name: lexicon.fields(name) for name in lexicon.types}


def _routing(document: Document | None, calendars: Mapping[str, Calendar], problems: list[Problem]) -> Routing | None:
    """Check every target with the notifier that will serve it, and give each recipient a target of its own."""
    if document is None:
        return None
    parsed = _collect(problems, parse_routes(document, calendars))
    if parsed is None:
        return None
    receivers = {
        name: replace(receiver, targets=_targets(document, parsed, receiver, problems))
        for name, receiver in parsed.routing.receivers.items()
    }
    for receiver in receivers.values():
        place = parsed.target_paths[receiver.name, 0][:2]
        for part, template in receiver.templates.items():
            problems += [document.problem((*place, "templates", part), fault) for fault in faults(template)]
    return replace(parsed.routing, receivers=receivers)


def _targets(document: Document, parsed: RoutesFile, receiver: Receiver, problems: list[Problem]) -> tuple[str, ...]:
    targets: list[str] = []
    for number, target in enumerate(receiver.targets):
        fault = check_target(target)
        if fault:
            problems.append(document.problem(parsed.target_paths[receiver.name, number], fault))
        else:
            targets += expand(target)
    return tuple(dict.fromkeys(targets))
