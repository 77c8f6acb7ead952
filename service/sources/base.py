"""What every kind of source must offer, and what it is given."""

import pyexpat
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from service.child import ChildPool
from service.http import REASONS, HttpClient
from service.model.source import Fetched, NotModified, Parsed, Source, SourceState

_OLDEST_SAFE_EXPAT = (2, 6)
PARSE_SECONDS = 10.0
PARSE_MEMORY = 512 * 2**20
ANSWERED = frozenset({"rate_limited", "unavailable", "server_error", "not_found", "gone", "unauthorized", "http_status"})
FETCH_REASONS: tuple[str, ...] = tuple(sorted(REASONS | ANSWERED))
"""Reasons of every FetchError that an adapter raises."""


class NoOptions(BaseModel):
    """For kinds that have none."""

    model_config = ConfigDict(extra="forbid")


class ParseContext:
    """What parsing needs: the time, and killable children for what strangers wrote. Children start with the first feed."""

    def __init__(self, now: Callable[[], datetime], *, seats: int = 2) -> None:
        self.now = now
        self.feeds = ChildPool("service.sources.feed_parser:handler", seats, PARSE_SECONDS, PARSE_MEMORY)

    def close(self) -> None:
        self.feeds.close()


class Adapter(Protocol):
    """A kind of source. Stateless; `fetch` and `parse` may run in many threads at once.

    Guarantee: `fetch` raises nothing but FetchError, `parse` nothing but ParseError, and neither holds a secret.
    """

    options: type[BaseModel]
    """The keys allowed below `options:` in sources.yaml."""
    needs_url: bool
    baseline: bool
    """Whether, unless sources.yaml says otherwise, what a new source already holds is history."""

    def fetch(self, source: Source, state: SourceState, http: HttpClient) -> Fetched | NotModified:
        """The body, unless it is the one that `state` remembers."""
        ...

    def parse(self, source: Source, fetched: Fetched, context: ParseContext) -> Parsed:
        """Its items, oldest first."""
        ...


def expat_warning() -> str:
    """A sentence for the log at start-up if this Python's XML parser is older than it should be, else nothing."""
    if pyexpat.version_info[:2] >= _OLDEST_SAFE_EXPAT:
        return ""
    return (
        f"this Python reads XML with {pyexpat.EXPAT_VERSION}; 2.6 or newer resists more denial-of-service tricks "
        "(feeds are read in a child process that is killed in time, so this is safe, if not ideal)"
    )
