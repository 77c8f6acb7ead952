"""Which rules an item may concern: those of which everything occurs that one of their ways to hold requires.

Each way of each rule waits under the rarest of its keys, so that many rules that share a common word cost nothing where only
that one occurs; where the rarest does, the others are asked for. Keys are numbers in arrays: all keys of an item are looked up at
once, and then all ways that wait under any of them, so that a million rules cost a few reads of memory and not as many objects.
Guarantee: a rule is left out for an item only if it cannot hold there, so that the index never changes an answer (proved against
a plain loop over all rules).
"""

from collections.abc import Sequence

import numpy as np

from service.rules.needs import WIDTH, Needs
from service.rules.numbers import marks_of, occurring, rarities_of
from service.rules.rarity import HALF
from service.rules.reading import Reading
from service.rules.scan import Scan

FEW = 32
"""Rules that are all held against every item: to evaluate them costs less than to find out which need not be."""
_ALL, _HELD = np.dtype(f"u{WIDTH}"), int.from_bytes(b"\1" * WIDTH)
"""Whether all numbers of a way occur, read as one number: several times as fast as asking for each."""
_NOTHING = Needs(b"", (), always=True)
_ROOM = 2
"""Binary digits by which there are more places to wait than ways, so that few meet others in theirs."""


class Index:
    """Built once for a set of rules, from what each of them requires."""

    def __init__(self, needs: Sequence[Needs]) -> None:
        if len(needs) <= FEW:
            needs = [_NOTHING] * len(needs)
        self._always = [rule for rule, one in enumerate(needs) if one.always]
        self._scan = Scan(dict.fromkeys(key for one in needs for key in one.sought))
        rows = np.frombuffer(b"".join([one.rows for one in needs]), np.uint64).reshape(-1, WIDTH)
        rules = np.repeat(np.arange(len(needs), dtype=np.int32), [len(one.rows) // rows.itemsize // WIDTH for one in needs])
        digits = len(rows).bit_length() + _ROOM
        self._shift = np.uint64(64 - digits)
        places = (rows >> self._shift).astype(np.int64)
        asked = np.bincount(places.ravel(), minlength=1 << digits)
        # What many rules ask for is what many items tell: so rules say by themselves what is common in their news.
        common = np.where(rows, asked[places] * np.exp2(rarities_of(rows) / -HALF), np.inf)
        rarest = np.take_along_axis(places, common.argmin(axis=1)[:, None], axis=1)[:, 0]
        order = rarest.argsort(kind="stable")
        self._rules, self._marks = rules[order], marks_of(rows[order])
        self._first = np.zeros((1 << digits) + 1, np.int32)
        np.cumsum(np.bincount(rarest, minlength=1 << digits), out=self._first[1:])

    def candidates(self, reading: Reading) -> list[int]:
        """The numbers of the rules that may fire, ascending."""
        if not len(self._rules):
            return list(self._always)
        keys = self._scan.numbers(reading)
        places = np.sort((keys >> self._shift).astype(np.int32))
        places = places[places != np.append(places[1:], -1)]
        first = self._first[places]
        counts = self._first[places + 1] - first
        ways = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        asked = self._marks[ways]
        held = occurring(keys)[asked].view(_ALL)[:, 0] == _HELD
        return sorted({*self._always, *self._rules[ways[held]].tolist()})
