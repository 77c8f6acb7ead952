"""Everything a person edits, read once, checked as a whole and then immutable.

A rules folder is either taken entirely or refused entirely, with every problem at its file, line and column: whoever holds the
last good Rulebook keeps it. Each file is read exactly once, so that a half-written one can be refused but never half-used.
"""

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from service.alerting.calendar import Calendar
from service.alerting.calendar_file import parse_calendars
from service.alerting.routes_file import RoutesFile, parse_routes
from service.errors import InvalidFiles, Problem
from service.events.extract import extract
from service.events.lexicon import Lexicon
from service.marked_yaml import Document
from service.model.entity import Catalog
from service.model.event import Event
from service.model.item import Item
from service.model.routing import Receiver, Routing
from service.model.source import Source
from service.naming import ROOMS, WORDS, own_name, room_of
from service.notify.receivers import check_target, expand
from service.notify.render.custom import faults
from service.rulefolder import Texts, read_folder
from service.rules.kept import Kept
from service.rules.loader import RuleContext, RuleSet, parse_rules
from service.sources.definitions import parse_sources
from service.words import collect, event_fields, is_table, parse_words, read_document, read_tables, told


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
    vocabulary = {name: text for name, text in texts.items() if room_of(name) in WORDS}
    lexicon: Lexicon | None
    if memory.words is not None and memory.words[0] == vocabulary:
        _, lexicon, catalog = memory.words
    else:
        lexicon, catalog = parse_words(present, problems, read_tables(texts, problems))
    if problems or lexicon is None:
        raise InvalidFiles(problems, texts)
    memory.words = vocabulary, lexicon, catalog
    words = lexicon

    def understand(item: Item) -> tuple[Event, ...]:
        return told(words, extract(item, words))

    calendars = collect(problems, parse_calendars([present[name] for name in present if room_of(name) == "calendars"]))
    beside = {name: text for name, text in texts.items() if room_of(name) in (*WORDS, "calendars")}
    context = RuleContext(event_fields(words), catalog, understand, calendars, version_of(beside))
    alerts = [present[name] for name in present if room_of(name) == "alerts"]
    rules = collect(problems, parse_rules(alerts, context, memory.rules))
    routing = _routing(_only(present, "routes.yaml"), calendars, problems)
    sources_file = _only(present, "sources.yaml")
    sources = collect(problems, parse_sources(sources_file)) if sources_file else ()
    if problems or rules is None or routing is None:
        raise InvalidFiles(problems, texts)
    return Rulebook(version_of(texts), words, catalog, rules, routing, sources, texts, vocabulary)


def version_of(texts: Texts) -> str:
    """Twelve hex digits that change whenever a file or its name does, but not with the place of the folder."""
    named = sorted(
        (f"{room_of(name)}/{own_name(name)}" if room_of(name) in ROOMS else own_name(name), text) for name, text in texts.items()
    )
    return hashlib.sha256(b"\0".join(name.encode() + b"\0" + text for name, text in named)).hexdigest()[:12]


def _documents(texts: Texts, memory: Memory, problems: list[Problem]) -> dict[str, Document]:
    """The YAML files that can be read; only they are remembered."""
    before, memory.documents = memory.documents, {}
    for name, text in texts.items():
        if is_table(name):
            continue
        known = before.get(name)
        document = known[1] if known is not None and known[0] == text else read_document(name, text, problems)
        if document is not None:
            memory.documents[name] = (text, document)
    return {name: document for name, (_, document) in memory.documents.items()}


def load_folder(folder: Path | None) -> Rulebook:
    """Read and compile a rules folder, or the shipped pack."""
    return parse_folder(read_folder(folder))


def _only(documents: Mapping[str, Document], name: str) -> Document | None:
    return next((document for shown_name, document in documents.items() if own_name(shown_name) == name), None)


def _routing(document: Document | None, calendars: Mapping[str, Calendar], problems: list[Problem]) -> Routing | None:
    """Check every target with the notifier that will serve it, and give each recipient a target of its own."""
    if document is None:
        return None
    parsed = collect(problems, parse_routes(document, calendars))
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
