"""The straight line, as one sequence:

    poll     claim due sources → fetch → parse → ingest                                              (intake)
    ingest   what is new → understand → match → ONE transaction: items, events, decisions,
             alerts, deliveries, source state                                                        (ingest)
    sweep    what did not happen → decisions, alerts, deliveries; forget what no window needs        (sweep)
    deliver  claim due deliveries → send → record                                                    (outbox)

Owns the transactions, the metrics and the record of every outcome; adapters know nothing of them. No transaction is open while
the network or a child process works. A claim is a lease with a token: whoever comes late finds the token changed and writes
nothing. Guarantee: an alert and its deliveries are committed together or not at all, and a delivery is recorded as sent only
after its target accepted it, so a crash repeats at most what was in flight, under the same key.
"""

from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any

from service.model.item import Item
from service.pipeline.dressing import dress
from service.pipeline.ingest import ingest
from service.pipeline.intake import Intake
from service.pipeline.outbox import Outbox
from service.pipeline.parts import Active, Limits, Parts
from service.pipeline.sweep import sweep
from service.sources.text import MAX_TEXT, MAX_TITLE
from service.storage import sources

MAX_PUBLISHER = 320
CLOSE_SECONDS = 6.0
"""A service manager kills after ten seconds, as a rule, and what hangs is broken off after this."""

__all__ = ["Active", "Limits", "Parts", "Pipeline"]


class Pipeline:
    """One process's share of the line; any number of processes may run one against the same database."""

    def __init__(self, parts: Parts, active: Active) -> None:
        self._parts = parts
        self._active = active
        self._intake = Intake(parts, lambda: self._active)
        self._outbox = Outbox(parts, lambda delivery: dress(delivery, self._active.rulebook))

    @property
    def active(self) -> Active:
        """The rulebook in force and its extractor."""
        return self._active

    def use(self, active: Active) -> Active:
        """Switch to another rulebook; returns the one before, whose extractor the caller closes when it is idle."""
        before, self._active = self._active, active
        with self._parts.database.begin() as connection:
            sources.sync(connection, active.rulebook.sources, self._parts.database.now(connection))
        return before

    def poll(self) -> int:
        """Start fetching what is due; returns how many fetches were started."""
        return self._intake.poll()

    def push(self, source: str, items: Sequence[Item]) -> int:
        """Take items that were handed in instead of fetched, cut to what fetched ones may have; returns how many were new."""
        return ingest(self._parts, self._active, source, [_capped(item) for item in items])

    def sweep(self) -> int:
        """Notice what did not happen, and forget what no window needs; returns how many alerts that made."""
        return sweep(self._parts, self._active)

    def deliver(self) -> int:
        """Start sending what is due; returns how many deliveries were started."""
        return self._outbox.deliver()

    def close(self, within: float = CLOSE_SECONDS) -> None:
        """Start nothing more and wait for what is under way; what takes longer than `within` seconds comes back by its lease."""
        fetches, batches = self._intake.close(), self._outbox.close()
        under_way: list[Future[Any]] = [*fetches, *batches]
        wait(under_way, timeout=within)


def _capped(item: Item) -> Item:
    """No more text than a fetched item may have, so that nobody can push what would hold up the line."""
    return replace(item, title=item.title[:MAX_TITLE], text=item.text[:MAX_TEXT], publisher=item.publisher[:MAX_PUBLISHER])
