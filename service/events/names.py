"""Names of entities in a text: which entity a stretch of words names.

Guarantee: Latin names count only as whole words, of nested names the longest wins, and a name inside brackets (another spelling
or a ticker) decides over the words before them.
It must not guess: words that no list knows name nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from enum import IntFlag
from typing import NamedTuple
from unicodedata import combining, normalize

from service.events.watchlist_csv import ListedEntity, too_short
from service.folding import fold
from service.model.entity import Catalog, Entity, EntityKind
from service.model.span import Span

_TICKER = re.compile(r"^(?:(?P<market>[a-z]{2,6})\s?:\s?)?(?P<code>[a-z0-9]{1,6})(?:[.](?P<suffix>[a-z]{1,3}))?$")
_PREFIXED = re.compile(r"^(?P<market>sh|sz|bj|hk)(?P<code>\d{5,6})$")
_MARKETS = {
    "nasdaq": "US", "nyse": "US", "us": "US", "o": "US", "n": "US", "oq": "US", "sh": "SH", "ss": "SH", "sse": "SH", "sz": "SZ",
    "szse": "SZ", "bj": "BJ", "hk": "HK", "hkg": "HK", "hkex": "HK", "sehk": "HK",
}  # fmt: skip

SUFFIX = (
    r",? (?:incorporated|inc|corporation|corp|company|co|limited|ltd|plc|group|holdings?|ag|se|s\.?a|n\.?v|ab|asa|oyj|"
    r"s\.?p\.?a|llc|l\.?p|& co|kgaa|s\.?e)(?![\w&])"
)
"""What companies are called besides their name, folded; it may be said or left out."""
_SUFFIX_END = re.compile(SUFFIX + r"\.?$", re.IGNORECASE)


class Named(NamedTuple):
    """A place where a name of the catalog stands."""

    span: Span
    entity: str


class Care(IntFlag):
    """How careful to be with a name: the text must have its capital, or be all capitals; it is a word before it is a name (its
    surroundings must show that it is one); or nobody here wrote it by hand, so that a longer name around it must be expected."""

    CAPITAL = 1
    UPPER = 2
    WORD = 4
    LISTED = 8


class Known(NamedTuple):
    """Whom a name stands for, and with what care."""

    entity: str
    care: int


def known_names(catalog: Catalog, ambiguous: Set[str] = frozenset()) -> dict[str, Known]:
    """Folded name to whom it stands for.

    Names belong to the first who has them: first those of YAML files, then those of each CSV file, whose own double names (Merck
    is two companies) name nobody. With each name goes how it is said without "Inc.", share class or accents.
    """
    words = {fold(word) for word in ambiguous}
    found: dict[str, Known] = {}
    by_hand = [entity for entity in catalog.values() if not isinstance(entity, ListedEntity)]
    for spelled in (_exact, _shorter):
        for name, known in ((name, known) for entity in by_hand for name, known in _claims(entity, spelled, words)):
            found.setdefault(name, known)
    for entities in _files(catalog):
        claims: dict[str, Known] = {}
        shared: set[str] = set()
        for name, known in (claim for entity in entities for way in (_exact, _shorter) for claim in _claims(entity, way, words)):
            if claims.setdefault(name, known).entity != known.entity:
                shared.add(name)
        for name, known in claims.items():
            if name not in shared:
                found.setdefault(name, known)
    return found


def shared_names(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Folded names that several entities are given, with the ids in the order of precedence."""
    owners: dict[str, list[str]] = {}
    for entity in catalog.values():
        for name in dict.fromkeys(fold(name).strip() for name in _exact(entity)):
            owners.setdefault(name, []).append(entity.id)
    return {name: tuple(ids) for name, ids in owners.items() if len(ids) > 1}


def _files(catalog: Catalog) -> Iterable[list[ListedEntity]]:
    """The entities of each CSV file."""
    files: dict[str, list[ListedEntity]] = {}
    for entity in catalog.values():
        if isinstance(entity, ListedEntity):
            files.setdefault(entity.file, []).append(entity)
    return files.values()


def _claims(entity: Entity, spelled: Callable[[Entity], Iterable[str]], words: Set[str]) -> Iterator[tuple[str, Known]]:
    listed = isinstance(entity, ListedEntity) or spelled is _shorter
    for name in spelled(entity):
        folded = fold(name).strip()
        if folded:
            yield folded, Known(entity.id, _care(name, folded, entity, words, listed))


def _exact(entity: Entity) -> Iterable[str]:
    return (*entity.names_en, *entity.names_zh)


def _shorter(entity: Entity) -> Iterator[str]:
    """The name as the news says it: Apple for Apple Inc., 京东方 for 京东方A, ST for *ST, Nestle for Nestlé."""
    for name in entity.names_en:
        bare = without_suffix(name)
        for shorter in dict.fromkeys((bare, bare.removeprefix("The "), *(() if name.isascii() else (without_accents(bare),)))):
            if not too_short(shorter):
                yield shorter
    for name in entity.names_zh:
        if name.startswith(("*ST", "ST")):
            yield f"*ST{name.lstrip('*')[2:]}"
            yield name.lstrip("*")
        if len(name) > 3 and fold(name[-1]) == "a":
            yield name[:-1]


def without_accents(name: str) -> str:
    """Nestle for Nestlé."""
    return "".join(character for character in normalize("NFKD", name) if not combining(character))


def without_suffix(name: str) -> str:
    """Without Inc., Corp., plc and their like at the end, however many."""
    while (match := _SUFFIX_END.search(name)) is not None:
        name = name[: match.start()]
    return name


def _care(name: str, folded: str, entity: Entity, words: Set[str], listed: bool) -> int:
    """The care that a name needs; what has no share (gold, the Dow) was written by hand and means what it says."""
    if entity.kind not in (EntityKind.STOCK, EntityKind.COMPANY):
        return 0
    word = folded in words or (listed and folded.isascii() and len(folded) < 4)
    care = Care.WORD if word else 0
    if not folded[0].isascii():
        return care | (Care.LISTED if listed else 0)
    if (listed or word) and name[0].isupper():
        care |= Care.UPPER if name.isupper() and len(name) < 6 else Care.CAPITAL
    return care | (Care.LISTED if listed else 0)


def codes(catalog: Catalog) -> dict[str, str]:
    """Folded ticker, with and without its market, to id; a ticker without market only where it is digits (A-shares).

    000001 without a market is the bank, not the index of that number.
    """
    found = {fold(entity): entity for entity in catalog}
    for kinds in ((EntityKind.STOCK,), tuple(EntityKind)):
        for entity, one in catalog.items():
            code, _, market = entity.partition(".")
            if one.kind in kinds and market in ("SH", "SZ", "BJ") and code.isdigit():
                found.setdefault(code, entity)
    return found


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def whole(folded: str, start: int, end: int) -> bool:
    """Whether no Latin word is cut at either side."""
    if start and folded[start - 1] in _LATIN and folded[start] in _LATIN:
        return False
    return not (end < len(folded) and folded[end] in _LATIN and folded[end - 1] in _LATIN)


def longest(found: Sequence[Named]) -> list[Named]:
    """Names in the order of the text, those inside a longer one left out."""
    kept: list[Named] = []
    for name in sorted(found, key=lambda one: (one.span.start, -one.span.end)):
        if not kept or name.span.end > kept[-1].span.end:
            kept.append(name)
    return kept


def from_bracket(inside: str, names: Mapping[str, str], tickers: Mapping[str, str]) -> str | None:
    """The id that the content of a bracket stands for: a known name or a ticker."""
    text = fold(inside).strip()
    if text in names:
        return names[text]
    if text in tickers:
        return tickers[text]
    match = _PREFIXED.match(text) or _TICKER.match(text)
    if match is None:
        return None
    groups = match.groupdict()
    market = _MARKETS.get(groups["market"] or groups.get("suffix") or "")
    return tickers.get(f"{groups['code']}.{market}".lower()) if market else None
