"""A text, and a question, as the words that the search compares: the same words for both databases.

Latin words stand as they are (folded), a run of Chinese characters as its pairs and its last character alone: 涨停板 is 涨停,
停板 and 板. So a name of two characters is found, which tokenisers of three miss, and no dictionary decides what a word is.
Guarantee: a word holds letters and digits alone, so nothing that was written, in a text or in a question, can mean anything to a
query language. Pure. Must not know a database.
"""

import re
from dataclasses import dataclass

from service.folding import fold

MOST_WORDS = 16_000
"""Words of one text that are searched: PostgreSQL knows the places of so many."""
LONGEST_WORD = 60
MOST_TERMS = 16

_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"([{_HAN}]+)|[^\W_{_HAN}]+")
_QUOTED = re.compile(r'"([^"]*)"?|(\S+)')
_QUOTES = str.maketrans("「」『』", '"' * 4)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; with `open_end` the last is the beginning of one."""

    words: tuple[str, ...]
    open_end: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    found: list[str] = []
    for run in _RUNS.finditer(fold(text)):
        found += _pairs(run[1]) if run[1] else [run[0][:LONGEST_WORD]]
        if len(found) > MOST_WORDS:
            return found[:MOST_WORDS]
    return found


def terms_of(question: str) -> list[Term]:
    """What is asked for, all of which must be there: words, and phrases in quotation marks. Empty where no word is asked for."""
    parts = (match[1] or match[2] or "" for match in _QUOTED.finditer(fold(question).translate(_QUOTES)))
    found = (_term(part) for part in parts)
    return list(dict.fromkeys(term for term in found if term.words))[:MOST_TERMS]


def _term(text: str) -> Term:
    words: list[str] = []
    han = ""
    for run in _RUNS.finditer(text):
        han = run[1] or ""
        words += _pairs(han) if han else [run[0][:LONGEST_WORD]]
    if len(han) > 1:
        del words[-1]  # what follows in the text may make a pair of it
    return Term(tuple(words), open_end=len(han) == 1)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run))]
