"""How probable it is that a key occurs in an item, and what conditions require together.

Guarantee: which words are looked for first depends on what is said here, never what a rule answers. What is required is never
more than what must occur; where it would take too long to write down, less.
"""

import math
from collections.abc import Iterable

from service.rules.condition import ANY_EVENT, Key, Keys, Way

HALF = 8
"""So many steps make a key half as common as before."""
_WORD = 37
"""With four steps for each letter: one of a hundred articles holds a certain word of four letters, or two characters of a
script without blanks; longer ones are rarer."""
_CHARACTER = 19
"""A single character of a script without blanks: one of five articles."""
_KINDS = {"event": 35, "entity": 72, "regex": 1}
"""A pattern is looked for only where nothing else is asked: it costs more than a word."""
_ANY_EVENT = 14
_BEHIND = 27
"""One of ten articles with two words has one of them behind the other."""
_LONG = 16
"""Letters beyond which a word is no rarer; a character counts as two."""
_WAYS = 64
"""So many ways for a rule to hold are told apart, unless one condition alone has more."""


def rarity(key: Key) -> int:
    """How rare a key probably is: the share of items that it occurs in, on a logarithmic scale; never 0."""
    if isinstance(key, tuple):
        return max(map(rarity, key)) + _BEHIND
    kind, colon, text = key.partition(":")
    if not colon:
        return _WORD + HALF // 2 * min(len(key), _LONG)
    if kind == "text":
        return _WORD + HALF * min(len(text), _LONG // 2) if len(text) > 1 else _CHARACTER
    return _ANY_EVENT if key == ANY_EVENT else _KINDS[kind]


def together(parts: Iterable[Keys]) -> Keys:
    """The ways of conditions that must all hold."""
    ways: Keys = ((),)
    for part in sorted(parts, key=len):
        if len(ways) * len(part) <= _WAYS:
            ways = tuple([_joined(one, other) for one in ways for other in part]) if part != ((),) else ways
        elif _cost(part) < _cost(ways):
            ways = part
    return ways


def alternatives(parts: Iterable[Keys]) -> Keys:
    """The ways of conditions of which one is enough."""
    ways = tuple(dict.fromkeys(way for part in parts for way in part))
    return ((),) if () in ways else ways


def _joined(one: Way, other: Way) -> Way:
    return tuple(dict.fromkeys(one + other)) if one and other else one or other


def _cost(ways: Keys) -> float:
    """The share of items that a rule with these ways is probably held against."""
    return sum(math.exp2(-max(map(rarity, way), default=0) / HALF) for way in ways)
