"""Where an English noun phrase is a list: "A, B and C" are three, "Oil and Gas Co." is one.

Guarantee: every group is a run of the phrase's tokens, in order. It must not look beyond the phrase.
"""

import re
from collections.abc import Sequence

from service.events import english_words as words
from service.events.english_tokens import Token
from service.events.reading import Reading

_LEGAL = re.compile(
    r"^(?:inc|corp|co|ltd|limited|plc|llc|ag|sa|se|nv|lp|n\.v|s\.a|lda|gmbh|company|incorporated)\.?$", re.IGNORECASE
)
_TRADES = frozenset(
    """
    oil gas industry commerce steel iron power light water food foods beverage beverages fire marine trust banking savings loan
    loans finance leasing railway shipping chemical chemicals materials cable fibre fiber engineering construction technology
    technologies science sciences medical health paper pulp mining metals resources energy investment investments insurance
    capital
    research development trade development transport logistics home garden bath body beyond sons brothers partners
    company co electric electronics machinery shipbuilding aviation space defence defense casualty surety management
    """.split()
)
"""What companies do: between two such words `and` belongs to the name (Industrial Bank for Oil and Gas)."""
_SINGULAR = re.compile(
    r" (?:[a-z]*[a-rt-z]s|is|was|"
    r"has)(?= )(?<! its)(?<! this)(?<! shares)(?<! stocks)(?<! us)(?<! as)(?<! units)(?<! prices)(?<! futures)"
)
_JOINING = ("and", ",", "/")


def coordinated(reading: Reading, phrase: Sequence[Token], headline: bool) -> list[list[Token]]:
    """Cut at `and` and, where there is one, at commas; without one only what follows the last comma counts."""
    groups: list[list[Token]] = [[]]
    joined = False
    one = _is_one(reading, phrase)
    for index, token in enumerate(phrase):
        if token.low in _JOINING and not one and not _inside_name(reading, phrase, index):
            joined = joined or token.low == "and"
            groups.append([])
        else:
            groups[-1].append(token)
    groups = [group for group in groups if group and group[0].low not in words.OTHERS]
    if joined or (
        len(groups) > 1 and (headline or _opens_line(reading, phrase)) and all(_known(reading, group) for group in groups)
    ):
        return groups
    return groups[-1:]


def before_and(found: Sequence[Token]) -> list[Token]:
    """ "Acme and a group of [shareholders including Bolt]" is about Acme."""
    place = max((index for index, token in enumerate(found) if token.low == "and"), default=0)
    return list(found[:place])


def _opens_line(reading: Reading, phrase: Sequence[Token]) -> bool:
    start = phrase[0].span.start
    return not start or reading.document[start - 1] == "\n"


def _is_one(reading: Reading, phrase: Sequence[Token]) -> bool:
    """ "Procter and Gamble rises" is one company, "Acme and Bolt rise" are two."""
    if [token.low for token in phrase if token.low in _JOINING] != ["and"]:
        return False
    return _SINGULAR.match(reading.folded, phrase[-1].span.end) is not None


def _known(reading: Reading, group: list[Token]) -> bool:
    return reading.covered(group[-1].span.start) is not None


def _inside_name(reading: Reading, phrase: Sequence[Token], index: int) -> bool:
    token = phrase[index]
    name = reading.covered(token.span.start)
    if name is not None and name.span.start < token.span.start:
        return True
    before = phrase[index - 1].low if index else ""
    after = phrase[index + 1].low if index + 1 < len(phrase) else ""
    if token.text == ",":
        return _LEGAL.match(after) is not None and index > 0
    return token.low == "and" and before in _TRADES and after in _TRADES
