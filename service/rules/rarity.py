"""How probable it is that a key occurs in an item, and what conditions require together.

Guarantee: which words are looked for first depends on what is said here, never what a rule answers. What is required is never
more than what must occur; where it would take too long to write down, less.
"""

from collections.abc import Iterable

from service.rules.condition import ANY_EVENT, Key, Keys, Way

_UNKNOWN = 0.01
"""About the share of articles that hold a certain word of four letters, or two characters; longer ones are rarer."""
_ONE = 0.1
"""The same for a single character of a script without blanks."""
_KINDS = {"event": 0.05, "entity": 0.002, "regex": 0.9}
"""A pattern is looked for only where nothing else is asked: it costs more than a word."""
_BEHIND = 0.1
"""The share of articles with both words in which one follows the other."""
_WAYS = 64
"""So many ways for a rule to hold are told apart, unless one condition alone has more."""


def chance(key: Key) -> float:
    """The share of items that a key probably occurs in."""
    if isinstance(key, tuple):
        return min(chance(word) for word in key) * _BEHIND
    kind, colon, text = key.partition(":")
    if not colon:
        return _UNKNOWN * _shorter(len(key) / 2)
    if kind == "text":
        return (_UNKNOWN if len(text) > 1 else _ONE) * _shorter(len(text))
    if key == ANY_EVENT:
        return 0.3
    return _KINDS[kind]


def _shorter(length: float) -> float:
    """How many times as common as two characters."""
    return float(2 ** (2 - min(length, 8)))


def together(parts: Iterable[Keys]) -> Keys:
    """The ways of conditions that must all hold."""
    ways: Keys = ((),)
    for part in sorted(parts, key=len):
        if len(ways) * len(part) <= _WAYS:
            ways = tuple(_joined(one, other) for one in ways for other in part)
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
    return sum(min(map(chance, way), default=1.0) for way in ways)
