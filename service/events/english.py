"""Whom an English clause is about: the noun phrase before the trigger (or after it), taken apart at commas and `and`.

Names are told by capitals, by figures (S&P 500) and by the catalog; in headlines, where all words have capitals, verbs and
prepositions end them. Guarantee: spans lie inside the range that was asked for.
It must not know event types; which nouns are measures and no instruments is the vocabulary's to say.
"""

import re
from typing import NamedTuple

from service.events.reading import Mention, Reading
from service.model.span import Span

_TOKEN = re.compile(r"\([^()]{0,80}\)|\$?[^\W_](?:[\w$&*+-]|['’.](?=\w))*(?:['’](?!\w))?|[,&/]|\S")
_TIME_TAIL = re.compile(
    r"(?:^|(?<=[\s,]))(?:(?:on|in|at|by|during|for|over|through|since|from) )?(?:(?:the|its|their|a|an) )?(?:[a-z0-9.'-]+ ){0,3}?"
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|trading|trade|session|morning|afternoon|hours|"
    r"week|month|year|quarter|premarket|pre-market|after-hours|afterhours|december \d+|day|days|weeks|months|late|early|"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2})\s*,?\s*$"
)
_SKIP = frozenset(
    "was were is are has have had been be being also then now further all both each reportedly sharply briefly just still closed "
    "closing ended ending opened opening trading traded to it's again even already once later soon only recently collectively each "
    "steadily slightly modestly initially currently nearly about around roughly some by as much will would could may might should can "
    "must did do does not never no longer at up down more than so far rapidly quickly lightly finally set likely poised expected "
    "early late subsequently together respectively meanwhile well really officially formally publicly confidentially said seen "
    "and or but sees saw hits".split()
)
_STOPS = frozenset(
    "as on in for to by from at with after before says said sees that while when where but than into over under amid despite "
    "like including such because if how why what who which via versus vs about against through between during since until upon "
    "boosts lifts sends send drives drags helps makes pushes sending driving pushing lifting boosting dragging helping making "
    "keeps leaves puts gives takes shows amid led alongside plus without behind near above below is are was were has have had will "
    "reported reports report announced announces called calls claims boosted lifted sent drove dragged helped saying".split()
)
_CONNECTORS = frozenset("of and & the de la du von".split())
_LOWER_NAMES = frozenset(
    "gold silver copper oil crude platinum palladium bitcoin ether ethereum stocks shares futures equities index gauge benchmark "
    "aluminum aluminium nickel zinc tin iron ore wheat corn soybeans coffee cocoa sugar cotton gas brent natural pound dollar yen euro "
    "yuan rupee won peso stock".split()
)
_TAIL_NOUNS = re.compile(
    r"(?:['’]s?)?\s+(?:(?:common|class [ab]|ordinary|u\.s\.|us|american depositary|a|h|b)[ -])?"
    r"(?:shares?(?: prices?)?|stocks?(?: prices?)?|share price|stock price|prices?|adrs?|units|equity shares)$",
    re.IGNORECASE,
)
_SHARES_OF = re.compile(
    r"^(?:[\w.'’-]+ ){0,3}?(?:shares?|stocks?|adrs?|units|prices?|futures|unit) (?:of|in|for) ", re.IGNORECASE
)
_DETERMINER = re.compile(
    r"^(?:(?:the|a|an|its|their|his|this|that|both|and|or|while|as|after|when|where|but|with|although|though|because|which|"
    r"however|meanwhile|notably|separately|elsewhere|also|then|chipmaker|automaker|carmaker|drugmaker|retailer|rival|peers?|giants?|"
    r"unicorns?|startups?|company|firms?|maker|lender|competitors?|rivals?|heavyweights?|titan|behemoth|leader|shares|stocks)"
    r"(?=[\s,])|[\w.'’]+-(?:based|backed|listed|owned|led|headquartered|focused|supported|traded)(?=\s)|[,\"'“”‘’(\s]+)\s*",
    re.IGNORECASE,
)
_PLACE_OWNER = re.compile(r"^(?:[A-Z][\w.]*\s){0,2}[A-Z][\w.]*['’]s? (?=[A-Z0-9])")
_REGIONS = re.compile(
    r"^(?:the )?(?:u\.?s\.?|u\.?k\.?|asian?|european?|chinese|china|japanese|japan|indian?|korean|south korean|global|world|emerging[- ]market|german|french|british|hong kong|mainland|"
    r"taiwan(?:ese)?|australian?|canadian|brazilian|latin american|tech|technology|chip|bank|banking|energy|mining|small-cap|large-cap|semiconductor|"
    r"megacap|defense|defence|pan-european|regional|gulf|saudi|israeli|turkish|argentine|mexican|thai|indonesian|vietnamese|wall street|a-share|a|h|h-share)"
    r"(?: [\w-]+)? (?:shares|stocks|equities)$",
    re.IGNORECASE,
)
_ANAPHORS = frozenset(
    "it its they he she which who shares stock stocks share price prices the company firm the stock this that group maker bank "
    "startup retailer carmaker lender chipmaker drugmaker index gauge benchmark futures name investors traders move one "
    "measure gains losses".split()
)
_GENERIC = frozenset("stocks shares equities index gauge benchmark investors traders stock".split())
_OTHERS = frozenset("others more peers rivals other".split())
_DETERMINERS = frozenset("the a an its their his this that ,".split())
_ADVERBIAL = frozenset("in on at after during since amid following by".split())
_LEAD_IN = frozenset("the a an its of by for from in".split())
_OPENERS = frozenset(
    "meanwhile however moreover furthermore elsewhere still but and also overnight earlier separately notably".split()
)
_MAX_TOKENS = 40


class _Token(NamedTuple):
    text: str
    span: Span

    @property
    def low(self) -> str:
        return self.text.lower()


def before(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that ends where the trigger begins; None where it is a pronoun, or there is none."""
    end = _without_tail(reading.folded, start, end)
    tokens = _tokens(reading.document, start, end)[-_MAX_TOKENS:]
    tokens = _without_apposition(_without_adverbs(tokens))
    phrase = _phrase_before(reading, tokens)
    if not phrase and tokens and tokens[-1].low not in _DETERMINERS:
        return []
    return _mentions(reading, phrase) if phrase else None


def after(reading: Reading, start: int, end: int) -> list[Mention] | None:
    """The mentions of the noun phrase that begins where the trigger ends."""
    phrase: list[_Token] = []
    for token in _tokens(reading.document, start, min(end, start + 160)):
        if not phrase and (
            token.low in _LEAD_IN or _opens(token) or (not token.text[0].isalnum() and token.text[0] not in "($")
        ):
            continue
        if not (_is_name(reading, token) or (phrase and (token.low in _CONNECTORS or token.text[0] == "("))):
            break
        if phrase and token.low in _STOPS:
            break
        phrase.append(token)
    while phrase and phrase[-1].low in _CONNECTORS:
        phrase.pop()
    return _mentions(reading, phrase) if phrase else None


def topic(reading: Reading, start: int, end: int) -> Mention | None:
    """Whom a sentence opens with: the first name that stands before anything else; else the first known name in it."""
    found = after(reading, start, end)
    if found and found[0].text:
        return found[0]
    names = reading.names_in(start, end)
    return Mention(names[0].span.of(reading.document), names[0].span, names[0].entity) if names else None


def _tokens(document: str, start: int, end: int) -> list[_Token]:
    return [_Token(match[0], Span(*match.span())) for match in _TOKEN.finditer(document, start, end)]


def _without_tail(folded: str, start: int, end: int) -> int:
    """Cut "on Thursday", "in early trade" and their like off the end."""
    for _ in range(3):
        match = _TIME_TAIL.search(folded[start:end])
        if match is None:
            return end
        end = start + match.start()
    return end


def _without_adverbs(tokens: list[_Token]) -> list[_Token]:
    while tokens and (tokens[-1].low in _SKIP or (tokens[-1].text.islower() and tokens[-1].text.endswith("ly"))):
        tokens = tokens[:-1]
    return tokens


def _without_apposition(tokens: list[_Token]) -> list[_Token]:
    """ "Wisesoft Co., whose name implies victory," is about Wisesoft Co."""
    if not tokens or tokens[-1].text != ",":
        return tokens
    tokens = tokens[:-1]
    for index in range(len(tokens) - 1, 0, -1):
        if tokens[index].text == "," and index + 1 < len(tokens) and tokens[index + 1].text[:1].islower():
            return _without_adverbs(tokens[:index])
    return _without_adverbs(tokens)


def _is_name(reading: Reading, token: _Token) -> bool:
    if token.low in _STOPS:
        return reading.covered(token.span.start) is not None
    first = token.text[0]
    if first == "$":
        return len(token.text) > 1 and token.text[1].isalpha()
    return first.isupper() or first.isdigit() or token.low in _LOWER_NAMES or reading.covered(token.span.start) is not None


def _phrase_before(reading: Reading, tokens: list[_Token]) -> list[_Token]:
    """Walk back from the end as long as the words can belong to names."""
    phrase: list[_Token] = []
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.text.startswith("(") and len(token.text) > 1:
            phrase.insert(0, token)
        elif token.low in _OTHERS or (token.low in _ANAPHORS and not phrase and not token.text[0].isupper()):
            phrase.insert(0, token)
        elif token.low in _CONNECTORS or token.text in ",&/":
            if index == 0 or not phrase:
                continue
            phrase.insert(0, token)
        elif _is_name(reading, token):
            phrase.insert(0, token)
        else:
            break
    first = tokens.index(phrase[0]) if phrase else 0
    return _without_opening(phrase, tokens[first - 1].low if first else "")


def _without_opening(phrase: list[_Token], before_it: str) -> list[_Token]:
    """ "Notably, A and B" and "In New York, A and B" are about A and B."""
    comma = next((index for index, token in enumerate(phrase[:5]) if token.text == ","), None)
    if comma is not None and (before_it in _ADVERBIAL or (comma == 1 and _opens(phrase[0]))):
        phrase = phrase[comma + 1 :]
    while phrase and (phrase[0].text in ",&/" or phrase[0].low in ("of", "and", "&", "or")):
        phrase = phrase[1:]
    return phrase


def _opens(token: _Token) -> bool:
    return token.low in _OPENERS or token.low.endswith("ly")


def _mentions(reading: Reading, phrase: list[_Token]) -> list[Mention] | None:
    found = [mention for group in _coordinated(reading, phrase) if (mention := _mention(reading, group)) is not None]
    return found or None


def _coordinated(reading: Reading, phrase: list[_Token]) -> list[list[_Token]]:
    """Cut at `and` and, where there is one (or brackets tell the names apart), at commas; without either the last part counts."""
    groups: list[list[_Token]] = [[]]
    commas = False
    for token in phrase:
        name = reading.covered(token.span.start)
        inside = name is not None and name.span.start < token.span.start
        if not inside and token.low in ("and", ",", "/"):
            commas = commas or token.text == ","
            groups.append([])
        else:
            groups[-1].append(token)
    joined = any(token.low == "and" for token in phrase)
    groups = [group for group in groups if group and group[0].low not in _OTHERS]
    return groups if joined or not commas else groups[-1:]


def _mention(reading: Reading, group: list[_Token]) -> Mention | None:
    alias, entity = "", None
    words = [token for token in group if not token.text.startswith("(")]
    for token in group:
        if token.text.startswith("("):
            alias, entity = reading.bracket(Span(token.span.start + 1, token.span.end - 1))
    if not words:
        return None
    start, end = _narrowed(reading.document, words[0].span.start, words[-1].span.end)
    text = reading.document[start:end]
    if not text or text.lower() in _ANAPHORS or text.lower() in _STOPS or not any(character.isalpha() for character in text):
        return None
    return _linked(reading, Span(start, end), alias, entity)


def _narrowed(document: str, start: int, end: int) -> tuple[int, int]:
    """From the noun phrase to the name in it."""
    text = document[start:end]
    if _REGIONS.match(text):
        return start, end
    match = _SHARES_OF.match(text)
    start += match.end() if match else 0
    while start < end and (match := _DETERMINER.match(document[start:end])):
        start += match.end()
    text = document[start:end]
    if _REGIONS.match(text):
        return start, end
    tail = _TAIL_NOUNS.search(text)
    end = start + tail.start() if tail else end
    while start < end and document[end - 1] in "'’":
        end -= 1
    if document[max(start, end - 2) : end] in ("'s", "’s") and tail is None:
        end -= 2
    owner = _PLACE_OWNER.match(document[start:end])
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
