"""Which keys occur in an item, as numbers: words and pairs of them, the texts and patterns that rules look for.

Guarantee: the numbers of every key that occurs are named; now and then others are, which costs an evaluation and changes no
answer.
It must not know any rule.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import re2
from ahocorasick_rs import AhoCorasick

from service.rules.condition import ANY_EVENT
from service.rules.numbers import TEXT, Numbers, of_grams, of_pairs, of_words
from service.rules.reading import Reading, solid_runs, tokens_of

PATTERNS = 500
"""Regular expressions that are looked for together."""
MAX_MEMORY = 64 << 20
"""Bytes that so many may use."""


class Scan:
    """What must be looked for to be found, compiled once; words and characters are found without."""

    def __init__(self, sought: Iterable[str]) -> None:
        texts: list[str] = []
        patterns: dict[tuple[str, str], list[str]] = {}
        for key in sought:
            if key.startswith(TEXT):
                texts.append(key)
            else:
                _, area, case, _ = key.split(":", 3)
                patterns.setdefault((area, case), []).append(key)
        self._texts = _Texts(texts)
        self._patterns = [
            (area, _Patterns(found[start : start + PATTERNS], case=case == "exact"))
            for (area, case), found in patterns.items()
            for start in range(0, len(found), PATTERNS)
        ]

    def numbers(self, reading: Reading) -> Numbers:
        """The numbers of all that occurs."""
        told = "\n".join((reading.folded, *reading.subjects)) if reading.events else reading.folded
        words = of_words(tokens_of(told))
        found = [words, of_pairs(words), *of_grams(solid_runs(told))]
        others = self._texts.within(told)
        if reading.events:
            others += [ANY_EVENT, *(key for event in reading.events for key in (f"event:{event.type}", f"entity:{event.entity}"))]
        for area, patterns in self._patterns:
            others += patterns.within(reading.areas[area].of(reading.document))
        found.append(of_words(others))
        return np.concatenate(found)


class _Texts:
    """Texts that may stand anywhere, found in one pass over another text."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._automaton = AhoCorasick([key[len(TEXT) :] for key in keys], store_patterns=False) if keys else None

    def within(self, text: str) -> list[str]:
        if self._automaton is None:
            return []
        keys = self._keys
        return [keys[found[0]] for found in self._automaton.find_matches_as_indexes(text, overlapping=True)]


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
