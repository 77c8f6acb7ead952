"""The English noun phrase before or behind a place: which words can belong to a name, how far back it reaches, whom it names.

Guarantee: a phrase is a run of the tokens it is looked for in; mentions lie inside it. It must not know event types.
"""

from service.events import english_generic as generic
from service.events import english_words as words
from service.events.english_lists import before_and, coordinated
from service.events.english_subjects import mention, refers_back
from service.events.english_tokens import Token
from service.events.english_trimming import without_adverbs
from service.events.reading import Mention, Reading

_SHORT = 3


def is_name(reading: Reading, token: Token, follows: bool) -> bool:
    """Whether the word can be part of a name; a figure only where it follows one."""
    if reading.covered(token.span.start) is not None:
        return True
    if words.MONEY.match(token.text):
        return follows and token.text[0].isdigit()
    if token.low in words.STOPS or (token.low in words.SMALL_STOPS and token.text.islower()):
        return False
    return token.text[0].isupper() or token.low in words.LOWER_NAMES


def phrase_before(reading: Reading, found: list[Token], noun: bool = False) -> list[Token]:
    """Walk back from the end as long as the words can belong to names."""
    phrase: list[Token] = []
    index = len(found)
    for index in range(len(found) - 1, -1, -1):
        if not _belongs(reading, found, index, bool(phrase)):
            index += 1
            break
        phrase.insert(0, found[index])
    if phrase and phrase[-1].is_bracket and len(phrase) == 1:
        return []
    if phrase and index and phrase[0].low in words.LOWER_NAMES and found[index - 1].low in words.NOBODY:
        return []  # 3 billion yuan
    if len(phrase) > _SHORT and phrase[0].text == "By" and phrase[1].low not in generic.TIMES:
        phrase = phrase[3:]  # By Jane Roe Acme shares rose
    left = len(phrase)
    shares_on = index > 1 and found[index - 2].low in words.SHARE_NOUNS
    phrase = _without_opening(phrase, found[index - 1].low if index and not shares_on else "")
    place = index + left - len(phrase)
    if noun or place < 2 or not phrase:
        return phrase
    if found[place - 1].low == "including" and found[place - 2].low in words.OTHERS:
        return phrase_before(reading, before_and(found[: place - 2]))
    return (
        phrase_before(reading, without_adverbs(found[: place - 1])) if _only_where(found[place - 2], found[place - 1]) else phrase
    )


def _only_where(head: Token, preposition: Token) -> bool:
    """Traffic at Acme is traffic; shares in Acme are Acme."""
    return (
        preposition.low in words.WHERE
        and head.text not in ".,;:-–—"
        and head.low not in words.SHARE_NOUNS
        and not (preposition.low == "by" and head.low.endswith("ed"))
    )


def _belongs(reading: Reading, found: list[Token], index: int, started: bool) -> bool:
    token = found[index]
    if token.is_bracket or token.low in words.OTHERS or (not started and token.low in words.ANAPHORS and token.text.islower()):
        return True
    if token.low in words.CONNECTORS or token.text in ",&/":
        return started and index > 0
    follows = index > 0 and is_name(reading, found[index - 1], follows=False)
    return is_name(reading, token, follows) or (started and _is_sector(reading, found, index))


def _is_sector(reading: Reading, found: list[Token], index: int) -> bool:
    """The S&P 500 [materials] index."""
    word = found[index]
    named = index > 0 and is_name(reading, found[index - 1], follows=True)
    return named and found[index + 1].text == "index" and word.text.isalpha() and word.low not in words.ECONOMIC


def _without_opening(phrase: list[Token], before_it: str) -> list[Token]:
    """ "Notably, A and B" and "In New York, A and B" are about A and B."""
    comma = next((index for index, token in enumerate(phrase[:5]) if token.text == ","), None)
    opened = before_it in words.ADVERBIAL or (phrase and phrase[0].low in words.ADVERBIAL)
    if comma is not None and (opened or (comma == 1 and opens(phrase[0]))):
        phrase = phrase[comma + 1 :]
    while phrase and (phrase[0].text in ",&/" or phrase[0].low in ("of", "and", "&", "or")):
        phrase = phrase[1:]
    return phrase


def opens(token: Token) -> bool:
    return token.low in words.OPENERS or token.low.endswith("ly")


def mentions_of(reading: Reading, phrase: list[Token], headline: bool) -> list[Mention] | None:
    """The names of a phrase; None where it means somebody named elsewhere, none where it names nobody at all."""
    groups = coordinated(reading, phrase, headline)
    found = [one for group in groups if (one := mention(reading, group, headline)) is not None]
    if not found and (not groups or any(refers_back(reading, group, headline) for group in groups)):
        return None
    return found
