"""From an English noun phrase to the name in it: what describes the name goes, what names nobody is no subject.

Guarantee: a mention lies inside its phrase, and is never made of descriptions, times, places, measures or people alone.
It must not know event types, and must not look beyond the phrase.
"""

import re
from collections.abc import Sequence

from service.events import english_generic as generic
from service.events import english_words as words
from service.events.english_tokens import Token
from service.events.names import Named
from service.events.reading import Mention, Reading
from service.folding import fold
from service.model.entity import EntityKind
from service.model.span import Span

_DESCRIBER = (
    r"(?:firm|maker|giant|start-?up|retailer|carmaker|automaker|lender|chipmaker|drugmaker|insurer|developer|"
    r"manufacturer|operator|producer|miner|conglomerate|fintech|supplier|provider|unicorn|titan|behemoth|"
    r"rival|peer|heavyweight|owner|parent|exporter|importer|refiner|distributor|processor|baker|brewer|builder|homebuilder|"
    r"shipbuilder|exchange operator|bellwether|steelmaker|planemaker|truckmaker|shipper|explorer|"
    r"broker|brokerage|wholesaler|hedge fund|crypto exchange|chip designer|subsidiary|affiliate|darling|landlord)"
)
_VERB = "(?i:(?:" + "|".join(sorted(words.HEADLINE_VERBS)) + "))"
_DESCRIBED_BEFORE = re.compile(
    rf"^(?:[\w.&'’/-]+,? ){{0,6}}?(?i:{_DESCRIBER}) (?=[A-Z0-9])(?!{_VERB}\b)"
    r"(?!(?:Inc|Corp|Co|Ltd|Limited|Group|Holdings?|PLC|Plc|plc|AG|SA|SE|NV|LLC|Company|Corporation|ETF|Index|Fund|Trust|"
    r"Shares|Stock|Price|ADRs?)\b)"
)
_NATIONAL = re.compile(
    rf"(?i:{words.NATIONS.pattern[:-1]} (?:bank|group|company|biotech|tech|miner|ev|chip|software|internet|energy)) (?=[A-Z])"
    r"(?!(?:Inc|Corp|Co|Ltd|Group|Holdings?|Shares|Stocks|Index)\b)"
)
_COMPANY = re.compile(
    r"^(?:[\w.'’&/-]+ ){1,5}?(?i:company|(?:hotel|coffee|restaurant|tea|bakery|burger|pizza|pharmacy|retail|gym|"
    r"clinic) chain) (?=[A-Z0-9])(?!\w+ing\b)"
)
_DESCRIPTION = re.compile(rf"(?:^|[\s-]){_DESCRIBER}s?$", re.IGNORECASE)
_ROLE = re.compile(
    r"(?:['’]s?)? (?:co-?founder|founder|co-ceo|ceo|cfo|coo|chairman|chair|chief|president|board|investors?|backers?|"
    r"shareholders?|"
    r"holders?|"
    r"promoters?|insiders?|bulls|bears|parent|employees|staff|workers)(?=\s|$|,|['’&]).*$",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"^(?:inc|corp|co|ltd|limited|plc|llc|ag|sa|se|nv|lp|group|holdings?|company|corporation|n\.v|s\.a)\.?$", re.IGNORECASE
)
_HAS_LEGAL = re.compile(
    r"\b(?:inc|corp|co|ltd|limited|plc|llc|ag|sa|se|nv|group|holdings?|company|corporation|bank|fund|trust|"
    r"etf)\b",
    re.IGNORECASE,
)
_PERIOD_TAIL = re.compile(
    r"\s(?:(?:full[- ]year|half[- ]year|(?:first|second|third|fourth)[- ]quarter|q[1-4]|h[12]|fy|hy)(?:\s.*)?|ytd|earnings|"
    r"results)$",
    re.IGNORECASE,
)
_HOW_BIG = ("-ever", "-plus", "-franc", "subscribed", "-crore", "-lakh", "-million", "-billion")
_BRACKET_TAIL = re.compile(r"\s*\([^()]*\)$")
_INDICES = re.compile(r"(?<= )[A-Z]\w*(?P<all> (?:indices|indexes))(?![\w ])")
_TICKER_TAIL = re.compile(r"(?:(?<=[Ii]ndex)|(?<=[Aa]verage)|(?<=[Cc]omposite))['’]s? \.?[A-Z]{2,6}$")
_BANK_OF = re.compile(r"^(?:bank|bancorp|first|general|national) of ", re.IGNORECASE)
_ADJECTIVE = re.compile(r"[A-Z][a-z-]+ (?=(?:[A-Z][a-z]+ )?[A-Z][a-z]+(?:an|ese|ish) (?i:shares|stocks|equities))")
_HOARDED = re.compile(r"[a-z] (?:stocks|shares|equities)$", re.IGNORECASE)
_EDGE = re.compile(r"^[\s\"'“”‘’(:;*#•|-]+|[\s\"'“”‘’(:;*|-]+$")
_WORD = re.compile(r"[^\s,&/]+")


def mention(reading: Reading, group: Sequence[Token], headline: bool) -> Mention | None:
    """The name in one noun phrase, or None where the phrase names nobody."""
    alias, entity = "", None
    for token in group:
        if token.is_bracket:
            alias, entity = reading.bracket(Span(token.span.start + 1, token.span.end - 1))
    named = _named(reading, group, headline)
    if not named or named[-1].text in ("it", "they", "he", "she") or any(token.low in ("your", "our", "my") for token in named):
        return None
    whole = Span(named[0].span.start, named[-1].span.end)
    start, end = narrowed(reading.document, *whole)
    text = reading.document[start:end]
    known = entity is not None or (reading.covered(start) is not None and reading.covered(end - 1) is not None)
    priced = words.SHARES.search(whole.of(reading.document)) is not None
    if not priced and named[-1].low in generic.MEASURES and reading.covered(named[-1].span.start) is None:
        return None
    if names_nobody(text, known, priced):
        return None
    found = _linked(reading, Span(start, end), alias, entity)
    return None if _HOARDED.search(whole.of(reading.document)) and _is_good(reading, found) else found


def _is_good(reading: Reading, mention: Mention) -> bool:
    """Copper stocks are what lies in a warehouse, or miners: no price of copper."""
    return mention.entity is not None and reading.book.catalog[mention.entity].kind is EntityKind.COMMODITY


def refers_back(reading: Reading, group: Sequence[Token], headline: bool) -> bool:
    """Whether the phrase means somebody whom the text names elsewhere: "the stock", "Chinese Bubble Tea Maker"."""
    named = _named(reading, group, headline)
    if not named:
        return True
    text = reading.document[named[0].span.start : named[-1].span.end]
    start, end = narrowed(reading.document, named[0].span.start, named[-1].span.end)
    low, last = _EDGE.sub("", text).lower(), named[-1].text
    if low in words.ANAPHORS or start >= end or (last.islower() and last in words.ANAPHORS):
        return True
    rest = reading.document[start:end]
    return rest.lower() in words.ANAPHORS or _DESCRIPTION.search(rest) is not None


def _named(reading: Reading, group: Sequence[Token], headline: bool) -> list[Token]:
    named = [token for token in group if not token.is_bracket]
    return _before_verb(reading, named) if headline else named


def _before_verb(reading: Reading, named: list[Token]) -> list[Token]:
    """In "Acme Weighs Bolt IPO" Acme does something."""
    for index, token in enumerate(named[1:], 1):
        if token.low in words.HEADLINE_VERBS and reading.covered(token.span.start) is None:
            return named[:index]
    return named


def names_nobody(text: str, known: bool = False, priced: bool = False) -> bool:
    """Whether words that look like a name are a description, a time, a place, a measure or a person."""
    low = text.lower()
    if low in words.ANAPHORS or low in words.STOPS or not any(character.isalpha() for character in text):
        return True
    if known or words.REGIONS.match(text) or low == "wall street":
        return False
    if low in words.NOBODY or low in generic.PERSONS or words.NATIONS.match(text) or _DESCRIPTION.search(text):
        return True
    if generic.TITLES.match(text) or generic.ECONOMIC.search(text) or (generic.FRAGMENT.search(text) and not has_legal(text)):
        return True
    parts = [_EDGE.sub("", part).lower().removesuffix("'s").removesuffix("’s") for part in _WORD.findall(text)]
    if parts and not known and parts[0] in words.HEADLINE_VERBS and not has_legal(text):
        return True
    if parts and parts[-1] in generic.MEASURES and not priced:
        return True
    if len(parts) > 1 and (_LEGAL.match(parts[-1]) or _BANK_OF.match(text)) and parts[0] not in generic.TIMES | generic.PLACES:
        return False
    return all(_says_nothing(part) for part in parts)


def _says_nothing(part: str) -> bool:
    return (
        part in generic.LOOSE
        or part in generic.TIMES
        or part in generic.PLACES
        or words.NATIONS.match(part) is not None
        or _LEGAL.match(part) is not None
        or is_quality(part)
        or not part.strip(".0123456789%$")
    )


def describes(word: str) -> bool:
    """Whether a word with a capital only says where, how or of what: Hong Kong, Wildly, Gold, Reducing."""
    low = word.lower()
    return _says_nothing(low) or low.endswith(("ly", "ing")) or low in words.LOWER_NAMES or is_quality(word)


def is_quality(word: str) -> bool:
    """Whether a word with a capital only says how or how big: Best-Ever, Oversubscribed, Billion-Plus."""
    low = word.lower()
    return low.endswith(_HOW_BIG) or low in generic.QUALITIES


def has_legal(text: str) -> bool:
    """Whether Inc., Bank, Group or their like make a company of the words."""
    return _HAS_LEGAL.search(text) is not None


def is_person(text: str) -> bool:
    """Whether two or three capitals look like somebody's first and last name."""
    parts = text.split()
    return 2 <= len(parts) <= 3 and parts[0].lower() in generic.GIVEN_NAMES and not has_legal(text)


def narrowed(document: str, start: int, end: int) -> tuple[int, int]:
    """From the noun phrase to the name in it."""
    if words.REGIONS.match(document[start:end]):
        return start, end
    match = words.SHARES_OF.match(document[start:end])
    start += match.end() if match else 0
    start = _after_determiners(document, start, end)
    start = _at_region(document, start, end)
    if words.REGIONS.match(document[start:end]):
        return start, end
    end = _before_tail(document, start, end)
    start, end = _without_description(document, start, end)
    owner = words.PLACE_OWNER.match(document[start:end])
    return (start + owner.end() if owner else start), end


def _at_region(document: str, start: int, end: int) -> int:
    """Roaring Sri Lankan Stocks are Sri Lankan Stocks."""
    word = _ADJECTIVE.match(document, start, end)
    return start + word.end() if word and words.REGIONS.match(document[start + word.end() : end]) else start


def _after_determiners(document: str, start: int, end: int) -> int:
    while start < end and (match := words.DETERMINER.match(document[start:end])) and match[0].strip() != "ON":
        start += match.end()
    return start


def _before_tail(document: str, start: int, end: int) -> int:
    """Without "'s shares", "(ACM) stock price", "CEO Jane Doe", "Q3"."""
    tail = words.TAIL_NOUNS.search(document[start:end])
    if tail:
        end = start + tail.start()
        end += 2 if generic.POSSESSIVE.search(document[start:end]) and document[end : end + 2] in ("'s", "’s") else 0
    several = _INDICES.search(document, start, end)
    end = several.start("all") if several else end
    quoted = _TICKER_TAIL.search(document[start:end])
    if quoted and quoted.start():
        end = start + quoted.start()
    while bracket := _BRACKET_TAIL.search(document[start:end]):
        end = start + bracket.start()
    role = _ROLE.search(document[start:end])
    if role and role.start():
        end = start + role.start()
    period = _PERIOD_TAIL.search(document[start:end])
    if period:
        end = start + period.start()
    possessive = re.search(r"['’]s?$|['’]$", document[start:end])
    if possessive and possessive.start() and not generic.POSSESSIVE.search(document[start : start + possessive.start()]):
        end = start + possessive.start()
    return end


def _without_description(document: str, start: int, end: int) -> tuple[int, int]:
    for pattern in (_NATIONAL, _DESCRIBED_BEFORE, _COMPANY):
        while match := pattern.match(document[start:end]):
            start += match.end()
    edge = _EDGE.sub("", document[start:end])
    if edge and edge != document[start:end]:
        start = document.index(edge, start, end)
        end = start + len(edge)
    return start, end


def _from_elsewhere(reading: Reading, span: Span, name: Named) -> bool:
    """Whether a currency is that of another nation (the Singapore dollar is no dollar, the Egyptian pound no pound), or an index
    of goods or money that of another house: the HBX Gold Index."""
    kind = reading.book.catalog[name.entity].kind
    if kind is EntityKind.INDEX and fold(name.span.of(reading.document)).split(" ")[0] in words.LOWER_NAMES:
        house = reading.document[span.start : name.span.start].strip()
        return house.isalpha() and house.isupper()
    if kind is not EntityKind.CURRENCY:
        return False
    nation = reading.document[span.start : name.span.start].strip().replace(".", "")
    own = any(known.lower().startswith(nation.lower()[:4]) for known in reading.book.catalog[name.entity].names_en)
    elsewhere = words.NATIONS.match(nation) or nation.lower() in generic.PLACES or nation.endswith(("an", "ese", "ish"))
    return bool(nation) and not own and bool(elsewhere)


def _linked(reading: Reading, span: Span, alias: str, entity: str | None) -> Mention:
    """Narrow a description to the known name at its end ("software giant Microsoft"), and find the entity."""
    names = reading.names_in(span.start, span.end)
    last = next((name for name in names if name.span.end == span.end), None)
    if last is not None and not _from_elsewhere(reading, span, last):
        span = last.span
        entity = entity or last.entity
    text = span.of(reading.document)
    known = reading.aliases.get(text)
    if known is not None:
        alias, entity = alias or known.alias, entity or known.entity
    if alias:
        reading.aliases.setdefault(text, Mention(text, span, entity, alias))
    return Mention(text, span, entity, alias)
