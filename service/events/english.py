"""Whom an English clause is about: the noun phrase before the trigger (or after it), taken apart at commas and `and`.

Names are told by capitals, by figures after them (S&P 500) and by the catalog; in headlines, where all words have capitals, verbs
and prepositions end them. Guarantee: spans lie inside the range that was asked for.
It must not know event types; which nouns are measures and no instruments is the vocabulary's to say.
"""

import re

from service.events import english_generic as generic
from service.events import english_words as words
from service.events.english_phrases import is_name, mentions_of, opens, phrase_before
from service.events.english_subjects import describes, has_legal, is_person, is_quality
from service.events.english_tokens import Token, is_headline, tokens, without_dateline
from service.events.english_trimming import (
    without_adverbs,
    without_apposition,
    without_light_verb,
    without_open_bracket,
    without_sum,
    without_time,
)
from service.events.reading import Mention, Reading
from service.folding import fold
from service.model.span import Span

__all__ = ["after", "before", "is_headline", "owner", "topic"]

_MAX_TOKENS = 40
_OPENING = 14
_REACH = 160
_FEW = 5
_QUOTE = 12
"""Something quoted that ends so soon after its first name is the name of a thing, not what somebody said."""
_QUOTES = "\"“”'‘’"
_DESCRIBED = 9
_SHORT = 3
_LINE = 300
_GOES_ON = re.compile(r"(?:up|down)(?= )")
_AFTER_IT = re.compile(r"(?:,|\(|(?<![a-z])and)(?: (?:is|was|are|were|now|currently|last))* ?$")
"""What goes on about the subject of the clause: closed at 3,000, [up 1 %]."""
_ONLY_TO = re.compile(r"(?<![a-z])only to (?:[a-z]+ and )?(?:[a-z]+ )?$")
_AND_DOES = re.compile(r"[a-z.)] and $")
"""Acme renames itself Bolt and [rises 5 %]."""
_TOLD = re.compile(rf" (?:the |an? )?(?:[a-z-]+ ){{0,3}}?(?:{'|'.join(sorted(words.COMPANY_NOUNS))}) (?=[A-Z])")
"""A fall in [the oil company] Acme."""
_OF = re.compile(r"(?: \(ipo\))?(?: or (?:a )?sale)? (?:plans? |bid |filing )?(?:of|by|for|in)(?= )")
_OF_MAKER = re.compile(
    r"(?: \(IPO\))? (?:of|by|for|in) (?:[\w.-]+ ){0,5}?(?:maker|firm|company|unit|arm|operator|producer|group|developer|"
    r"bank|startup|"
    r"business|subsidiary|lender|retailer|exporter|provider|giant) (?=[A-Z])"
)
_DEBUT = re.compile(r"(?:in|on|at|its|their|a|an) (?:[\w.-]+ ){0,4}?debut(?![a-z])")
"""Opens 20 % higher in [NYSE debut]: whom the clause opens with."""
_VERB = re.compile(r"(?:rose|fell|slid|sank|grew|shed|lost|[a-z]+ed)(?![a-z])(?! (?:initial|ipo|listing|share|public|stock))")
_IS_ONE = re.compile(
    r"(?<![a-z])(?:(?:is|was|be|becomes?|became) (?:the|an?) (?:[a-z]+ ){0,3}|(?:with|via|through) (?:its |"
    r"an? )?(?:rs )?(?:[$€£¥]?\d\S* ?)?)$"
)
"""Will be the next [IPO], comes to the market with an [IPO]: likewise."""
_NOUN = re.compile(
    r"(?:the |a |an |its |their )?(?:[$£€]?[\d.,]+(?: ?(?:million|billion|mln|bln|crore|bn|m))? )?"
    r"(?:ipo|initial (?:public|share)|(?:maiden )?public issue|listing|flotation|(?:trading|market|stock|share|nasdaq|nyse|"
    r"public|exchange)[ -](?:market )?"
    r"(?:debut|listing)|which|who|that|\d[\d.,]* ?(?:%|percent|per cent|pct))(?![a-z])"
)
"""What a name may stand before as if it were an adjective: hired banks for Acme [IPO], the deal behind Acme's [5 % gain]."""


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """Whom the words before the trigger name, or, where "closed at 3,000, [up 1 %]" goes on about it, whom they open with."""
    found = _named_before(reading, start, end)
    if found or not _GOES_ON.match(reading.folded, end):
        return found
    words_before = reading.folded[start:end]
    if _ONLY_TO.search(words_before):
        return None
    if not _AFTER_IT.search(words_before):
        return found
    if words.SUMS.search(words_before):
        return found if words.SHARES.search(words_before.replace("per share", "")) else []
    return topic(reading, start, end) if found == [] else None


def _named_before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that ends where the trigger begins.

    None where nobody is named there, or only by a pronoun ("it", "the company", "its"): the text goes on about the same one. An
    empty list where something stands there that is no name ("traffic rose 5 %").
    """
    if reading.folded.startswith("which", end):
        start = max(start, reading.folded.rfind(", including ", start, end) + 1)
    found = tokens(reading.document, start, without_time(reading.folded, start, end))[-_MAX_TOKENS:]
    headline = is_headline(reading.document, Span(start, end))
    signed = reading.folded[end : end + 1] in ("+", "-")
    if len(found) > 2 and found[-2].low == "to" and found[-1].low in ("close", "end", "finish", "settle", "trade"):
        found = found[:-1]
    said = (
        headline
        and len(found) > 2
        and (found[-3].low, found[-2].low, found[-1].low) in (("is", "said", "to"), ("are", "said", "to"))
    )
    if len(found) > 1 and found[-1].low == "to" and not said and (headline or found[-2].text.islower()):
        back = found[0].low in words.ANAPHORS | words.DETERMINERS or len(found) < _FEW
        return topic(reading, start, end) or (None if back else [])
    goes_on = _AND_DOES.search(reading.folded, start, end) is not None and not (signed or reading.folded[end : end + 1].isdigit())
    found = _stripped(reading, found, start, headline, signed)
    noun = _NOUN.match(reading.folded, end) is not None
    found = without_sum(found) if noun else found
    if _is_nothing(reading, found, signed):
        return []
    if _goes_on(found):
        return None
    phrase = phrase_before(reading, found, noun)
    if noun and not reading.folded[end].isdigit():
        return _with_noun(reading, phrase, Span(start, end), headline)
    if not phrase or all(token.low in words.NOBODY for token in phrase) or _of_something_else(reading, found, phrase, end):
        return []
    named = mentions_of(reading, phrase, headline)
    if signed and not words.SHARES.search(phrase[-1].text):
        return [one for one in named or () if one.entity or headline or has_legal(one.text)]
    return topic(reading, start, end) or named if goes_on and named else named


def _of_something_else(reading: Reading, found: list[Token], phrase: list[Token], end: int) -> bool:
    """Whether a part of somebody or something of theirs is meant: the EV unit of Acme, Acme's [rose 5 %] as Bolt's sales did."""
    last = phrase[-1]
    if (
        last.owns
        and _VERB.match(reading.folded, end)
        and not generic.POSSESSIVE.search(reading.document[last.span.start : last.span.end - 2])
    ):
        return reading.covered(last.span.end - 1) is None
    index = found.index(phrase[0])
    while index and found[index - 1].text.islower() and found[index - 1].low not in ("of", "and", "but"):
        index -= 1
    return index > 1 and found[index - 1].low == "of" and found[index - 2].low in words.PARTS


def _with_noun(reading: Reading, phrase: list[Token], place: Span, headline: bool) -> list[Mention] | None:
    """Whom the words before a noun name: Acme's [IPO]; where they only describe it, the text goes on about the same one."""
    named_here = _beside(reading, phrase) if headline else phrase
    debut = _DEBUT.match(reading.folded, reading.folded.rfind(" ", 0, place.end - 1) + 1)
    if not named_here and (debut or _IS_ONE.search(reading.folded, *place)):
        return topic(reading, *place) or None
    if headline and not named_here:
        return [] if reading.folded.startswith("after", place.start) else None
    return (mentions_of(reading, named_here, headline) or None) if named_here else []


def _stripped(reading: Reading, found: list[Token], start: int, headline: bool, signed: bool) -> list[Token]:
    """Without brackets, adverbs, appositions, light verbs and times at the end."""
    if found and reading.covered(found[-1].span.start) is not None:
        return found  # the Korean won
    found = without_light_verb(without_apposition(without_adverbs(without_open_bracket(found, signed), headline)))
    if not found:
        return found
    stop = without_time(reading.folded, start, found[-1].span.end)
    return without_adverbs([token for token in found if token.span.start < stop], headline)


def _is_nothing(reading: Reading, found: list[Token], signed: bool) -> bool:
    """Whether what stands there is no security: "a [5 % rise]", "price index", "ticket prices", "having [risen 5 %], Acme"."""
    if not found or found[-1].low == "having":
        return signed or bool(found)
    if found[-1].low in ("price", "prices") and len(found) > 1:
        return not any(_has_price(reading, found, index) for index in (-2, -4 if found[-3:][0].low == "and" else -2))
    if found[-1].low in words.ARTICLES:
        return len(found) < 2 or found[-2].text != ","
    return found[-1].low in ("index", "gauge", "indicator") and len(found) > 1 and found[-2].low in words.ECONOMIC


def _has_price(reading: Reading, found: list[Token], index: int) -> bool:
    """Whether the prices of what stands there are those of a security: natural-gas prices, and no ticket prices."""
    if len(found) < -index:
        return False
    what = found[index]
    known = what.low.rpartition("-")[2] in words.PRICED or reading.covered(what.span.start) is not None
    return known or not what.text.islower()


def _goes_on(found: list[Token]) -> bool:
    """Whether only a pronoun or a description stands there."""
    if not found or found[-1].low in words.DETERMINERS:
        return True
    last = found[-1]
    if not last.text[0].islower():
        return False
    return last.owns or (last.text.islower() and (last.low in words.COMPANY_NOUNS or _shares_of_the(found)))


def _shares_of_the(found: list[Token]) -> bool:
    """ "Shares of the old-line biopharma" goes on about it."""
    recent = [token.low for token in found[-_DESCRIBED:]]
    return any(recent[index : index + 3] in words.SHARES_OF_THE for index in range(len(recent)))


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that begins where the trigger ends; None and an empty list as in `before`."""
    phrase: list[Token] = []
    back = False
    described = _TOLD.match(reading.document, start, end)
    start = described.end() if described else start
    for token in tokens(reading.document, start, min(end, start + _REACH)):
        if not phrase and (token.low in words.LEAD_IN or not (token.text[0].isalnum() or token.is_bracket)):
            back = back or token.low in words.OWNING
            continue
        if phrase and token.text in ("sector", "index"):
            phrase.append(token)
            break
        if not (is_name(reading, token, bool(phrase)) or (phrase and (token.low in words.CONNECTORS or token.is_bracket))):
            back = back or (not phrase and token.low.removesuffix("'s").removesuffix("’s") in words.ANAPHORS)
            break
        phrase.append(token)
        if token.owns and is_person(reading.document[phrase[0].span.start : token.span.end]):
            phrase = []
        elif token.owns:
            break
    while phrase and phrase[-1].low in words.CONNECTORS:
        phrase.pop()
    if back or not phrase or words.BACKED.search(phrase[-1].text):
        return None if back else []
    return mentions_of(reading, phrase, is_headline(reading.document, Span(start, end)))


def owner(reading: Reading, start: int, noun: Span, end: int) -> list[Mention] | None:
    """Whose something is: "for Acme's [IPO]", "the [IPO] of Acme"; None where the words beside it do not say."""
    named = _OF_MAKER.match(reading.document, noun.end, end) or _OF.match(reading.folded, noun.end, end)
    found = after(reading, named.end(), end) if named else None
    if found:
        return found
    beside = tokens(reading.document, start, noun.start)[-_MAX_TOKENS:]
    bare = without_sum(beside)
    phrase = _beside(reading, phrase_before(reading, bare if bare and bare[-1].owns else beside, noun=True))
    return mentions_of(reading, phrase, is_headline(reading.document, Span(start, end))) or None if phrase else None


def is_venue(name: str) -> bool:
    """Whether a name is that of a place where shares are listed."""
    return fold(name).rpartition(" ")[2] in words.VENUES


def _beside(reading: Reading, phrase: list[Token]) -> list[Token]:
    """Of "Says Targeting Acme Robotics Hong Kong [IPO]" only the name next to it: after the last verb, without how big."""
    known = [reading.covered(token.span.start) is not None for token in phrase]
    verbs = [index for index, token in enumerate(phrase) if token.low in words.OWNER_VERBS and not known[index]]
    phrase = phrase[verbs[-1] + 1 :] if verbs else phrase
    if all(describes(token.text) and not token.owns for token in phrase):
        return []
    while phrase and not phrase[-1].owns and is_quality(phrase[-1].text):
        phrase = phrase[:-1]
    return phrase


def topic(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom a sentence opens with: its first name that is no nation; in headlines a name ends before the first verb in -s."""
    opening = without_dateline(tokens(reading.document, start, min(end, start + _LINE)))[:_OPENING]
    headline = bool(opening) and is_headline(reading.document, Span(opening[0].span.start, end))
    run: list[Token] = []
    for token in [*opening, None]:
        if (
            token is not None
            and is_name(reading, token, bool(run))
            and not opens(token)
            and not (headline and _looks_like_verb(token, run))
        ):
            run.append(token)
            if not token.text.endswith(("'s", "’s")):
                continue
        elif token is not None and run and token.low in words.CONNECTORS:
            continue
        described = token is not None and (
            (token.text.islower() and token.low in words.COMPANY_NOUNS) or _is_quoted(reading.document, run)
        )
        if run and not described and run[0].low not in words.SOURCES and not words.BACKED.search(run[-1].text):
            found = mentions_of(reading, run, headline)
            if found and not (found[0].entity is None and is_person(found[0].text)):
                return found[:1]
        run = []
    return []


def _is_quoted(document: str, run: list[Token]) -> bool:
    """The "Quest" game maker Acme is Acme."""
    if not run or document[max(0, run[0].span.start - 1)] not in _QUOTES:
        return False
    return any(character in _QUOTES for character in document[run[-1].span.end : run[-1].span.end + _QUOTE])


def _looks_like_verb(token: Token, run: list[Token]) -> bool:
    if not run or len(token.text) <= _SHORT or token.low in words.NAME_PLURALS:
        return False
    return token.low in words.HEADLINE_VERBS or (
        token.text.endswith("s") and not token.text.endswith(("'s", "’s", "ss", "us", "is"))
    )
