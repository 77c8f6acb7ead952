"""The vocabulary as one automaton: every literal of every type and blocker is found in one pass; the names have their own.

Guarantee: immutable once built; a scan's work is linear in the text and does not grow with the number of names.
It must not decide what a hit means.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

import ahocorasick_rs

from service.events.boards import NO_BOARDS, Boards
from service.events.gazetteer import Gazetteer, build_gazetteer
from service.events.names import Named, whole
from service.events.notation import NUMBER
from service.events.reading import Wordbook
from service.events.vocabulary import Blocker, EventType, Trigger
from service.model.entity import Catalog

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
    gazetteer: Gazetteer
    automaton: ahocorasick_rs.AhoCorasick
    uses: tuple[tuple[Use, ...], ...]
    aside_uses: tuple[tuple[Use, ...], ...]
    starts_event: bytes
    aside: frozenset[tuple[bool, int]]
    """Entries of types that are read on their own, as (whether it is a blocker, number)."""
    boards: Boards = NO_BOARDS

    @property
    def book(self) -> Wordbook:
        """What is known of names."""
        return self.gazetteer.book

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

    def names(self, document: str, folded: str, hits: Iterable[Hit]) -> list[Named]:
        """The names of entities in the text, given the vocabulary's hits in it (in order)."""
        return self.gazetteer.names(document, folded, [hit.start for hit in hits if hit.role is Role.TRIGGER])

    def hits(self, raw: Iterable[tuple[int, int, int]], folded: str) -> list[Hit]:
        """The vocabulary's literals among `raw`, as wide as their numbers, in the order of the text.

        Those of types that are read on their own only where one of their triggers can fire: it stands in the text, and so does
        one of its companions.
        """
        raw = list(raw)
        found = [hit for hits in raw if self.uses[hits[0]] for hit in _placed(self.uses[hits[0]], folded, hits)]
        apart = [hits for hits in raw if self.aside_uses[hits[0]]]
        if apart:
            found += self._beside(apart, folded)
        return sorted(found)

    def _beside(self, raw: Sequence[tuple[int, int, int]], folded: str) -> list[Hit]:
        uses = {(use.role, use.entry) for pattern in {hits[0] for hits in raw} for use in self.aside_uses[pattern]}
        live = {
            entry
            for role, entry in uses
            if role is Role.TRIGGER and (not self.triggers[entry].companions or (Role.COMPANION, entry) in uses)
        }
        if not live:
            return []
        owners = {self.owners[entry] for entry in live}
        return [
            hit
            for hits in raw
            for hit in _placed(self.aside_uses[hits[0]], folded, hits)
            if (self.blockers[hit.entry][1] in owners if hit.role is Role.BLOCKER else hit.entry in live)
        ]


def _placed(uses: Iterable[Use], folded: str, raw: tuple[int, int, int]) -> Iterator[Hit]:
    """The uses of a literal at one place of the text."""
    _, start, end = raw
    plain = whole(folded, start, end)
    for role, entry, shape in uses:
        if shape is None:
            if plain:
                yield Hit(start, end, role, entry)
            continue
        place = _shaped(shape, folded, start, end)
        if place is not None and (whole(folded, *place) or _counts(folded, *place)):
            yield Hit(*place, role, entry)


def _counts(folded: str, start: int, end: int) -> bool:
    """A number may follow the letter that ends a Chinese name: 粤电力A[2连板], 20cm[4连板]."""
    return folded[start].isdigit() and folded[start - 1].isalpha() and not folded[end - 1].isascii()


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


def build(
    types: Sequence[EventType], catalog: Catalog, ambiguous: Set[str] = frozenset(), boards: Boards = NO_BOARDS
) -> Compiled:
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
    aside = frozenset(_aside(types, owners, blockers))
    starts = bytes(any(use.role is Role.TRIGGER for use in uses) for uses in builder.uses)
    return Compiled(
        types={kind.name: kind for kind in types if not kind.shared},
        triggers=tuple(triggers),
        owners=tuple(owners),
        blockers=tuple(blockers),
        gazetteer=build_gazetteer(catalog, ambiguous),
        automaton=ahocorasick_rs.AhoCorasick(list(builder.patterns), matchkind=ahocorasick_rs.MatchKind.Standard),
        uses=tuple(tuple(use for use in uses if _key(use) not in aside) for uses in builder.uses),
        aside_uses=tuple(tuple(use for use in uses if _key(use) in aside) for uses in builder.uses),
        starts_event=starts,
        aside=aside,
        boards=boards,
    )


def _key(use: Use) -> tuple[bool, int]:
    return use.role is Role.BLOCKER, use.entry


def _aside(
    types: Sequence[EventType], owners: Sequence[str], blockers: Sequence[tuple[Blocker, str | None]]
) -> Iterator[tuple[bool, int]]:
    names = {kind.name for kind in types if kind.aside}
    yield from ((False, number) for number, owner in enumerate(owners) if owner in names)
    yield from ((True, number) for number, (_, owner) in enumerate(blockers) if owner in names)
