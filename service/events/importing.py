"""Any CSV of securities into a watchlist of ours: which column is which, and which lines cannot be taken.

Guarantee: every line is either taken or reported with its number; what is taken holds no id and no name twice, so that nobody is
taken for somebody else. It must not open files.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.errors import Problem
from service.events.watchlist_csv import is_chinese, too_short
from service.folding import fold

_IDS = ("id", "symbol", "ticker", "stock_code", "code", "代码", "证券代码", "股票代码")
_NAMES = ("name", "en", "zh", "security name", "short_name", "company", "名称", "简称", "证券简称", "股票简称")
_MARKETS = ("market", "exchange")
_LISTED = ("listed", "list_date", "上市日期")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXCHANGES = {"6": "SH", "0": "SZ", "3": "SZ", "4": "BJ", "8": "BJ", "9": "BJ"}
_PREFIXED = re.compile(r"(?i:(sh|sz|bj))(\d{6})")
_MARKET = re.compile(r"[A-Z]{1,3}")
_BAD_ID = re.compile(r"[\s;]")
COLUMNS = ("id", "en", "zh", "tags", "listed")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read; "" lets the header decide. `market` is added to ids that have none."""

    id: str = ""
    name: str = ""
    market: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line that was taken."""

    id: str
    names: tuple[str, ...]
    listed: str = ""


@dataclass(slots=True)
class Import:
    """What came of a file so far: iterate over `lines` to go on, then look at `rows` and `problems`."""

    file: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _names: dict[str, tuple[str, int]] = field(default_factory=dict)

    def lines(self, text: str, columns: Columns = Columns()) -> Iterator[int]:
        """Read line by line; yields the line that was read last."""
        lines = text.removeprefix("\ufeff").splitlines(keepends=True)
        skipped = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
        reader = csv.reader(lines[skipped:])
        header = [cell.strip().lower() for cell in next(reader, [])]
        places = _places(header, columns)
        if places is None:
            self._refuse(skipped + 1, "cannot tell which columns hold id and name", "say it with --id COLUMN and --name COLUMN")
            return
        for cells in reader:
            line = skipped + reader.line_num
            if any(cell.strip() for cell in cells):
                self._take([*cells, *[""] * len(header)], places, line, columns.market)
            yield line

    def _take(self, cells: Sequence[str], places: "_Places", line: int, market: str) -> None:
        one = _identity(cells, places, market)
        names = tuple(dict.fromkeys(part.strip() for place in places.names for part in cells[place].split(";") if part.strip()))
        fault = self._fault(one, names)
        if fault:
            self._refuse(line, *fault)
            return
        listed = cells[places.listed].strip() if places.listed is not None else ""
        self._ids[one] = line
        self._names |= {fold(name): (one, line) for name in names}
        self.rows.append(Row(one, names, listed if _DAY.fullmatch(listed) else ""))

    def _fault(self, one: str, names: Sequence[str]) -> tuple[str, str] | None:
        if not one:
            return "the id is empty", ""
        if _BAD_ID.search(one) or len(one) > 40:
            return f"{one!r} cannot be an id", "up to 40 characters without blanks"
        if one in self._ids:
            return f"the id {one} comes twice", f"first in line {self._ids[one]}"
        if not names:
            return f"{one} has no name", ""
        for name in names:
            if too_short(name):
                return f"the name {name!r} of {one} is too short", "it would be found everywhere"
            other = self._names.get(fold(name))
            if other is not None:
                return f"the name {name!r} of {one} is that of {other[0]} already", f"line {other[1]}"
        return None

    def _refuse(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, line, 1, message, hint))

    def csv(self, tags: Sequence[str] = ()) -> str:
        """The rows as a watchlist file."""
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            english = "; ".join(name for name in row.names if not is_chinese(name))
            chinese = "; ".join(name for name in row.names if is_chinese(name))
            writer.writerow((row.id, english, chinese, "; ".join(tags), row.listed))
        return target.getvalue()


@dataclass(frozen=True, slots=True)
class _Places:
    id: int
    names: tuple[int, ...]
    market: int | None
    listed: int | None


def _places(header: Sequence[str], columns: Columns) -> _Places | None:
    one = _first(header, (columns.id.lower(),) if columns.id else _IDS)
    wanted = (columns.name.lower(),) if columns.name else _NAMES
    names = tuple(index for index, name in enumerate(header) if name in wanted and index != one)
    if one is None or not names:
        return None
    return _Places(one, names, _first(header, _MARKETS), _first(header, _LISTED))


def _first(header: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((header.index(name) for name in wanted if name in header), None)


def _mainland(code: str) -> str:
    """The exchange that a bare code of six digits belongs to."""
    return _EXCHANGES.get(code[0], "") if len(code) == 6 and code.isdigit() else ""


def _identity(cells: Sequence[str], places: _Places, market: str) -> str:
    """The ticker with its market, taken from the file's column or the caller where it has none."""
    one = cells[places.id].strip()
    prefixed = _PREFIXED.fullmatch(one)
    if prefixed is not None:
        return f"{prefixed[2]}.{prefixed[1].upper()}"
    said = cells[places.market].strip().upper() if places.market is not None else ""
    known = market.upper() or (said if _MARKET.fullmatch(said) else "") or _mainland(one)
    return one if not one or "." in one or not known else f"{one}.{known}"
