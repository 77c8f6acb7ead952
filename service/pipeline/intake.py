"""Due sources → fetched, parsed and ingested, each on its own seat, so that a slow or hostile one delays nobody.

A failure is recorded with its reason and pushes only its own source back, doubling up to an hour. Nothing here decides what is
news. Must not be given more sources than there are free seats: a claim that waits for a seat eats its own lease.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection

from service.alerting.backoff import RetryPolicy, backoff
from service.errors import FetchError, ParseError
from service.model.source import Fetched, NotModified, Source, SourceState
from service.pipeline.ingest import ingest
from service.pipeline.parts import Active, Parts
from service.sources import SOURCES
from service.storage import sources

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)
"""How long a source that keeps failing is left alone at most (its own interval when that is longer)."""


class LostClaim(Exception):  # not an error: another process holds the source now
    """The lease ran out while we worked; the transaction is rolled back."""


class Intake:
    """Claims sources and works on them in threads."""

    def __init__(self, parts: Parts, active: Callable[[], Active]) -> None:
        self._parts = parts
        self._active = active
        self._seats = threading.Semaphore(parts.limits.fetchers)
        self._threads = ThreadPoolExecutor(parts.limits.fetchers, thread_name_prefix="fetch")
        self._under_way: set[Future[None]] = set()
        self._closing = False

    def poll(self) -> int:
        """Claim what is due, as much as there are free seats, and start on it; returns how much."""
        seats = 0
        while not self._closing and self._seats.acquire(blocking=False):
            seats += 1
        claims: list[sources.Claim] = []
        try:
            if seats:
                limits = self._parts.limits
                with self._parts.database.begin() as connection:
                    claims = sources.claim_due(connection, limit=seats, per_host=limits.fetches_per_host, lease=limits.lease)
        finally:
            if seats > len(claims):
                self._seats.release(seats - len(claims))
        for claim in claims:
            work = self._threads.submit(self._work, claim)
            self._under_way.add(work)
            work.add_done_callback(self._done)
        return len(claims)

    def close(self) -> set[Future[None]]:
        """Start nothing more; what is under way, to wait for."""
        self._closing = True
        self._threads.shutdown(wait=False)
        return set(self._under_way)

    def _done(self, work: Future[None]) -> None:
        self._under_way.discard(work)
        self._seats.release()
        if error := work.exception():
            log.error("a fetch ended in a fault of our own; its source comes back when its lease ends", exc_info=error)

    def _work(self, claim: sources.Claim) -> None:
        active = self._active()
        source = next((source for source in active.rulebook.sources if source.id == claim.source_id), None)
        if source is None:  # taken out of sources.yaml a moment ago: the next sync retires its row
            return
        adapter, started = SOURCES[source.kind], monotonic()
        try:
            fetched = adapter.fetch(source, claim.state, self._parts.http)
            seconds = monotonic() - started
            if isinstance(fetched, NotModified):
                self._unchanged(claim, source, seconds)
                return
            parsed = adapter.parse(source, fetched, self._parts.parse)
            baseline = source.baseline and not claim.state.baselined
            finish = self._finish(claim, source, fetched, parsed.warnings)
            new = ingest(self._parts, active, source.id, parsed.items, baseline=baseline, finish=finish)
        except (FetchError, ParseError) as error:
            self._failed(claim, source, error, monotonic() - started)
        except LostClaim:
            log.warning("%s: another process took this source over while it was fetched; its result counts", source.id)
        else:
            self._parts.metrics.fetched("fetched", seconds)
            if new:
                log.info("%s: %d new items%s", source.id, new, " (history, not alerted)" if baseline else "")

    def _unchanged(self, claim: sources.Claim, source: Source, seconds: float) -> None:
        with self._parts.database.begin() as connection:
            due = self._parts.database.now(connection) + source.interval
            state = replace(claim.state, failures=0)
            sources.record_unchanged(connection, claim, state=state, next_at=due)
        self._parts.metrics.fetched("not_modified", seconds)

    def _finish(
        self, claim: sources.Claim, source: Source, fetched: Fetched, warnings: tuple[str, ...]
    ) -> Callable[[Connection, int], None]:
        """What must be true in the same transaction as the new items: the source remembers this body."""
        state = SourceState(fetched.etag, fetched.last_modified, fetched.body_hash, failures=0, baselined=True)

        def finish(connection: Connection, new: int) -> None:
            due = self._parts.database.now(connection) + source.interval
            if not sources.record_success(connection, claim, state=state, next_at=due, new_items=new, warnings=warnings):
                raise LostClaim

        return finish

    def _failed(self, claim: sources.Claim, source: Source, error: FetchError | ParseError, seconds: float) -> None:
        reason = error.reason if isinstance(error, FetchError) else "parse"
        asked = timedelta(seconds=error.retry_after or 0) if isinstance(error, FetchError) else timedelta(0)
        policy = RetryPolicy(first=source.interval, cap=max(source.interval, LONGEST_PAUSE))
        wait = max(backoff(policy, claim.state.failures + 1, source.id), source.interval, asked)
        with self._parts.database.begin() as connection:
            due = self._parts.database.now(connection) + wait
            sources.record_failure(connection, claim, error=str(error), reason=reason, next_at=due)
        self._parts.metrics.fetched("failed", seconds, reason)
        log.warning("%s: %s (tried again in %ds)", source.id, error, wait.total_seconds())
