"""Which rules an item may concern: those of which everything occurs that one of their ways to hold requires.

Each way of each rule waits under the rarest of its keys, so that many rules that share a common word cost nothing where only that
one occurs; where the rarest does, the others are asked for. Keys are numbers in arrays: all keys of an item are looked up at once,
and then all ways that wait under any of them, so that a million rules cost a few reads of memory and not as many objects.
Guarantee: a rule is left out for an item only if it cannot hold there, so that the index never changes an answer (proved against
a plain loop over all rules).
"""

from array import array
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from service.rules.condition import Key, Keys
from service.rules.numbers import Numbers, marks_of, numbers_of, occurring
from service.rules.rarity import commonness
from service.rules.reading import Reading
from service.rules.scan import Scan

WIDTH = 4
"""Keys of a way that are asked for, the rarest ones: of more, the others decide nothing."""
_ROOM = 2
"""Binary digits by which there are more places to wait than ways, so that few meet others in theirs."""
_NOTHING = (0,) * WIDTH
"""Stands for keys that a way has not: it occurs in every item."""


class Index:
    """Built once for a set of rules, from what each of them requires."""

    def __init__(self, required: Sequence[Keys]) -> None:
        self._always: list[int] = []
        rules, rows = array("i"), array("Q")
        common = commonness(required)
        numbers = {key: _numbers(key) for key in common}
        for rule, ways in enumerate(required):
            if () in ways:
                self._always.append(rule)
                continue
            for way in ways:
                rarest = sorted(way, key=common.__getitem__) if len(way) > 1 else way
                rules.append(rule)
                rows.extend((*[number for key in rarest for number in numbers[key]], *_NOTHING)[:WIDTH])
        self._scan = Scan(common)
        self._arrange(np.array(rules, np.int32), np.array(rows, np.uint64).reshape(-1, WIDTH))

    def _arrange(self, rules: "np.typing.NDArray[np.int32]", rows: "np.typing.NDArray[np.uint64]") -> None:
        """Side by side those that wait in the same place, which the first binary digits of their rarest key tell."""
        digits = len(rules).bit_length() + _ROOM
        self._shift = np.uint64(64 - digits)
        places = rows[:, 0] >> self._shift
        order = np.argsort(places, kind="stable")
        self._rules, self._marks = rules[order], marks_of(rows[order])
        self._first = np.zeros((1 << digits) + 1, np.int32)
        np.cumsum(np.bincount(places.astype(np.int64), minlength=1 << digits), out=self._first[1:])

    def candidates(self, reading: Reading) -> list[int]:
        """The numbers of the rules that may fire, ascending."""
        if not len(self._rules):
            return self._always
        keys = self._scan.numbers(reading)
        places = np.sort((keys >> self._shift).astype(np.int32))
        places = places[places != np.append(places[1:], -1)]
        first = self._first[places]
        counts = self._first[places + 1] - first
        ways = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        asked = self._marks[ways]
        held = occurring(keys)[asked].all(axis=1)
        return sorted({*self._always, *self._rules[ways[held]].tolist()})


_numbers = lru_cache(maxsize=1 << 17)(numbers_of)
