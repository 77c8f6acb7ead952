"""What a rule requires of an item, as numbers that an index takes as they are.

Guarantee: what is written here is never more than what must occur for the rule to hold; of many keys some are left out.
It must not know any other rule: how common a key is among all of them, the index finds out.
"""

from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from service.rules.condition import Key, Keys, Way
from service.rules.numbers import TEXT, chance_of, numbers_of, with_chance
from service.rules.rarity import chance
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
    plain = [_without_patterns(way) for way in ways]
    sought = tuple(dict.fromkeys(key for way in plain for key in way if isinstance(key, str) and _is_sought(key)))
    return Needs(b"".join(map(_row, plain)), sought, always=False)


def _without_patterns(way: Way) -> Way:
    """A pattern that stands beside a word is not looked for: it would only cost."""
    return tuple(key for key in way if not str(key).startswith(PATTERN)) or way[:1]


def _is_sought(key: str) -> bool:
    return key.startswith(PATTERN) or (key.startswith(TEXT) and not is_solid(key))


def _row(way: Way) -> bytes:
    numbers = [number for key in way for number in _numbers(key)]
    rarest = sorted(numbers, key=chance_of)[:WIDTH] if len(numbers) > 1 else numbers
    return _ROW.pack(*rarest, *_NOTHING[len(rarest) :])


@lru_cache(maxsize=1 << 16)
def _numbers(key: Key) -> tuple[int, ...]:
    return tuple(with_chance(number, chance(key)) for number in numbers_of(key))
