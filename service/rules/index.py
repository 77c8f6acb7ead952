"""Which rules an item may concern: those of which everything occurs that one of their ways to hold requires.

Each way of each rule stands under its rarest key and, below that, under its second rarest; the keys that occur in an item are
held against both by set operations, so that many rules that share a common word cost nothing where only that one occurs.
Guarantee: a rule is left out for an item only if it cannot hold there, so that the index never changes an answer (proved against
a plain loop over all rules).
"""

from array import array
from collections.abc import Iterable

from service.rules.condition import Key, Keys, Way
from service.rules.reading import Reading
from service.rules.scan import Scan

_NONE = ""
"""Stands for the second key of a way that has one only: every item has it."""


class Index:
    """Built once for a set of rules, from what each of them requires, the rarest first; a way is known by its number."""

    def __init__(self, required: Iterable[Keys]) -> None:
        self._always: list[int] = []
        self._rule = array("l")
        self._rest: list[Way] = []
        self._below: dict[Key, dict[Key, int | tuple[int, ...]]] = {}
        used: set[Key] = set()
        for rule, ways in enumerate(required):
            if () in ways:
                self._always.append(rule)
                continue
            for way in ways:
                used.update(way)
                self._add(rule, way)
        self._scan = Scan(used)

    def _add(self, rule: int, way: Way) -> None:
        number = len(self._rule)
        self._rule.append(rule)
        self._rest.append(way[2:])
        below = self._below.setdefault(way[0], {})
        second = way[1] if len(way) > 1 else _NONE
        there = below.get(second, ())
        below[second] = (there, number) if isinstance(there, int) else (*there, number) if there else number

    def candidates(self, reading: Reading) -> list[int]:
        """The numbers of the rules that may fire, ascending."""
        keys = self._scan.keys(reading)
        keys.add(_NONE)
        found = set(self._always)
        rule, rest = self._rule, self._rest
        for first in self._below.keys() & keys:
            below = self._below[first]
            for second in below.keys() & keys:
                ways = below[second]
                for way in (ways,) if isinstance(ways, int) else ways:
                    if keys.issuperset(rest[way]):
                        found.add(rule[way])
        return sorted(found)
