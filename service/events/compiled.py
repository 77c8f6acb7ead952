"""The vocabulary and the names as one automaton: every literal of every type, blocker and entity is found in one pass.

Guarantee: immutable once built; a scan's work is linear in the text and does not grow with the number of names.
It must not decide what a hit means.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

import ahocorasick_rs

from service.events.boards import NO_BOARDS, Boards
from service.events.names import Named, codes, folded_names, longest, whole
from service.events.notation import NUMBER
from service.events.reading import Wordbook
from service.events.vocabulary import Blocker, EventType, Trigger
from service.model.entity import Catalog
from service.model.span import Span

_NUMBER_WORDS = (
    r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|"
    r"multi|several)"
)
_REACH = 12
"""How many characters a number before or after the fixed part of a phrase may take."""
MAX_TRIGGERS = 12_000
"""A text is read up to so many words that could assert something, overlapping ones each counted. The longest item that is kept
(64 KiB) has about 6,000 if it is as dense as the densest news; what goes beyond was made to cost time."""

MAX_HITS = 60_000
"""The same for all words of the vocabulary and all names."""


class Role(IntEnum):
    """What a literal is to an entry."""

    TRIGGER = 0
    COMPANION = 1
    BLOCKER = 2


class Use(NamedTuple):
    """That a literal belongs to an entry; `shape` checks the numbers around it where the phrase has one."""

    role: Role
    entry: int
    shape: re.Pattern[str] | None


class Hit(NamedTuple):
    """A literal of the vocabulary that stands in the text, already as wide as its numbers."""

    start: int
    end: int
    role: Role
    entry: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """`triggers[i]` belongs to `types[owners[i]]`; `blockers` come with the name of the type they hold for (None: all)."""

    types: Mapping[str, EventType]
    triggers: tuple[Trigger, ...]
    owners: tuple[str, ...]
    blockers: tuple[tuple[Blocker, str | None], ...]
    book: Wordbook
    automaton: ahocorasick_rs.AhoCorasick
    uses: tuple[tuple[Use, ...], ...]
    ids: tuple[str | None, ...]
    starts_event: bytes
    boards: Boards = NO_BOARDS

    def scan(self, folded: str) -> list[tuple[int, int, int]]:
        """The literals in the text as (pattern, start, end), as far as it is read; empty when no trigger is among them."""
        raw = self.automaton.find_matches_as_indexes(folded, overlapping=True)
        raw = raw[: self._enough(raw)]
        return raw if any(self.starts_event[hit[0]] for hit in raw) else []

    def read_to(self, folded: str) -> int:
        """Where reading ends: the length of the text, unless it has too many words of ours."""
        raw = self.automaton.find_matches_as_indexes(folded, overlapping=True)
        last = self._enough(raw)
        return raw[last][1] if last < len(raw) else len(folded)

    def _enough(self, raw: Sequence[tuple[int, int, int]]) -> int:
        most = min(len(raw), MAX_HITS)
        if most <= MAX_TRIGGERS:
            return most
        triggers = (index for index, hit in enumerate(islice(raw, most)) if self.starts_event[hit[0]])
        return next(islice(triggers, MAX_TRIGGERS, None), most)

    def names(self, raw: Iterable[tuple[int, int, int]], folded: str) -> list[Named]:
        """The names of entities among the literals: whole words, the longest of nested ones."""
        ids = self.ids
        found = [(start, end, ids[pattern]) for pattern, start, end in raw if ids[pattern] is not None]
        return longest([Named(Span(start, end), entity) for start, end, entity in found if entity and whole(folded, start, end)])

    def hits(self, raw: Iterable[tuple[int, int, int]], folded: str) -> list[Hit]:
        """The vocabulary's literals among `raw`, as wide as their numbers, in the order of the text."""
        found = []
        for pattern, start, end in raw:
            for use in self.uses[pattern]:
                place = (start, end) if use.shape is None else _shaped(use.shape, folded, start, end)
                if place is not None and whole(folded, *place):
                    found.append(Hit(*place, use.role, use.entry))
        return sorted(found)


def _shaped(shape: re.Pattern[str], folded: str, start: int, end: int) -> tuple[int, int] | None:
    for match in shape.finditer(folded, max(0, start - _REACH), end + _REACH):
        if match.start() <= start and match.end() >= end:
            return match.span()
    return None


class _Builder:
    def __init__(self) -> None:
        self.patterns: dict[str, int] = {}
        self.uses: list[list[Use]] = []

    def pattern(self, literal: str) -> int:
        number = self.patterns.setdefault(literal, len(self.patterns))
        if number == len(self.uses):
            self.uses.append([])
        return number

    def use(self, literals: Iterable[str], role: Role, index: int) -> None:
        for literal in literals:
            if NUMBER not in literal:
                self.uses[self.pattern(literal)].append(Use(role, index, None))
                continue
            fixed = max(reversed(literal.split(NUMBER)), key=len).strip(" ")
            shape = re.compile(re.escape(literal).replace(re.escape(NUMBER), _NUMBER_WORDS))
            self.uses[self.pattern(fixed)].append(Use(role, index, shape))


def build(types: Sequence[EventType], catalog: Catalog, boards: Boards = NO_BOARDS) -> Compiled:
    """All types and names into one automaton."""
    builder = _Builder()
    triggers: list[Trigger] = []
    owners: list[str] = []
    blockers: list[tuple[Blocker, str | None]] = []
    for kind in types:
        for trigger in kind.triggers:
            builder.use(trigger.say, Role.TRIGGER, len(triggers))
            builder.use(trigger.companions, Role.COMPANION, len(triggers))
            triggers.append(trigger)
            owners.append(kind.name)
        for blocker in kind.blockers:
            builder.use(blocker.say, Role.BLOCKER, len(blockers))
            blockers.append((blocker, None if kind.shared else kind.name))
    names = folded_names(catalog)
    named = {builder.pattern(name): entity for name, entity in names.items()}
    starts = bytes(any(use.role is Role.TRIGGER for use in uses) for uses in builder.uses)
    return Compiled(
        types={kind.name: kind for kind in types if not kind.shared},
        triggers=tuple(triggers),
        owners=tuple(owners),
        blockers=tuple(blockers),
        book=Wordbook(catalog, names, codes(catalog)),
        automaton=ahocorasick_rs.AhoCorasick(list(builder.patterns), matchkind=ahocorasick_rs.MatchKind.Standard),
        uses=tuple(tuple(uses) for uses in builder.uses),
        ids=tuple(named.get(number) for number in range(len(builder.patterns))),
        starts_event=starts,
        boards=boards,
    )
