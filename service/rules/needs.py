"""What a rule requires of an item, as numbers that an index takes as they are.

Guarantee: what is written here is never more than what must occur for the rule to hold; of many keys some are left out.
It must not know any other rule: how common a key is among all of them, the index finds out.
"""

from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from service.rules.condition import Key, Keys, Way
from service.rules.numbers import TEXT, numbers_of, rarity_of, with_rarity
from service.rules.rarity import rarity
from service.rules.reading import is_solid

WIDTH = 4
"""Numbers of a way, the rarest ones: of more, the others would decide next to nothing."""
PATTERN = "regex:"
_ROW = Struct(f"={WIDTH}Q")
_NOTHING = (0,) * WIDTH
"""Stands for the numbers that a way has not."""


class Needs(NamedTuple):
    """`rows` holds WIDTH numbers for each way, with the chance of each; `sought` are the keys that are found only by looking for
    them. `always`: nothing is required; no rows: it can never hold.
    """

    rows: bytes
    sought: tuple[str, ...]
    always: bool


def needs_of(ways: Keys) -> Needs:
    """The ways in which a rule may come to hold."""
    if () in ways:
        return Needs(b"", (), always=True)
    known = {key: _known(key) for way in ways for key in way}
    sought: dict[str, None] = {}
    if any(is_sought for _, is_sought in known.values()):
        ways = tuple(map(_without_patterns, ways))
        sought = {str(key): None for way in ways for key in way if known[key][1]}
    rows = [_row([number for key in way for number in known[key][0]]) for way in ways]
    return Needs(b"".join(rows), tuple(sought), always=False)


def _without_patterns(way: Way) -> Way:
    """A pattern that stands beside a word is not looked for: it would only cost."""
    return tuple(key for key in way if not str(key).startswith(PATTERN)) or way[:1]


def _row(numbers: list[int]) -> bytes:
    rarest = sorted(numbers, key=rarity_of, reverse=True)[:WIDTH] if len(numbers) > WIDTH else numbers
    return _ROW.pack(*rarest, *_NOTHING[len(rarest) :])


@lru_cache(maxsize=1 << 16)
def _known(key: Key) -> tuple[tuple[int, ...], bool]:
    """The numbers of a key, and whether it is found only by looking for it."""
    sought = isinstance(key, str) and (key.startswith(PATTERN) or (key.startswith(TEXT) and not is_solid(key)))
    return tuple(with_rarity(number, rarity(key)) for number in numbers_of(key)), sought
