"""Deliveries that need care: lost again and again, or sent while the database is away."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text

from service.alerting.backoff import MAX_LOSSES
from service.clock import utc_now
from service.errors import StorageError
from service.model.delivery import Delivery, DeliveryState
from service.pipeline import outbox as outbox_module
from service.pipeline.parts import Limits
from service.storage import deliveries
from service.storage.claiming import Quota
from service.storage.database import Database
from tests.support.claims import claim_due
from tests.support.http_server import Exchange, Reply, serve
from tests.support.outbox import counts, finish, messages, outbox, queue, settle, status, tries
from tests.support.process import wait_until
from tests.support.stored import OVER


def lose(database: Database, times: int) -> None:
    """As if the process had died with everything in its hands, again and again."""
    for _ in range(times):
        with database.begin() as connection:
            assert claim_due(connection, limit=10, lease=OVER)
    with database.begin() as connection:
        assert deliveries.release(connection)


def test_a_delivery_that_was_lost_once_is_sent_at_once(database: Database) -> None:
    queue(database, [1], "inbox://")
    lose(database, 1)
    with outbox(database) as out:
        finish(database, out)
    assert [outcome for outcome, _ in tries(database)] == ["unknown", "sent"]


def test_a_delivery_that_is_lost_again_lets_its_neighbours_go_first(database: Database) -> None:
    queue(database, [1], "inbox://")
    lose(database, 2)
    queue(database, [2], "inbox://")
    with outbox(database) as out:
        settle(database, out)
    (suspect,), (neighbour,) = status(database, 1), status(database, 2)
    assert neighbour.state is DeliveryState.SENT
    assert (suspect.state, suspect.attempts) == (DeliveryState.RETRYABLE, 2), "waiting is no try"
    assert suspect.next_at is not None
    assert timedelta(seconds=10) < suspect.next_at - utc_now() < timedelta(seconds=37)


def test_a_delivery_that_is_lost_every_time_is_given_up_unsent(database: Database) -> None:
    with serve() as server, outbox(database) as out:
        server.on("/hook")
        queue(database, [1], f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}/hook")
        lose(database, MAX_LOSSES)
        finish(database, out)
        assert server.requests == []
    given_up, notice = status(database, 1)
    assert (given_up.state, given_up.last_reason) == (DeliveryState.DISCARDED, "lost")
    assert notice.state is DeliveryState.SENT
    assert len(messages(database)) == 1


@pytest.mark.parametrize("scheme", ["webhook+http", "json"])
def test_what_was_sent_while_the_database_is_away_is_recorded_when_it_is_back(sqlite_database: Database, scheme: str) -> None:
    def rename(before: str, after: str) -> None:
        with sqlite_database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    def answer(exchange: Exchange) -> None:
        rename("attempts", "gone")
        exchange.send(Reply(200))

    with serve() as server, outbox(sqlite_database) as out:
        server.answer("/hook", answer)
        user = "${SECRET}" if scheme != "json" else "me:${SECRET}"
        queue(sqlite_database, [1], f"{scheme}://{user}@127.0.0.1:{server.server_port}/hook")
        out.deliver()
        server.wait_for(1)
        wait_until(lambda: bool(out._recorder._waiting), 10)
        assert counts(sqlite_database)[DeliveryState.SENDING] == 1
        rename("gone", "attempts")
        out.deliver()
        assert len(server.requests) == 1
    assert tries(sqlite_database) == [("sent", "")]


def test_a_claim_that_the_database_broke_off_goes_on(sqlite_database: Database) -> None:
    def rename(before: str, after: str) -> None:
        with sqlite_database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    with serve() as server, outbox(sqlite_database) as out:
        server.on("/hook")
        queue(sqlite_database, [1, 2], f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}/hook")
        rename("alerts", "gone")
        with pytest.raises(StorageError):
            out.deliver()
        assert counts(sqlite_database)[DeliveryState.SENDING] == 2
        rename("gone", "alerts")
        finish(sqlite_database, out)
    assert tries(sqlite_database) == [("sent", "")] * 2, "and none counts as lost"


def test_a_claim_that_goes_on_after_its_time_sends_nothing_of_it(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [0.0]
    monkeypatch.setattr(outbox_module, "monotonic", lambda: monotonic() + late[0])
    with serve() as server, outbox(sqlite_database) as out:
        server.on("/hook")
        queue(sqlite_database, [1], f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}/hook")
        with sqlite_database.begin() as connection:
            connection.execute(text("ALTER TABLE alerts RENAME TO gone"))
        with pytest.raises(StorageError):
            out.deliver()
        with sqlite_database.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO alerts"))
        late[0] = Limits().lease.total_seconds() * 0.9
        returned: list[int] = []
        give_back = out._return

        def note(left: Sequence[Delivery]) -> None:
            returned.append(len(left))
            give_back(left)

        monkeypatch.setattr(out, "_return", note)
        finish(sqlite_database, out)
        assert sum(returned) == 1, "before it was sent under a lease of now"
    assert tries(sqlite_database) == [("sent", "")]


def test_a_share_may_differ_from_key_to_key_and_be_nothing() -> None:
    quota = Quota({"a": 2, "b": 0}.__getitem__, {}, frozenset())
    assert [quota.take(key) for key in "abaa"] == [True, False, True, False]
    assert quota.closed == {"a", "b"}
