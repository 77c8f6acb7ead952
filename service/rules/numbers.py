"""Keys as numbers: what occurs in an item becomes one array, and is compared with millions of keys at once.

Guarantee: a key that occurs in a text has all its numbers among those of the text; another key may have the same ones, which
costs an evaluation and changes no answer.
It must not know any rule.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.rules.condition import Key
from service.rules.reading import solid_runs

Numbers = NDArray[np.uint64]

TEXT = "text:"
LONGEST = 4
"""Characters of a script without blanks that are taken together; longer texts are known by their first and their last so many."""
MARKS = 17
"""Binary digits by which numbers are told apart within an item: enough for few to meet, few enough to be looked up fast."""
_HALF, _BELOW, _MASK = np.uint64(32), np.uint64(16), np.uint64((1 << MARKS) - 1)
_RARITY = 0xFF
_BITS = (1 << 64) - 1
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
"""Odd, so that no bit of a factor is lost: fractions of the golden ratio and others that hash functions use."""
_ARRAYS = tuple(np.array([factor], np.uint64) for factor in _FACTORS)


def numbers_of(key: Key) -> tuple[int, ...]:
    """The numbers of a key."""
    if isinstance(key, tuple):
        one, other = key
        return ((hash(one) * _FACTORS[0] + hash(other)) & _BITS,)
    if key.isascii() or not key.startswith(TEXT) or not (runs := solid_runs(key[len(TEXT) :])):
        return (hash(key) & _BITS,)
    grams = {run[place] for run in runs for place in (slice(LONGEST), slice(-LONGEST, None))}
    return tuple(map(_gram, sorted(grams, key=len, reverse=True)))


def of_words(words: Sequence[str]) -> Numbers:
    """The numbers of words, or of any other texts that are keys."""
    return np.fromiter(map(hash, words), np.int64, len(words)).view(np.uint64)


def of_pairs(words: Numbers) -> Numbers:
    """The numbers of every two that follow each other."""
    return words[:-1] * _ARRAYS[0] + words[1:]


def of_grams(runs: Sequence[str]) -> list[Numbers]:
    """The numbers of all characters that follow each other in any of `runs`, one alone to LONGEST of them."""
    if not runs:
        return []
    characters = np.frombuffer("\0".join(runs).encode("utf-32-le"), "<u4").astype(np.uint64)
    totals = [characters * _ARRAYS[0]]
    for length in range(1, LONGEST):
        totals.append(totals[-1][:-1] + characters[length:] * _ARRAYS[length])
    return [_mixed(total) for total in totals]


def _gram(text: str) -> int:
    total = sum(ord(character) * factor for character, factor in zip(text, _FACTORS, strict=False)) & _BITS
    return (total ^ total >> 32) * _FACTORS[0] & _BITS


def _mixed(total: Numbers) -> Numbers:
    """So that texts which are alike have numbers that are not, as hashes of words have from the beginning."""
    return (total ^ total >> _HALF) * _ARRAYS[0]


def with_rarity(number: int, rarity: int) -> int:
    """The number of a key whose last digits say how rare the key is; nothing else is read in these."""
    return number & ~_RARITY | min(rarity, _RARITY)


def rarity_of(number: int) -> int:
    """What its last digits say."""
    return number & _RARITY


def rarities_of(numbers: Numbers) -> Numbers:
    """The same for many."""
    return numbers & np.uint64(_RARITY)


def marks_of(numbers: Numbers) -> NDArray[np.uint32]:
    """By what numbers are told apart in an item: those of its own digits that do not tell where a way waits."""
    return ((numbers >> _BELOW) & _MASK).astype(np.uint32)


def occurring(numbers: Numbers) -> NDArray[np.bool_]:
    """For each mark, whether one of `numbers` has it."""
    found = np.zeros(1 << MARKS, np.bool_)
    found[marks_of(numbers)] = True
    found[0] = True
    return found
