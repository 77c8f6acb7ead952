"""Which of all keys of all rules occur in an item: one pass for words, one for other texts, one for each kind of pattern.

Guarantee: every key that occurs is named; now and then one is named that does not, which costs an evaluation and changes no
answer.
It must not know any rule.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import re2
from ahocorasick_rs import AhoCorasick

from service.rules.condition import ANY_EVENT, Key
from service.rules.reading import Reading, is_solid, tokens_of

PATTERNS = 500
"""Regular expressions that are looked for together."""
MAX_MEMORY = 64 << 20
"""Bytes that so many may use."""


class Scan:
    """Everything that rules look for, compiled once."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._pairs = False
        texts: list[str] = []
        patterns: dict[tuple[str, str], list[str]] = {}
        for key in dict.fromkeys(keys):
            if isinstance(key, tuple):
                self._pairs = True
            elif key.startswith("text:"):
                texts.append(key)
            elif key.startswith("regex:"):
                _, area, case, _ = key.split(":", 3)
                patterns.setdefault((area, case), []).append(key)
        self._solid = _Texts([key for key in texts if is_solid(key)])
        self._others = _Texts([key for key in texts if not is_solid(key)])
        self._patterns = [
            (area, _Patterns(found[start : start + PATTERNS], case=case == "exact"))
            for (area, case), found in patterns.items()
            for start in range(0, len(found), PATTERNS)
        ]

    def keys(self, reading: Reading) -> set[Key]:
        """The keys that occur, and all other words of the item."""
        found = self._words(reading.folded)
        found |= self._others.within(reading.folded)
        if reading.is_solid:
            found |= self._solid.within(reading.folded)
        if reading.events:
            found.add(ANY_EVENT)
            for event in reading.events:
                found |= {f"event:{event.type}", f"entity:{event.entity}"}
            for text in reading.subjects:
                found |= self._words(text) | self._others.within(text) | self._solid.within(text)
        for area, patterns in self._patterns:
            found.update(patterns.within(reading.areas[area].of(reading.document)))
        return found

    def _words(self, folded: str) -> set[Key]:
        words = tokens_of(folded)
        found: set[Key] = set(words)
        if self._pairs:
            found.update(pairwise(words))
        return found


class _Texts:
    """Texts that may stand anywhere, found in one pass over another text."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._automaton = AhoCorasick([key.partition(":")[2] for key in keys], store_patterns=False) if keys else None

    def within(self, text: str) -> set[str]:
        if self._automaton is None:
            return set()
        keys = self._keys
        return {keys[found[0]] for found in self._automaton.find_matches_as_indexes(text, overlapping=True)}


class _Patterns:
    """Regular expressions that are looked for together, each as RE2 would find it alone.

    A set that needs more memory than it may answers nothing: so the first of each is one that is always found. If that is
    missing, or the set cannot be compiled, all of them may occur.
    """

    def __init__(self, keys: Sequence[str], *, case: bool) -> None:
        self._keys = keys
        self._set = _compiled([key.split(":", 3)[3] for key in keys], case=case)

    def within(self, text: str) -> Sequence[str]:
        numbers = self._set.Match(text) if self._set is not None else []
        return [self._keys[number - 1] for number in numbers if number] if 0 in numbers else self._keys


def _compiled(patterns: Sequence[str], *, case: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    options.case_sensitive = case
    together = re2.Set.SearchSet(options)
    try:
        for pattern in ("", *patterns):
            together.Add(pattern)
        together.Compile()
    except re2.error:
        return None
    return together
