"""Securities, indices and companies, and the names people call them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EntityKind(StrEnum):
    """What an entity is; only STOCK and FUND can hit a price limit, INDEX and SECTOR can reach an index high."""

    STOCK = "stock"
    INDEX = "index"
    SECTOR = "sector"
    COMPANY = "company"
    FUND = "fund"
    COMMODITY = "commodity"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Entity:
    """`id` is the ticker with its market (601869.SH, NVDA.US) or a slug for what has none.

    The first name of a language is the one that is shown. `listed` is the first day of trading, where a list says it.
    """

    id: str
    kind: EntityKind
    names_en: tuple[str, ...] = ()
    names_zh: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    listed: date | None = None

    @property
    def name(self) -> str:
        """The name to show: English first, then Chinese, then the id."""
        return (*self.names_en, *self.names_zh, self.id)[0]


Catalog = Mapping[str, Entity]
"""All known entities by id."""
