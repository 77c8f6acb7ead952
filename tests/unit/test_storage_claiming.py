"""How many of each key a claim takes, and how the picking query copes with a hog."""

from datetime import timedelta

from service.clock import utc_now
from service.storage import deliveries
from service.storage.claiming import Quota, new_token
from service.storage.database import Database
from tests.support.claims import claim_due
from tests.support.stored import LEASE, order, store_alerts


def test_quota_counts_what_is_under_way() -> None:
    quota = Quota(2, {"a": 2, "b": 1}, frozenset({"x"}))
    assert quota.closed == {"a", "x"}
    assert [quota.take(key) for key in ("a", "b", "b", "c", "x")] == [False, True, False, True, False]


def test_quota_without_a_share_excludes_only_what_it_is_told() -> None:
    quota = Quota(None, {"a": 1000}, frozenset({"x"}))
    assert [quota.take(key) for key in ("a", "a", "x")] == [True, True, False]


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


def test_a_backlog_does_not_hide_what_stands_behind_it(sqlite_database: Database) -> None:
    """Three targets with long backlogs, and one delivery that came last."""
    now = utc_now()
    with sqlite_database.begin() as connection:
        store_alerts(connection, range(301))
        backlog = [order(n, group=str(n), target=f"slow{n // 100}://x", now=now - timedelta(hours=1)) for n in range(300)]
        deliveries.enqueue(connection, [*backlog, order(300, target="quick://x", now=now)])
    with sqlite_database.begin() as connection:
        claimed = claim_due(connection, limit=20, lease=LEASE, per_target=5)
    assert [delivery.target for delivery in claimed].count("quick://x") == 1
    assert len(claimed) == 16
