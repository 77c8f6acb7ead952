"""Whom an English clause is about: the noun phrase before the trigger (or after it), taken apart at commas and `and`.

Names are told by capitals, by figures after them (S&P 500) and by the catalog; in headlines, where all words have capitals, verbs
and prepositions end them. Guarantee: spans lie inside the range that was asked for.
It must not know event types; which nouns are measures and no instruments is the vocabulary's to say.
"""

import re
from typing import NamedTuple

from service.events import english_words as words
from service.events.reading import Mention, Reading
from service.model.span import Span

_TOKEN = re.compile(
    r"\([^()]{0,80}\)|(?:[A-Z]{0,3}[$€£¥])?[^\W_](?:[\w$&*+/-]|['’.](?=\w)|\.(?=\s[a-z]|\s+$|,|\s\())*(?:['’](?!\w))?|[,&/]|\S"
)
_MAX_TOKENS = 40
_OPENING = 14
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_LINE = 200


class _Token(NamedTuple):
    text: str
    span: Span

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def is_bracket(self) -> bool:
        return len(self.text) > 1 and self.text[0] == "("


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that ends where the trigger begins.

    None where nobody is named there, or only by a pronoun ("it", "the company", "its"): the text goes on about the same one. An
    empty list where something stands there that is no name ("traffic rose 5 %").
    """
    tokens = _tokens(reading.document, start, _without_time(reading.folded, start, end))[-_MAX_TOKENS:]
    if len(tokens) > 1 and tokens[-1].text == "to":
        return topic(reading, start, end) or None
    tokens = _without_light_verb(_without_apposition(_without_adverbs(tokens)))
    if not tokens:
        return None
    last = tokens[-1].low
    if last in words.DETERMINERS or (tokens[-1].text[0].islower() and last.endswith(("'s", "’s"))):
        return None
    if last in words.COMPANY_NOUNS and tokens[-1].text.islower():
        return None
    phrase = _phrase_before(reading, tokens)
    if not phrase or all(token.low in words.NOBODY or words.NATIONS.match(token.text) for token in phrase):
        return []
    return _mentions(reading, phrase)


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that begins where the trigger ends."""
    phrase: list[_Token] = []
    for token in _tokens(reading.document, start, min(end, start + 160)):
        if not phrase and (token.low in words.LEAD_IN or not (token.text[0].isalnum() or token.is_bracket)):
            continue
        if not (_is_name(reading, token, bool(phrase)) or (phrase and (token.low in words.CONNECTORS or token.is_bracket))):
            break
        phrase.append(token)
        if token.text.endswith(("'s", "’s")):
            break
    while phrase and phrase[-1].low in words.CONNECTORS:
        phrase.pop()
    return _mentions(reading, phrase) if phrase else None


def topic(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom a sentence opens with: its first name that is no nation; in headlines a name ends before the first verb in -s."""
    tokens = _without_dateline(_tokens(reading.document, start, end))[:_OPENING]
    headline = bool(tokens) and is_headline(reading.document, Span(tokens[0].span.start, end))
    run: list[_Token] = []
    for token in [*tokens, None]:
        if (
            token is not None
            and _is_name(reading, token, bool(run))
            and not _opens(token)
            and not (headline and _looks_like_verb(token, run))
        ):
            run.append(token)
            if not token.text.endswith(("'s", "’s")):
                continue
        elif token is not None and run and token.low in words.CONNECTORS:
            continue
        if run and run[0].low not in words.SOURCES and not words.BACKED.search(run[-1].text):
            found = _mentions(reading, run)
            if found:
                return found[:1]
        run = []
    return []


def is_headline(document: str, span: Span) -> bool:
    """Whether (nearly) all longer words have capitals."""
    long_words: list[str] = _LONG_WORD.findall(document, span.start, min(span.end, span.start + _LINE))
    return sum(word[0].isupper() for word in long_words) > 0.7 * len(long_words)


def _without_dateline(tokens: list[_Token]) -> list[_Token]:
    """ "NEW YORK (AP) - Toll Brothers said" opens with Toll Brothers."""
    dash = next((index for index, token in enumerate(tokens[:10]) if token.text in ("-", "–", "—")), None)
    return tokens if dash is None else tokens[dash + 1 :]


def _looks_like_verb(token: _Token, run: list[_Token]) -> bool:
    return (
        bool(run) and token.text.endswith("s") and not token.text.endswith(("'s", "’s", "ss", "us", "is")) and len(token.text) > 3
    )


def _tokens(document: str, start: int, end: int) -> list[_Token]:
    return [_Token(match[0], Span(*match.span())) for match in _TOKEN.finditer(document, start, end)]


def _without_time(folded: str, start: int, end: int) -> int:
    """Cut "on Thursday", "in early trade" and their like off the end."""
    for _ in range(3):
        match = words.TIME_TAIL.search(folded[start:end])
        if match is None:
            return end
        end = start + match.start()
    return end


def _without_adverbs(tokens: list[_Token]) -> list[_Token]:
    while tokens and tokens[-1].text.islower() and (tokens[-1].low in words.SKIP or tokens[-1].low.endswith("ly")):
        tokens = tokens[:-1]
    return tokens


def _without_light_verb(tokens: list[_Token]) -> list[_Token]:
    """ "Nvidia posted a [3 % gain]" is about Nvidia."""
    if len(tokens) > 1 and tokens[-1].low in words.ARTICLES and tokens[-2].low in words.LIGHT_VERBS:
        return _without_adverbs(tokens[:-2])
    return _without_adverbs(tokens[:-1]) if tokens and tokens[-1].text in words.HAVING else tokens


def _without_apposition(tokens: list[_Token]) -> list[_Token]:
    """ "Wisesoft Co., whose name implies victory," is about Wisesoft Co."""
    if not tokens or tokens[-1].text != ",":
        return tokens
    tokens = tokens[:-1]
    for index in range(len(tokens) - 2, 0, -1):
        if tokens[index].text == "," and tokens[index + 1].text[:1].islower():
            return _without_adverbs(tokens[:index])
    return _without_adverbs(tokens)


def _is_name(reading: Reading, token: _Token, follows: bool) -> bool:
    """Whether the word can be part of a name; a figure only where it follows one."""
    if reading.covered(token.span.start) is not None:
        return True
    if words.MONEY.match(token.text):
        return follows and token.text[0].isdigit()
    if token.low in words.STOPS or (token.low in words.SMALL_STOPS and token.text.islower()):
        return False
    return token.text[0].isupper() or token.low in words.LOWER_NAMES


def _phrase_before(reading: Reading, tokens: list[_Token]) -> list[_Token]:
    """Walk back from the end as long as the words can belong to names."""
    phrase: list[_Token] = []
    index = len(tokens)
    for index in range(len(tokens) - 1, -1, -1):
        if not _belongs(reading, tokens, index, bool(phrase)):
            index += 1
            break
        phrase.insert(0, tokens[index])
    if phrase and phrase[-1].is_bracket and len(phrase) == 1:
        return []
    return _without_opening(phrase, tokens[index - 1].low if index else "")


def _belongs(reading: Reading, tokens: list[_Token], index: int, started: bool) -> bool:
    token = tokens[index]
    if token.is_bracket or token.low in words.OTHERS or (not started and token.low in words.ANAPHORS and token.text.islower()):
        return True
    if token.low in words.CONNECTORS or token.text in ",&/":
        return started and index > 0
    return _is_name(reading, token, index > 0 and _is_name(reading, tokens[index - 1], follows=False))


def _without_opening(phrase: list[_Token], before_it: str) -> list[_Token]:
    """ "Notably, A and B" and "In New York, A and B" are about A and B."""
    comma = next((index for index, token in enumerate(phrase[:5]) if token.text == ","), None)
    opened = before_it in words.ADVERBIAL or (phrase and phrase[0].low in words.ADVERBIAL)
    if comma is not None and (opened or (comma == 1 and _opens(phrase[0]))):
        phrase = phrase[comma + 1 :]
    while phrase and (phrase[0].text in ",&/" or phrase[0].low in ("of", "and", "&", "or")):
        phrase = phrase[1:]
    return phrase


def _opens(token: _Token) -> bool:
    return token.low in words.OPENERS or token.low.endswith("ly")


def _mentions(reading: Reading, phrase: list[_Token]) -> list[Mention] | None:
    found = [mention for group in _coordinated(reading, phrase) if (mention := _mention(reading, group)) is not None]
    return found or None


def _coordinated(reading: Reading, phrase: list[_Token]) -> list[list[_Token]]:
    """Cut at `and` and, where there is one, at commas; without one only what follows the last comma counts."""
    groups: list[list[_Token]] = [[]]
    joined = False
    for token in phrase:
        name = reading.covered(token.span.start)
        inside = name is not None and name.span.start < token.span.start
        if not inside and token.low in ("and", ",", "/"):
            joined = joined or token.low == "and"
            groups.append([])
        else:
            groups[-1].append(token)
    groups = [group for group in groups if group and group[0].low not in words.OTHERS]
    return groups if joined else groups[-1:]


def _mention(reading: Reading, group: list[_Token]) -> Mention | None:
    alias, entity = "", None
    for token in group:
        if token.is_bracket:
            alias, entity = reading.bracket(Span(token.span.start + 1, token.span.end - 1))
    named = [token for token in group if not token.is_bracket]
    if not named:
        return None
    start, end = _narrowed(reading.document, named[0].span.start, named[-1].span.end)
    text = reading.document[start:end]
    low = text.lower()
    if low in words.ANAPHORS or low in words.STOPS or not any(character.isalpha() for character in text):
        return None
    if low in words.NOBODY or (entity is None and words.NATIONS.match(text)):
        return None
    return _linked(reading, Span(start, end), alias, entity)


def _narrowed(document: str, start: int, end: int) -> tuple[int, int]:
    """From the noun phrase to the name in it."""
    if words.REGIONS.match(document[start:end]):
        return start, end
    match = words.SHARES_OF.match(document[start:end])
    start += match.end() if match else 0
    while start < end and (match := words.DETERMINER.match(document[start:end])):
        start += match.end()
    if words.REGIONS.match(document[start:end]):
        return start, end
    tail = words.TAIL_NOUNS.search(document[start:end])
    end = start + tail.start() if tail else end
    possessive = re.search(r"['’]s?$|['’]$", document[start:end])
    end = (
        start + possessive.start() if possessive and tail is None and end - start > possessive.end() - possessive.start() else end
    )
    owner = words.PLACE_OWNER.match(document[start:end])
    return (start + owner.end() if owner else start), end


def _linked(reading: Reading, span: Span, alias: str, entity: str | None) -> Mention:
    """Narrow a description to the known name at its end ("software giant Microsoft"), and find the entity."""
    names = reading.names_in(span.start, span.end)
    last = next((name for name in names if name.span.end == span.end), None)
    if last is not None:
        span = last.span
        entity = entity or last.entity
    text = span.of(reading.document)
    known = reading.aliases.get(text)
    if known is not None:
        alias, entity = alias or known.alias, entity or known.entity
    if alias:
        reading.aliases.setdefault(text, Mention(text, span, entity, alias))
    return Mention(text, span, entity, alias)
