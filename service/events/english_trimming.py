"""What stands at the end of the words before an English trigger and names nobody: times, adverbs, brackets, appositions.

Guarantee: only tokens at the end go; what is left is in the order of the text. It must not look for names.
"""

from service.events import english_words as words
from service.events.english_tokens import Token


def without_time(folded: str, start: int, end: int) -> int:
    """Cut "on Thursday", "in early trade" and their like off the end."""
    for _ in range(3):
        match = words.TIME_TAIL.search(folded[start:end])
        if match is None:
            return end
        end = start + match.start()
    return end


def without_open_bracket(found: list[Token], bracket: bool) -> list[Token]:
    """Acme ([+3 %]), Acme up 0.82 ([+1.13 %]), Acme and Bolt closed 2 % and [3 % lower]."""
    if len(found) > 1 and found[-1].low == "and" and found[-2].text == "%":
        while found and (found[-1].text in "%,and" or words.MONEY.match(found[-1].text)):
            found = found[:-1]
    opened = False
    while found and (found[-1].text in "([:+-" or (bracket and opened and words.MONEY.match(found[-1].text))):
        opened = opened or found[-1].text == "("
        found = found[:-1]
    return found[:-1] if opened and found and found[-1].low in ("at", "to") else found


def without_sum(found: list[Token]) -> list[Token]:
    """Its $2 billion [IPO] is its IPO."""
    if len(found) > 2 and found[-1].low in ("million", "billion", "crore") and words.MONEY.match(found[-2].text):
        return found[:-2]
    return found


def without_adverbs(found: list[Token], headline: bool = False) -> list[Token]:
    while found and (
        (found[-1].text.islower() and (found[-1].low in words.SKIP or found[-1].low.endswith("ly")))
        or (headline and found[-1].low in words.HEADLINE_SKIP)
    ):
        found = found[:-1]
    return found


def without_light_verb(found: list[Token]) -> list[Token]:
    """ "Nvidia posted a [3 % gain]" is about Nvidia."""
    if len(found) > 1 and found[-1].low in words.ARTICLES and found[-2].low in words.LIGHT_VERBS:
        return without_adverbs(found[:-2])
    return without_adverbs(found[:-1]) if found and found[-1].text in words.HAVING else found


def without_apposition(found: list[Token]) -> list[Token]:
    """ "Wisesoft Co., whose name implies victory," is about Wisesoft Co."""
    if not found or found[-1].text != ",":
        return found
    found = found[:-1]
    for index in range(len(found) - 2, 0, -1):
        if found[index].text == "," and _describes(found[index + 1]):
            return without_adverbs(found[:index])
    return without_adverbs(found)


def _describes(token: Token) -> bool:
    """What an apposition begins with: "whose name", "a maker of boats", "Japan's largest"."""
    return (token.text[:1].islower() and token.low not in words.VERBS) or token.owns
