"""An item laid out for conditions: folded text, title and body, words, events. One per item, shared by all rules.

Guarantee: every position is one of `Item.document`, so that evidence of any rule can be marked in it.
It must not know any condition.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache

from service.folding import fold
from service.model.event import Event, Status
from service.model.item import Item
from service.model.span import Span

# Scripts that are written without blanks between words: their characters end a Latin word, and each counts as a word itself.
_SOLID = "\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_SOLID}]|[^\\W{_SOLID}]+")
_SOLID_CHARACTER = re.compile(f"[{_SOLID}]")
_RUN = re.compile(f"[\\w{_SOLID}]+")
_LETTERS = re.compile(f"[^\\W{_SOLID}]+")
# Blocks without marks that would combine with the letter before them (tests hold this against Unicode's tables): most news.
_UNUSUAL = re.compile("[^\x00-\u02ff\u2000-\u20cf\u2100-\u2cee\u2e80-\ua66e\uf900-\ufaff\uff00-\uffff]")
_UNEVEN = ("  ", "\x1c", "\x1d", "\x1e", "\x1f")
"""What white space may be in a folded text, beside single blanks and line feeds."""
# In ASCII, each character that ends a word as a blank: several times as fast as a pattern.
_ASCII_WORDS = [chr(code) if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128)]


@lru_cache(maxsize=4096)
def joins(character: str) -> bool:
    """Whether a character makes a Latin word longer: a letter, digit, underscore or combining mark of a script with blanks."""
    if character.isalnum() or character == "_" or unicodedata.combining(character):
        return character.isascii() or not _SOLID_CHARACTER.match(character)
    return False


def tokens_of(folded: str) -> list[str]:
    """The words of scripts with blanks, each as long as `joins` makes it, in order."""
    if folded.isascii():
        return folded.translate(_ASCII_WORDS).split()
    if _UNUSUAL.search(folded) and any(map(unicodedata.combining, set(folded))):
        return "".join([character if joins(character) else " " for character in folded]).split()
    return _LETTERS.findall(folded)


def is_solid(folded: str) -> bool:
    """Whether a text has a character of a script without blanks."""
    return not folded.isascii() and _SOLID_CHARACTER.search(folded) is not None


def solid_runs(folded: str) -> list[str]:
    """Where scripts without blanks stand: their characters, with the letters and digits that stand beside them."""
    return [run for run in _RUN.findall(folded) if not run.isascii()] if is_solid(folded) else []


class FoldedText:
    """A text beside its folded form, character by character; what cannot be encoded is replaced."""

    def __init__(self, text: str) -> None:
        self.document = text.encode("utf-8", "replace").decode("utf-8")
        self.folded = fold(self.document)
        self.flat = self.folded.replace("\n", " ")
        """The same with a blank for each line feed."""

    @cached_property
    def is_even(self) -> bool:
        """Whether white space between words is one blank in `flat`, so that several words are found there as they are."""
        return not any(map(self.flat.__contains__, _UNEVEN))

    @property
    def whole(self) -> Span:
        """All of it."""
        return Span(0, len(self.document))


class Reading(FoldedText):
    """What rules see of one item that came in at `now`. `events` are only those that count: what a text denies fires nothing."""

    def __init__(self, item: Item, events: Sequence[Event], now: datetime | None = None) -> None:
        super().__init__(item.document)
        self.item = item
        self.now = now
        self.events = tuple(event for event in events if event.status in (Status.ASSERTED, Status.PLANNED))
        self.other_events = tuple(event for event in events if event.status in (Status.DENIED, Status.HISTORICAL))
        self.places: dict[Hashable, tuple[Span, ...]] = {}
        """Where something stands, kept by those who looked for it, for others who ask the same."""
        self.standing: dict[str, dict[str, bool]] = defaultdict(dict)
        """Whether it stands there at all, by area: most ask no more."""
        title = len(item.title)
        stands_alone = item.text.startswith(item.title)
        self.areas = {
            "both": self.whole,
            "title": Span(0, title),
            "text": Span(0 if stands_alone else min(title + 1, len(self.document)), len(self.document)),
        }

    @property
    def at(self) -> datetime | None:
        """The time that rules go by: when the item was published, or else when it came in."""
        return self.item.published or self.now

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """How the events name whom they are about, folded: their subjects and aliases."""
        names = dict.fromkeys(name for event in self.events for name in (event.subject, event.alias) if name)
        return tuple(FoldedText(name).folded for name in names)

    @cached_property
    def _starts(self) -> list[int]:
        return [found.start() for found in _WORD.finditer(self.folded)]

    def word_number(self, position: int) -> int:
        """How many words begin up to and at a position; the difference of two is their distance in words."""
        return bisect_right(self._starts, position)
