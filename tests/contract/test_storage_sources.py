"""The schedule of the sources on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.clock import utc_now
from service.model.source import Source, SourceState
from service.storage import sources
from service.storage.database import Database
from service.storage.sources import Claim, SourceStatus
from tests.support.stored import LEASE, OVER

FEED = Source("wire", "feed", "https://example.com/feed", interval=timedelta(minutes=1), publisher="Example", options={"a": "1"})
STATE = SourceState(etag="e1", last_modified="Mon", body_hash="h1", failures=0, baselined=True)
LATER = timedelta(hours=1)


def sync(database: Database, listed: Sequence[Source]) -> None:
    with database.begin() as connection:
        sources.sync(connection, listed, utc_now())


def claim(database: Database, *, limit: int = 10, per_host: int = 10, lease: timedelta = LEASE) -> list[Claim]:
    with database.begin() as connection:
        return sources.claim_due(connection, limit=limit, per_host=per_host, lease=lease)


def succeed(database: Database, claimed: Claim, state: SourceState = STATE) -> bool:
    with database.begin() as connection:
        return sources.record_success(connection, claimed, state=state, next_at=utc_now() + LATER, new_items=1)


def fail(database: Database, claimed: Claim, next_in: timedelta = LATER) -> bool:
    with database.begin() as connection:
        return sources.record_failure(connection, claimed, error="it said no", reason="connect", next_at=utc_now() + next_in)


def status(database: Database, source_id: str = "wire") -> SourceStatus:
    with database.read() as connection:
        return next(found for found in sources.overview(connection) if found.id == source_id)


def test_a_new_source_is_due_at_once_and_once(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    assert (claimed.source_id, claimed.state) == ("wire", SourceState())
    assert claim(database) == []
    assert status(database).fetching


def test_a_source_comes_back_when_its_time_has_come(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    with database.begin() as connection:
        assert sources.record_success(connection, claimed, state=STATE, next_at=utc_now())
    [again] = claim(database)
    assert again.state == STATE
    assert succeed(database, again)
    assert claim(database) == []


def test_the_longest_overdue_comes_first(database: Database) -> None:
    sync(database, [replace(FEED, id=name, url=f"https://{name}.example.com/") for name in ("a", "b", "c")])
    now = utc_now()
    for claimed, age in zip(claim(database), (1, 3, 2), strict=True):
        with database.begin() as connection:
            sources.record_success(connection, claimed, state=STATE, next_at=now - timedelta(minutes=age))
    assert [claimed.source_id for claimed in claim(database, limit=2)] == ["b", "c"]


def test_a_host_is_asked_by_so_many_at_a_time(database: Database) -> None:
    crowd = [replace(FEED, id=f"x{number}", url=f"https://x.example.com/{number}") for number in range(5)]
    sync(database, [*crowd, replace(FEED, id="y", url="https://y.example.com/")])
    first = claim(database, per_host=2)
    assert sorted(claimed.source_id for claimed in first) == ["x0", "x1", "y"]
    assert claim(database, per_host=2) == []
    succeed(database, first[0])
    assert [claimed.source_id for claimed in claim(database, per_host=2)] == ["x2"]


def test_a_claim_that_ran_out_is_taken_over_and_fenced(database: Database) -> None:
    sync(database, [FEED])
    [zombie] = claim(database, lease=OVER)
    [successor] = claim(database)
    assert zombie.token != successor.token
    assert not succeed(database, zombie)
    assert not fail(database, zombie)
    assert status(database).state == SourceState()
    assert succeed(database, successor)
    assert not succeed(database, successor), "an outcome is recorded once"


def test_failures_are_counted_and_forgotten(database: Database) -> None:
    sync(database, [FEED])
    for expected in (1, 2):
        [claimed] = claim(database)
        assert fail(database, claimed, next_in=OVER)
        found = status(database)
        assert (found.state.failures, found.last_error, found.last_reason) == (expected, "it said no", "connect")
        assert found.last_failure_at is not None
    [claimed] = claim(database)
    assert claimed.state.failures == 2
    assert succeed(database, claimed)
    found = status(database)
    assert (found.state.failures, found.last_error, found.last_reason) == (0, "", "")
    assert found.last_success_at is not None


def test_an_unchanged_body_keeps_what_was_said_of_the_last_one(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    with database.begin() as connection:
        assert sources.record_success(connection, claimed, state=STATE, next_at=utc_now(), new_items=4, warnings=["cut"])
    [claimed] = claim(database)
    with database.begin() as connection:
        assert sources.record_unchanged(connection, claimed, state=replace(STATE, etag="e2"), next_at=utc_now() + LATER)
        assert not sources.record_unchanged(connection, claimed, state=STATE, next_at=utc_now())
    found = status(database)
    assert (found.last_new_items, found.warnings, found.state.etag) == (4, ("cut",), "e2")
    assert not found.fetching


def test_an_unchanged_file_changes_nothing(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    sync(database, [FEED])
    assert succeed(database, claimed)
    before = status(database)
    sync(database, [FEED])
    assert status(database) == before


def test_a_changed_interval_keeps_the_memory_and_fences_the_fetch(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    succeed(database, claimed)
    sync(database, [replace(FEED, publisher="Another")])
    [claimed] = claim(database)
    assert claimed.state == STATE
    sync(database, [replace(FEED, interval=timedelta(minutes=5))])
    assert not succeed(database, claimed)
    assert [again.state for again in claim(database)] == [STATE]


@pytest.mark.parametrize("change", [{"url": "https://example.com/new"}, {"kind": "seed"}, {"options": {"a": "2"}}])
def test_another_address_is_another_feed(database: Database, change: dict[str, Any]) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    succeed(database, claimed)
    sync(database, [replace(FEED, **change)])
    [claimed] = claim(database)
    assert claimed.state == SourceState(), "validators and baseline belong to the address"


def test_a_source_that_is_gone_stops_and_returns_with_its_memory(database: Database) -> None:
    other = replace(FEED, id="other")
    sync(database, [FEED, other])
    for claimed in claim(database):
        succeed(database, claimed)
    sync(database, [other])
    assert claim(database) == []
    assert (status(database).active, status(database).next_at) == (False, None)
    sync(database, [FEED, other])
    [claimed] = claim(database)
    assert (claimed.source_id, claimed.state) == ("wire", STATE)


def test_a_source_that_goes_while_it_is_fetched_records_nothing(database: Database) -> None:
    sync(database, [FEED])
    [claimed] = claim(database)
    sync(database, [])
    assert not succeed(database, claimed)
    assert not status(database).active


def test_release_gives_back_what_a_dead_process_held(database: Database) -> None:
    sync(database, [FEED])
    [dead] = claim(database)
    with database.begin() as connection:
        assert sources.release(connection, utc_now()) == 1
    assert len(claim(database)) == 1
    assert not succeed(database, dead)


def test_no_address_is_stored(database: Database) -> None:
    """A feed's URL may hold a password."""
    sync(database, [replace(FEED, url="https://user:CANARY@example.com/CANARY", options={"token": "CANARY"})])
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sources").all()
    assert "CANARY" not in repr(rows)
    assert status(database).host == "example.com"
