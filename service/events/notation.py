"""The small notation in which the vocabulary says its phrases, and the literals that a phrase stands for.

    hit|hits|hitting     one word of several: outside brackets `|` joins single words ...
    fell from | off its  ... and ` | ` with blanks around it separates whole phrases
    [a|the]              may be there or not; inside brackets `|` separates whole phrases: [as much as|about]
    (a b|c)              one of several phrases
    limit-up[s]          brackets may stand inside a word; in English a hyphen is also written as a space
    {reach}              a word list of the same file
    {n}                  a number: 3, 20, three, 三; a phrase may hold one

Chinese phrases are written without spaces; spaces in them only separate the parts for the eye.
Guarantee: every phrase becomes a finite list of folded literals, or a PhraseError that says what is wrong with it.
It must not know any event type.
"""

from collections.abc import Mapping
from itertools import product

from service.folding import fold

NUMBER = "\x00"
"""Stands for `{n}` in a literal; no folded text of a phrase can hold it otherwise."""
MAX_LITERALS = 4_000
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class PhraseError(ValueError):
    """A phrase that cannot be read; the message is one sentence."""


def literals(phrase: str, words: Mapping[str, str], language: str) -> tuple[str, ...]:
    """All texts that `phrase` stands for, folded, longest first."""
    options = [option for option in phrase.split(" | ") if option.strip()]
    found = {_spaced(text, language) for option in options for text in _phrase(option, words, depth=0)}
    if language == "en":
        found = {variant for text in found for variant in _hyphens(text)}
    if not found or "" in found:
        raise PhraseError(f"{phrase!r} may stand for nothing at all")
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _spaced(text: str, language: str) -> str:
    return fold(" ".join(text.split()) if language == "en" else "".join(text.split()))


def _hyphens(text: str) -> set[str]:
    return {text, text[:1] + text[1:].replace("-", " ")}


def _phrase(text: str, words: Mapping[str, str], depth: int) -> list[str]:
    """A sequence of words, each of which may be a choice of single words."""
    if depth > 5:
        raise PhraseError("word lists and brackets nest more than five deep")
    parts = [_choice(word, words, depth) for word in _split(text, " ")]
    size = 1
    for part in parts:
        size *= len(part)
    if size > MAX_LITERALS:
        raise PhraseError(f"{text!r} stands for more than {MAX_LITERALS} phrases")
    return [" ".join(chosen) for chosen in product(*parts)]


def _choice(word: str, words: Mapping[str, str], depth: int) -> list[str]:
    return [text for option in _split(word, "|") for text in _word(option, words, depth)]


def _word(word: str, words: Mapping[str, str], depth: int) -> list[str]:
    """Literal characters and brackets, without blanks between them."""
    found = [""]
    position = 0
    while position < len(word):
        opening = word[position]
        if opening not in _CLOSING:
            found = [text + opening for text in found]
            position += 1
            continue
        end = _closing(word, position)
        inside = _bracket(opening, word[position + 1 : end], words, depth)
        found = [text + more for text in found for more in inside]
        if len(found) > MAX_LITERALS:
            raise PhraseError(f"{word!r} stands for more than {MAX_LITERALS} phrases")
        position = end + 1
    return found


def _bracket(opening: str, inside: str, words: Mapping[str, str], depth: int) -> list[str]:
    if opening == "{":
        if inside == "n":
            return [NUMBER]
        if inside not in words:
            raise PhraseError(f"there is no word list {{{inside}}} in this file; it has: {', '.join(sorted(words)) or 'none'}")
        inside = words[inside]
    options = [text for option in _split(inside, "|") for text in _phrase(option, words, depth + 1)]
    return ["", *options] if opening == "[" else options


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    wanted = [_CLOSING[text[start]]]
    for position in range(start + 1, len(text)):
        character = text[position]
        if character in _CLOSING:
            wanted.append(_CLOSING[character])
        elif character == wanted[-1]:
            wanted.pop()
            if not wanted:
                return position
    raise PhraseError(f"{text!r}: the bracket {text[start]!r} is not closed")


def _split(text: str, separator: str) -> list[str]:
    """Cut at separators that stand outside all brackets; blanks separate words however many there are."""
    parts, position, start = [], 0, 0
    while position < len(text):
        if text[position] in _CLOSING:
            position = _closing(text, position)
        elif text[position] == separator:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    parts.append(text[start:])
    return [part for part in parts if part] if separator == " " else [part.strip() for part in parts]
