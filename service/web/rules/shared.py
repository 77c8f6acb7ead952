"""What all rule pages of one server look things up in, so that it is read once for all of them."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from service.errors import StorageError
from service.storage import rule_stats
from service.storage.rule_stats import RuleStats
from service.web.context import WebContext
from service.web.rendering import Pages
from service.web.rules.catalogue import Catalogue
from service.web.rules.trial import DraftTrials

DAYS = 30
FRESH = timedelta(seconds=30)
STALE = timedelta(minutes=10)
"""Figures older than FRESH are counted anew behind the reader's back, those older than STALE before the reader's eyes."""

Counted = tuple[datetime, dict[str, RuleStats]]


class Figures:
    """The figures of all rules: counting them may take longer than a page should."""

    def __init__(self, context: WebContext) -> None:
        self._database = context.database
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._known: Counted | None = None

    def of_all(self) -> tuple[datetime, Mapping[str, RuleStats]]:
        """Now, and the figures."""
        with self._database.read() as connection:
            now = self._database.now(connection).astimezone(UTC)
        known = self._known
        if known is None or not timedelta(0) <= now - known[0] < STALE:
            with self._turn:
                if self._known is known:
                    self._count()
                assert self._known is not None
                return now, self._known[1]
        if now - known[0] >= FRESH and self._counting.acquire(blocking=False):
            threading.Thread(target=self._refresh, name="rule-figures", daemon=True).start()
        return now, known[1]

    def _refresh(self) -> None:
        try:
            self._count()
        except StorageError:
            return  # the old figures stay, and whoever asks next tries again
        finally:
            self._counting.release()

    def _count(self) -> None:
        with self._database.read() as connection:
            now = self._database.now(connection).astimezone(UTC)
            start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
            self._known = now, rule_stats.of_all(connection, start)


class Shared:
    """One of each for a server."""

    def __init__(self, context: WebContext) -> None:
        self.catalogue = Catalogue()
        self.figures = Figures(context)
        self.trials = DraftTrials(context)


_BY_PAGES: WeakKeyDictionary[Pages, Shared] = WeakKeyDictionary()


def shared(context: WebContext, pages: Pages) -> Shared:
    """What the pages of this server share."""
    return _BY_PAGES.setdefault(pages, Shared(context))
