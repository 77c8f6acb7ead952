"""Many workers on one database: nothing is lost, nothing is done twice, nobody is told that the database is locked."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, text

from service.clock import utc_now
from service.errors import StorageError
from service.model.alert import Alert
from service.model.delivery import Delivery, DeliveryState
from service.model.item import Item
from service.model.source import Source
from service.storage import alerts, deliveries, enqueueing, items, sources
from service.storage.database import Database, open_database
from service.storage.tables import ATTEMPTS, DELIVERIES, DELIVERY_ALERTS
from tests.support.claims import claim_due
from tests.support.stored import LEASE, numbered_alert, order, store_alerts, store_item
from tests.support.workers import WORKERS, drain, in_processes, upgrade, write_items


def test_four_workers_share_a_thousand_deliveries(database_url: str, database: Database) -> None:
    with database.begin() as connection:
        store_alerts(connection, range(1000))
        assert deliveries.enqueue(connection, [order(number, group=str(number)) for number in range(1000)]) == 1000
    done = [entry for entries in in_processes(drain, database_url) for entry in entries]
    assert len(done) == 1000
    assert len({number for number, _ in done}) == 1000
    assert {alert for _, alert in done} == {numbered_alert(number).id for number in range(1000)}
    with database.read() as connection:
        assert deliveries.counts(connection)[DeliveryState.SENT] == 1000
        assert connection.execute(select(func.count()).select_from(ATTEMPTS)).scalar_one() == 1000


def test_four_processes_write_to_one_sqlite_file(sqlite_url: str, sqlite_database: Database) -> None:
    written = in_processes(write_items, sqlite_url, 200)
    assert sum(written) == WORKERS * 200 + 200
    with sqlite_database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM items")).scalar_one() == WORKERS * 200 + 200
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_a_writer_waits_for_another(sqlite_database: Database) -> None:
    holding, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        with sqlite_database.begin() as connection:
            store_item(connection, 1)
            holding.set()
            waiting.wait(0.5)

    def follow() -> int:
        holding.wait(10)
        with sqlite_database.begin() as connection:
            return len(items.recent(connection, 5))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(hold), pool.submit(follow)
        first.result(20)
        assert second.result(20) == 1


def test_a_reader_does_not_wait_for_a_writer(sqlite_database: Database) -> None:
    with sqlite_database.begin() as writer:
        store_item(writer, 1)
        with sqlite_database.read() as reader:
            assert items.recent(reader, 5) == []


def test_five_starters_upgrade_once(empty_database_url: str) -> None:
    """A second run of the first revision would fail: its tables are there already."""
    assert len(set(in_processes(upgrade, empty_database_url, workers=5))) == 1


def test_starters_open_a_new_file_together(tmp_path: Path) -> None:
    """Switching a new file to write-ahead logging is where SQLite does not wait by itself."""
    for number in range(40):
        barrier = threading.Barrier(8)

        def start(url: str, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(10)
            open_database(url, utc_now).close()

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(start, f"sqlite:///{tmp_path / str(number)}.db") for _ in range(8)]:
                future.result(60)


def test_enqueue_beside_claims_loses_nothing(database: Database) -> None:
    """Alerts join a delivery whose wait is just over while workers claim it: each must be carried exactly once."""
    total, groups = 240, 6
    with database.begin() as connection:
        store_alerts(connection, range(total))
    finished = threading.Event()

    def give(worker: int) -> None:
        for number in range(worker, total, 3):
            wanted = [order(number, group=str(number % groups), wait=timedelta(milliseconds=number % 12))]
            with database.begin() as connection:
                deliveries.enqueue(connection, wanted)

    def take() -> list[str]:
        taken: list[str] = []
        while True:
            last = finished.is_set()
            with database.begin() as connection:
                claimed = claim_due(connection, limit=5, lease=LEASE)
            for delivery in claimed:
                taken.extend(alert.id for alert in delivery.alerts)
            if last and not claimed:
                return taken
            finished.wait(0.002)

    with ThreadPoolExecutor(6) as pool:
        takers = [pool.submit(take) for _ in range(3)]
        for giver in [pool.submit(give, worker) for worker in range(3)]:
            giver.result(60)
        threading.Event().wait(0.05)  # the longest group_wait
        finished.set()
        taken = [alert for taker in takers for alert in taker.result(60)]
    assert sorted(taken) == [numbered_alert(number).id for number in range(total)]
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(DELIVERY_ALERTS)).scalar_one() == total
        assert deliveries.counts(connection)[DeliveryState.PENDING] == 0


def test_two_enqueuers_make_one_delivery_for_a_group(database: Database) -> None:
    with database.begin() as connection:
        store_alerts(connection, range(40))
    barrier = threading.Barrier(4)

    def give(worker: int) -> int:
        barrier.wait(10)
        with database.begin() as connection:
            return deliveries.enqueue(connection, [order(number, wait=LEASE) for number in range(worker, 40, 4)])

    with ThreadPoolExecutor(4) as pool:
        created = [future.result(30) for future in [pool.submit(give, worker) for worker in range(4)]]
    assert sum(created) == 1
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(DELIVERIES)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(DELIVERY_ALERTS)).scalar_one() == 40


def test_a_claim_between_looking_and_joining_leaves_the_delivery(postgres_database: Database) -> None:
    """The worker's clock lags a little behind the database's, so the delivery it joins is due already."""
    database = postgres_database
    lag, wait = timedelta(seconds=10), timedelta(seconds=5)
    with database.begin() as connection:
        store_alerts(connection, [1, 2])
        deliveries.enqueue(connection, [order(1, wait=wait, now=utc_now() - lag)])
    claimed: list[Delivery] = []

    def claim_meanwhile(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO delivery_alerts"):
            with database.begin() as other:
                claimed.extend(claim_due(other, limit=5, lease=LEASE))

    with database.begin() as connection:
        event.listen(connection, "before_cursor_execute", claim_meanwhile)
        assert deliveries.enqueue(connection, [order(2, wait=wait, now=utc_now() - lag)]) == 0
    assert claimed == []
    with database.begin() as connection:
        [delivery] = claim_due(connection, limit=5, lease=LEASE)
    assert [alert.id for alert in delivery.alerts] == [numbered_alert(number).id for number in (1, 2)]


@pytest.mark.parametrize("rounds", [1, 10])
def test_a_claim_just_before_joining_makes_a_new_delivery(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    database = postgres_database
    monkeypatch.setattr(enqueueing, "ROUNDS", rounds)
    lag, wait = timedelta(seconds=10), timedelta(seconds=5)
    with database.begin() as connection:
        store_alerts(connection, [1, 2])
        deliveries.enqueue(connection, [order(1, wait=wait, now=utc_now() - lag)])
    claimed: list[Delivery] = []

    def claim_meanwhile(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT deliveries.waiting"):
            with database.begin() as other:
                claimed.extend(claim_due(other, limit=5, lease=LEASE))

    def join() -> int:
        with database.begin() as connection:
            event.listen(connection, "before_cursor_execute", claim_meanwhile)
            return deliveries.enqueue(connection, [order(2, wait=wait, now=utc_now() - lag)])

    if rounds == 1:
        with pytest.raises(StorageError, match="claims kept taking their deliveries"):
            join()
        return
    assert join() == 1
    with database.begin() as connection:
        claimed.extend(claim_due(connection, limit=5, lease=LEASE))
    assert [[alert.id for alert in delivery.alerts] for delivery in claimed] == [["alert-00001"], ["alert-00002"]]


def test_one_of_many_finds_an_alert_new(database: Database) -> None:
    with database.begin() as connection:
        item_id = store_item(connection)
    pairs = [(numbered_alert(number), item_id) for number in range(64)]
    barrier = threading.Barrier(4)

    def tell() -> set[str]:
        barrier.wait(10)
        with database.begin() as connection:
            return alerts.insert_new(connection, pairs)

    with ThreadPoolExecutor(4) as pool:
        told = [future.result(30) for future in [pool.submit(tell) for _ in range(4)]]
    assert sum(len(new) for new in told) == 64
    assert len(set().union(*told)) == 64


def test_the_same_alerts_in_another_order_are_no_deadlock(postgres_database: Database) -> None:
    """Both workers come to the alert that a third one holds from different sides; when it lets go they must not cross."""
    database = postgres_database
    with database.begin() as connection:
        item_id = store_item(connection)
    pairs = [(numbered_alert(number), item_id) for number in range(9)]

    def tell(mine: list[tuple[Alert, int]]) -> set[str]:
        with database.begin() as connection:
            return alerts.insert_new(connection, mine)

    with ThreadPoolExecutor(2) as pool:
        with database.begin() as holder:
            assert alerts.insert_new(holder, pairs[4:5]) == {pairs[4][0].id}
            told = [pool.submit(tell, mine) for mine in (pairs, pairs[::-1])]
            until_waiting(database, 2)
            holder.rollback()
        assert sum(len(future.result(30)) for future in told) == 9


def until_waiting(database: Database, number: int) -> None:
    """Wait until that many transactions wait for a lock; each look is a transaction of its own, because it sees one moment."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    for _ in range(1000):
        with database.read() as connection:
            if connection.execute(waiting).scalar_one() >= number:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_workers_share_due_sources(database: Database) -> None:
    listed = [Source(f"s{number}", "feed", f"https://h{number % 7}.example.com/{number}") for number in range(100)]
    with database.begin() as connection:
        sources.sync(connection, listed, utc_now())

    def take(_worker: int) -> list[str]:
        taken: list[str] = []
        while True:
            with database.begin() as connection:
                claims = sources.claim_due(connection, limit=7, per_host=100, lease=LEASE)
            if not claims:
                return taken
            taken.extend(claim.source_id for claim in claims)

    with ThreadPoolExecutor(4) as pool:
        taken = [name for future in [pool.submit(take, worker) for worker in range(4)] for name in future.result(30)]
    assert sorted(taken) == sorted(source.id for source in listed)


def test_a_deadlock_is_run_again(postgres_database: Database) -> None:
    """Two transactions cross: the one that PostgreSQL breaks off starts over, and both succeed."""
    crossing = threading.Barrier(2)
    runs: list[int] = []
    committed = [threading.Event(), threading.Event()]

    def cross(worker: int) -> None:
        def work(connection: Connection) -> None:
            runs.append(worker)
            if runs.count(worker) > 1:
                committed[1 - worker].wait(10)
            insert(connection, 1 + worker)
            if runs.count(worker) == 1:
                crossing.wait(10)
            insert(connection, 2 - worker)

        postgres_database.run(work)
        committed[worker].set()

    def insert(connection: Connection, number: int) -> None:
        items.insert_new(
            connection, [Item("wire", f"guid-{number}", "", "")], disposition="evaluated", rules_version="v1", now=utc_now()
        )

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(cross, worker) for worker in range(2)]:
            future.result(30)
    assert sorted(runs) in ([0, 0, 1], [0, 1, 1])
    with postgres_database.read() as connection:
        assert len(items.recent(connection, 5)) == 2


def test_what_keeps_losing_is_reported(postgres_database: Database) -> None:
    runs: list[int] = []

    def lose(connection: Connection) -> None:
        runs.append(1)
        connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")

    with pytest.raises(StorageError, match="lost"):
        postgres_database.run(lose)
    assert len(runs) == 3
