"""What the line is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from service.alerting.backoff import RetryPolicy
from service.extraction import Extractor
from service.http import HttpClient
from service.metrics import Metrics
from service.notify import Notifiers
from service.pipeline.stories import Storyteller
from service.rulebook import Rulebook
from service.sources import ParseContext
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at once, and for how long it may be held."""

    lease: timedelta = timedelta(seconds=120)
    fetchers: int = 8
    fetches_per_host: int = 2
    senders: int = 4


@dataclass(frozen=True, slots=True)
class Parts:
    """Opened and closed by `app`; `secrets` answers the `${NAME}` of receivers each time anew."""

    database: Database
    http: HttpClient
    parse: ParseContext
    notifiers: Notifiers
    metrics: Metrics
    secrets: Callable[[str], str | None]
    limits: Limits
    retry: RetryPolicy
    stories: Storyteller = field(default_factory=Storyteller)


@dataclass(frozen=True, slots=True)
class Active:
    """The rulebook in force and the extractor that was started with its vocabulary."""

    rulebook: Rulebook
    extractor: Extractor
