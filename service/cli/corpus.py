"""Where `rules backtest` and `rules diff` take their items from: the database with its stored events, or a file of JSON lines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.app import open_for_reading
from service.cli.extract import read_item
from service.clock import utc_now
from service.config import Settings
from service.errors import ConfigurationError, InvalidFiles, Problem
from service.events.extract import extract
from service.model.duration import parse_duration
from service.model.event import Event
from service.model.item import Item
from service.pipeline.replay import Replay, Report
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefolder import read_folder
from service.ruleversions import stored as stored_version
from service.storage import items, rulesets
from service.words import counting

Since = Annotated[str, typer.Option("--since", help="How far back stored items are taken, for instance 30d.")]
Corpus = Annotated[Path | None, typer.Option("--corpus", help="Take items from this file of JSON lines instead.")]
ReExtract = Annotated[bool, typer.Option("--re-extract", help="Find the events again instead of using the stored ones (slow).")]
History = Annotated[bool, typer.Option("--history", help="Also take what sources already held when they were added.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items, and whether their events are found again."""

    settings: Settings
    since: str
    corpus: Path | None
    re_extract: bool
    history: bool


def replay(asked: Asked, books: Sequence[Rulebook]) -> list[Report]:
    """Hold every rulebook against the same items, read once."""
    replays = [Replay(book) for book in books]
    if asked.corpus is not None:
        for number, item in enumerate(_lines(asked.corpus), 1):
            _feed(replays, books, number, item, item.published or utc_now())
    else:
        _stored(asked, replays, books)
    return [one.report for one in replays]


def _stored(asked: Asked, replays: Sequence[Replay], books: Sequence[Rulebook]) -> None:
    try:
        since = utc_now() - parse_duration(asked.since)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"--since: {error}") from None
    wanted: tuple[items.Disposition, ...] = ("evaluated", "baseline") if asked.history else ("evaluated",)
    with open_for_reading(asked.settings) as database, database.read() as connection:
        for one, events in items.replay(connection, since, wanted):
            if asked.re_extract:
                _feed(replays, books, one.id, one.item, one.fetched_at)
                continue
            for each in replays:
                each.feed(one.id, one.item, events, one.fetched_at, history=one.disposition == "baseline")


def _feed(replays: Sequence[Replay], books: Sequence[Rulebook], number: int, item: Item, fetched: datetime) -> None:
    """Find the events of an item, once for rulebooks with the same vocabulary."""
    found: list[tuple[Rulebook, Sequence[Event]]] = []
    for each, book in zip(replays, books, strict=True):
        known = next((events for other, events in found if other.vocabulary == book.vocabulary), None)
        if known is None:
            known = counting(book.lexicon, extract(item, book.lexicon))
            found.append((book, known))
        each.feed(number, item, known, fetched)


def _lines(path: Path) -> Iterator[Item]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _item(path, number, line)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def _item(path: Path, number: int, line: bytes) -> Item:
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise ValueError("a line must be a JSON object with at least a text")
        return read_item({"id": number, **data})
    except (ValueError, RecursionError) as error:
        raise InvalidFiles([Problem(str(path), number, 1, f"this line is no item: {error}")]) from None


def rulebook(name: str, settings: Settings, memory: Memory) -> Rulebook:
    """A rules folder, `active`, or a stored version by its first digits; `memory` is that of the one before."""
    folder = Path(name)
    if folder.is_dir():
        return parse_folder(read_folder(folder), memory)
    if "/" in name or folder.exists():
        raise ConfigurationError(f"{name}: there is no such rules folder")
    with open_for_reading(settings) as database, database.read() as connection:
        active = rulesets.active(connection) if name == "active" else None
        return stored_version(connection, active.version if active else name, memory)
