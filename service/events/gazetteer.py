"""All names of the catalog as one automaton: which entities a text names, and where.

Guarantee: immutable once built; the work is linear in the text and does not grow with the number of names. It stands apart from
the vocabulary's automaton because most texts hold no trigger and need no names.
It must not decide who an event is about.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from operator import itemgetter

import ahocorasick_rs

from service.events.listings import siblings
from service.events.names import Care, Named, codes, known_names, longest, shared_names, whole
from service.events.reading import Wordbook
from service.events.standing import Found, Surroundings, standing
from service.model.entity import Catalog


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`ids[n]` and `cares[n]` are whom the automaton's pattern n names, and with what care."""

    automaton: ahocorasick_rs.AhoCorasick
    ids: tuple[str, ...]
    cares: bytes
    book: Wordbook

    def names(self, document: str, folded: str, triggers: Sequence[int]) -> list[Named]:
        """The names that stand in the text: whole words, the longest of nested ones, words that are no names left out."""
        found = [
            Found(start, end, self.ids[pattern], self.cares[pattern])
            for pattern, start, end in self.automaton.find_matches_as_indexes(folded, overlapping=True)
            if whole(folded, start, end)
        ]
        found.sort(key=itemgetter(0, 1))
        return longest(standing(found, Surroundings(document, folded, triggers, self.book)))


def build_gazetteer(catalog: Catalog, ambiguous: Set[str] = frozenset()) -> Gazetteer:
    """Compile the names of a catalog; `ambiguous` are words before they are names."""
    known = known_names(catalog, ambiguous)
    return Gazetteer(
        automaton=ahocorasick_rs.AhoCorasick(list(known), matchkind=ahocorasick_rs.MatchKind.Standard),
        ids=tuple(one.entity for one in known.values()),
        cares=bytes(one.care for one in known.values()),
        book=Wordbook(
            catalog,
            {name: one.entity for name, one in known.items() if not _latin_word(name, one.care)},
            codes(catalog),
            siblings(catalog, shared_names(catalog)),
        ),
    )


def _latin_word(name: str, care: int) -> bool:
    """ "(target)" in brackets is no ticker."""
    return bool(care & Care.WORD) and name.isascii()
