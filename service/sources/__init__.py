"""Adapters in: each kind of source is one module here and one line in SOURCES.

Guarantee: what leaves this room is plain text, http(s) links and aware dates, whatever the other side sent. Nothing here knows
the database, rules or alerts. To add a kind: a class with the shape of `base.Adapter`, its line below, its case in the contract
suite.
"""

from collections.abc import Mapping

from service.sources.base import FETCH_REASONS, Adapter, ParseContext, expat_warning
from service.sources.feed import FeedAdapter
from service.sources.seed import SeedAdapter

SOURCES: Mapping[str, Adapter] = {
    "feed": FeedAdapter(),
    "seed": SeedAdapter(),
}

__all__ = ["FETCH_REASONS", "SOURCES", "Adapter", "ParseContext", "expat_warning"]
