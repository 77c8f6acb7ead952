"""One item while it is being read: its text, the folded text, and where the catalog's names stand in it.

Guarantee: every span counts in `document`; `folded` is as long as it.
It must not decide anything about events.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.events.names import Named, from_bracket
from service.folding import fold
from service.model.entity import Catalog
from service.model.span import Span

_TICKER = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
_WORDS = re.compile(r"[^\W_]+")
_BEFORE = 50


@dataclass(frozen=True, slots=True)
class Mention:
    """Who an event is about. `text` is "" where nobody is named; `alias` is the other name given in brackets."""

    text: str
    span: Span | None = None
    entity: str | None = None
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Wordbook:
    """What is known of names: the catalog, folded names and tickers to ids, and a company's other listings by market."""

    catalog: Catalog
    names: Mapping[str, str]
    tickers: Mapping[str, str]
    listings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def bracketed(document: str, inside: Span, book: Wordbook) -> str | None:
    """The id that a bracket stands for: a known name, a ticker with its market, or the bare ticker of who is named before it."""
    text = inside.of(document).strip()
    entity = from_bracket(text, book.names, book.tickers)
    if entity is not None or not _TICKER.fullmatch(text):
        return entity
    entity = book.tickers.get(f"{text.replace('.', '-').lower()}.us")
    before = set(_WORDS.findall(fold(document[max(0, inside.start - _BEFORE) : inside.start])))
    names = book.catalog[entity].names_en if entity else ()
    return entity if any(_WORDS.findall(fold(name))[:1] and _WORDS.findall(fold(name))[0] in before for name in names) else None


@dataclass(slots=True)
class Reading:
    """`names` are the catalog's names in the text, in order, the longest of nested ones; `topic` is whom the item is about
    (None until somebody asks), `markets` is where codes behind their names list them, `spans` are the sentences,
    of which the first two tell."""

    document: str
    folded: str
    published: datetime | None
    names: Sequence[Named]
    book: Wordbook
    starts: Sequence[int] = field(init=False)
    topic: list[Mention] | None = None
    markets: dict[str, str] | None = None
    spans: Sequence[Span] = ()
    aliases: dict[str, Mention] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.starts = [name.span.start for name in self.names]

    def names_in(self, start: int, end: int) -> list[Named]:
        """The names that lie wholly inside the range."""
        first, last = bisect_left(self.starts, start), bisect_right(self.starts, end)
        return [name for name in self.names[first:last] if name.span.end <= end]

    def covered(self, position: int) -> Named | None:
        """The name that the character at `position` belongs to."""
        index = bisect_right(self.starts, position) - 1
        if index >= 0 and self.names[index].span.end > position:
            return self.names[index]
        return None

    def bracket(self, inside: Span) -> tuple[str, str | None]:
        """What a bracket says: the other name in it ("" for a ticker) and the id it stands for."""
        text = inside.of(self.document).strip()
        entity = bracketed(self.document, inside, self.book)
        is_name = 2 <= len(text) <= 20 and not any(character.isdigit() or character in ":.：" for character in text)
        alias = text if is_name and not (text.isascii() and text.isupper()) else ""
        return alias, entity
