"""Watchlists as CSV: rules/entities/*.csv into entities, or into words that are words before they are names.

A file begins with comment lines (#: where its facts come from), then a header. With a column `id` it lists entities, with a
column `ambiguous` it lists words. Several names, former names or tags in one cell are separated by semicolons.
Guarantee: every problem is reported at its line, all at once; no row that has one becomes an entity.
It must not look for names in texts, and must not open files.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from service.errors import Problem
from service.model.entity import Entity, EntityKind

MAX_BYTES = 32 * 2**20
MAX_PROBLEMS = 1_000
"""After so many the rest of a file is not looked at."""
COLUMNS = ("id", "kind", "en", "zh", "former", "tags", "listed", "exchange", "board", "country")
_ID = re.compile(r"[^\s;]{1,40}")
_TAGGED = ("board", "country")
"""Columns whose value is a tag as well."""
_TWO = re.compile(r"[^\W_].*[^\W_]", re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ListedEntity(Entity):
    """An entity that one or more CSV files alone know, and the line that says so first."""

    file: str = field(default="", compare=False, repr=False)
    line: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Table:
    """What one file holds: entities by id, or ambiguous words."""

    file: str
    entities: dict[str, ListedEntity] = field(default_factory=dict)
    ambiguous: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: int, message: str, hint: str = "", column: int = 1) -> None:
        """Note what is wrong with a line."""
        self.problems.append(Problem(self.file, line, column, message, hint))


def is_chinese(name: str) -> bool:
    """Whether a name is to be read as Chinese."""
    return _CHINESE.search(name) is not None


def too_short(name: str) -> bool:
    """One character names nobody: it would be found everywhere."""
    return _TWO.search(name) is None


def split(cell: str) -> tuple[str, ...]:
    """The values of a cell, each once."""
    if ";" not in cell:
        return (cell.strip(),) if cell.strip() else ()
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def parse_table(text: bytes, file: str) -> Table:
    """Read one CSV file of rules/entities."""
    table = Table(file)
    rows = _rows(text, table)
    first = next(rows, None)
    if first is None:
        if not table.problems:
            table.refuse(1, "there is no header", "begin with a line such as id,en,zh,tags")
        return table
    line, cells = first
    header = [cell.strip().lower() for cell in cells]
    if header == ["ambiguous"]:
        table.ambiguous = [name for _, row in rows for cell in row if (name := cell.strip())]
    elif _good_header(header, line, table):
        _read_entities(header, rows, table)
    return table


def _rows(text: bytes, table: Table) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row that is not empty; comments stand before the header only."""
    if len(text) > MAX_BYTES:
        table.refuse(0, f"a watchlist may have {MAX_BYTES // 2**20} MiB, this one has {len(text) / 2**20:.0f}", "split it", 0)
        return
    try:
        lines = text.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        table.refuse(text.count(b"\n", 0, error.start) + 1, "this is not UTF-8", "save the file as UTF-8")
        return
    skipped = next((number for number, line in enumerate(lines) if not line.startswith("#") and line.strip()), len(lines))
    reader = csv.reader(lines[skipped:], strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield skipped + reader.line_num, row
    except csv.Error as error:
        table.refuse(skipped + reader.line_num, f"this is not CSV: {error}", "put quotes around names that hold commas or quotes")


def _good_header(header: Sequence[str], line: int, table: Table) -> bool:
    unknown = [name for name in header if name not in COLUMNS]
    for name in unknown:
        table.refuse(line, f"unknown column {name!r}", f"there are: {', '.join(COLUMNS)}", header.index(name) + 1)
    doubled = {name for name in header if header.count(name) > 1}
    for name in sorted(doubled - set(unknown)):
        table.refuse(line, f"the column {name!r} comes twice")
    if not unknown and "id" not in header:
        table.refuse(line, "there is no column `id`", "`tapewatch entities import` makes such a file of any CSV")
    return not table.problems


def _read_entities(header: Sequence[str], rows: Iterator[tuple[int, list[str]]], table: Table) -> None:
    shared: dict[tuple[str, ...], frozenset[str]] = {}
    for line, cells in rows:
        if len(table.problems) >= MAX_PROBLEMS:
            table.refuse(line, "too many problems; the rest of this file was not looked at")
            return
        if len(cells) > len(header):
            table.refuse(line, f"this row has {len(cells)} cells, the header {len(header)}", "quote names that hold commas")
            continue
        _read_entity(dict(zip(header, cells, strict=False)), line, table, shared)


def _read_entity(row: dict[str, str], line: int, table: Table, shared: dict[tuple[str, ...], frozenset[str]]) -> None:
    before = len(table.problems)
    one = row["id"].strip()
    if not _ID.fullmatch(one):
        table.refuse(
            line, f"{one!r} cannot be an id" if one else "the id is empty", "up to 40 characters without blanks: 601869.SH"
        )
    elif one in table.entities:
        table.refuse(line, f"the id {one} comes twice", f"first in line {table.entities[one].line}")
    kind = _kind(row.get("kind", "").strip(), line, table)
    english, chinese = _names(row)
    for name in (*english, *chinese):
        if too_short(name):
            table.refuse(line, f"the name {name!r} of {one} is too short", "a name has two letters or more")
    if not english and not chinese:
        table.refuse(line, f"{one} has no name", "give it names under `en` or `zh`")
    listed = _listed(row.get("listed", "").strip(), line, table)
    tags = (*split(row.get("tags", "")), *(tag for name in _TAGGED for tag in split(row.get(name, ""))))
    if len(table.problems) == before:
        known = shared.setdefault(tags, frozenset(tags))
        table.entities[one] = ListedEntity(one, kind, english, chinese, known, listed, table.file, line)


def _names(row: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """English and Chinese names; former ones come last, where their script puts them."""
    english, chinese, former = (split(row.get(column, "")) for column in ("en", "zh", "former"))
    if former:
        english += tuple(name for name in former if not is_chinese(name))
        chinese += tuple(name for name in former if is_chinese(name))
    return english, chinese


def _kind(text: str, line: int, table: Table) -> EntityKind:
    try:
        return EntityKind(text) if text else EntityKind.STOCK
    except ValueError:
        table.refuse(line, f"there is no kind {text!r}", f"there are: {', '.join(EntityKind)}")
        return EntityKind.STOCK


def _listed(text: str, line: int, table: Table) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        table.refuse(line, f"{text!r} is no day of listing", "write it as 2014-12-10")
        return None
