"""Price limits: which board a security trades on, and how far its price may move there on a day.

Data is rules/boards/*.yaml; a board is told by the first digits of a code in its market, so no list of securities is needed.
Guarantee: pure; whatever is wrong with a file is reported at its line. It must not look at texts or events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field

from service.errors import Problem
from service.marked_yaml import Document, validate

_SATURDAY = 5


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitText(_Model):
    """`pct` holds from `since` on, but not on a stock's first `free_days` trading days; `rule` says who decided so."""

    since: date
    pct: float = Field(gt=0, le=100)
    free_days: int = Field(ge=0, le=30)
    rule: str = Field(min_length=1)


class BoardText(_Model):
    """One board; `warned` holds for stocks under a risk warning (ST) where it differs."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    codes: dict[str, list[str]]
    limits: list[LimitText] = Field(min_length=1)
    warned: list[LimitText] = Field(default=[])


class BoardsText(_Model):
    """A whole file."""

    boards: list[BoardText]


@dataclass(frozen=True, slots=True)
class Limit:
    """What holds from a day on; `entry` is the file and line that say it."""

    since: date
    pct: float
    free_days: int
    rule: str
    entry: str


@dataclass(frozen=True, slots=True)
class Board:
    """Limits in the order of their days."""

    id: str
    limits: tuple[Limit, ...]
    warned: tuple[Limit, ...]

    def limit(self, day: date, *, warned: bool = False, listed: date | None = None) -> Limit | None:
        """What holds on `day`; None before the first rule, and on the free days of a stock listed on `listed`."""
        limits = self.warned if warned and self.warned else self.limits
        held = next((limit for limit in reversed(limits) if limit.since <= day), None)
        if held is None or (listed is not None and not warned and weekdays(listed, day) <= held.free_days):
            return None
        return held


def weekdays(first: date, last: date) -> int:
    """How many days from `first` to `last`, both counted, are no week-ends; holidays are not known."""
    days = max(0, (last - first).days + 1)
    weeks, rest = divmod(days, 7)
    return 5 * weeks + sum((first + timedelta(number)).weekday() < _SATURDAY for number in range(rest))


@dataclass(frozen=True, slots=True)
class Boards:
    """All boards, by market and first digits; `longest` is how many digits the longest of them has."""

    by_code: Mapping[tuple[str, str], Board]
    longest: int

    def of(self, security: str) -> Board | None:
        """The board of a security by its id (300750.SZ); the longest digits that match decide."""
        code, _, market = security.partition(".")
        return self._of(code, market) if len(code) == 6 and code.isdigit() else None

    def of_code(self, code: str) -> Board | None:
        """The board of a bare code of six digits, if no other market has such codes: 920 is Beijing's."""
        found = [board for market in sorted({market for market, _ in self.by_code}) if (board := self._of(code, market))]
        return found[0] if len(found) == 1 else None

    def _of(self, code: str, market: str) -> Board | None:
        for length in range(self.longest, 0, -1):
            board = self.by_code.get((market, code[:length]))
            if board is not None:
                return board
        return None


NO_BOARDS = Boards({}, 0)


def parse_boards(document: Document) -> tuple[list[tuple[tuple[str, str], Board]], list[Problem]]:
    """Read one file of rules/boards into pairs of (market, digits) and board."""
    text, problems = validate(document, BoardsText)
    if text is None:
        return [], problems
    found: list[tuple[tuple[str, str], Board]] = []
    for number, one in enumerate(text.boards):
        path = ("boards", number)
        limits, warned = (
            _limits(document, texts, (*path, name), problems) for name, texts in (("limits", one.limits), ("warned", one.warned))
        )
        board = Board(one.id, limits, warned)
        for market, codes in one.codes.items():
            problems += [
                document.problem((*path, "codes", market), f"{code!r} is not the first digits of a code")
                for code in codes
                if not code.isdigit()
            ]
            found += [((market, code), board) for code in codes]
    return found, problems


def _limits(
    document: Document, texts: Sequence[LimitText], path: tuple[str | int, ...], problems: list[Problem]
) -> tuple[Limit, ...]:
    if list(texts) != sorted(texts, key=lambda one: one.since):
        problems.append(document.problem(path, "the days since when limits hold must follow each other"))
    lines = [document.mark((*path, number)).line for number in range(len(texts))]
    return tuple(
        Limit(one.since, one.pct, one.free_days, one.rule, f"{document.file}:{line}")
        for one, line in zip(texts, lines, strict=True)
    )


def build_boards(found: Iterable[tuple[tuple[str, str], Board]]) -> Boards:
    """All boards of all files; of two with the same digits the last one holds."""
    by_code = dict(found)
    return Boards(by_code, max((len(code) for _, code in by_code), default=0))
