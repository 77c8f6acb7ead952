"""Names of entities in a text: which entity a stretch of words names.

Guarantee: Latin names count only as whole words, of nested names the longest wins, and a name inside brackets (another spelling
or a ticker) decides over the words before them.
It must not guess: words that no list knows name nothing.
"""

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.folding import fold
from service.model.entity import Catalog, Entity
from service.model.span import Span

_TICKER = re.compile(r"^(?:(?P<market>[a-z]{2,6})\s?:\s?)?(?P<code>[a-z0-9]{1,6})(?:[.](?P<suffix>[a-z]{1,3}))?$")
_PREFIXED = re.compile(r"^(?P<market>sh|sz|bj|hk)(?P<code>\d{5,6})$")
_MARKETS = {
    "nasdaq": "US", "nyse": "US", "us": "US", "o": "US", "n": "US", "oq": "US", "sh": "SH", "ss": "SH", "sse": "SH", "sz": "SZ",
    "szse": "SZ", "bj": "BJ", "hk": "HK", "hkg": "HK", "hkex": "HK", "sehk": "HK",
}  # fmt: skip


_LATIN = frozenset(string.ascii_letters + string.digits)


class Named(NamedTuple):
    """A place where a name of the catalog stands."""

    span: Span
    entity: str


def spellings(entity: Entity) -> Iterable[str]:
    """Every text that names the entity."""
    return (*entity.names_en, *entity.names_zh)


def folded_names(catalog: Catalog) -> dict[str, str]:
    """Folded name to id; a name of two entities belongs to the first."""
    found: dict[str, str] = {}
    for entity in catalog.values():
        for name in spellings(entity):
            found.setdefault(fold(name).strip(), entity.id)
    found.pop("", None)
    return found


def codes(catalog: Catalog) -> dict[str, str]:
    """Folded ticker, with and without its market, to id; a ticker without market only where it is digits (A-shares)."""
    found = {fold(entity): entity for entity in catalog}
    for entity in catalog:
        code, _, market = entity.partition(".")
        if market in ("SH", "SZ", "BJ") and code.isdigit():
            found.setdefault(code, entity)
    return found


def whole(folded: str, start: int, end: int) -> bool:
    """Whether no Latin word is cut at either side."""
    if start and folded[start] in _LATIN and folded[start - 1] in _LATIN:
        return False
    return not (end < len(folded) and folded[end - 1] in _LATIN and folded[end] in _LATIN)


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
