"""The outbox on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.clock import utc_now
from service.model.delivery import Delivery, DeliveryState
from service.storage import claiming, deliveries, endings
from service.storage.database import Database
from service.storage.deliveries import DeliveryStatus, Order
from service.storage.outbox import UNREADABLE
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS
from tests.support.claims import claim_due
from tests.support.stored import LEASE, OVER, order, store_alerts

WAIT = timedelta(minutes=5)


def fill(database: Database, *orders: Order, alerts: int = 9) -> int:
    """Store alerts 1 to `alerts` where there are none, and enqueue."""
    with database.begin() as connection:
        if connection.execute(select(ALERTS.c.id).limit(1)).first() is None:
            store_alerts(connection, range(1, alerts + 1))
        return deliveries.enqueue(connection, orders)


def claim(database: Database, *, limit: int = 10, lease: timedelta = LEASE, **options: Any) -> list[Delivery]:
    with database.begin() as connection:
        return claim_due(connection, limit=limit, lease=lease, **options)


def record(database: Database, delivery: Delivery, state: DeliveryState, next_in: timedelta | None = None) -> bool:
    now = utc_now()
    next_at = None if next_in is None else now + next_in
    with database.begin() as connection:
        return deliveries.record(connection, delivery, state=state, next_at=next_at, outcome="o", reason="r", detail="d", now=now)


def statuses(database: Database, number: int = 1) -> list[DeliveryStatus]:
    with database.read() as connection:
        return deliveries.of_alert(connection, f"alert-{number:05}")


def counts(database: Database) -> dict[DeliveryState, int]:
    with database.read() as connection:
        return {state: number for state, number in deliveries.counts(connection).items() if number}


def tries(database: Database) -> list[tuple[int, str, str]]:
    with database.read() as connection:
        columns = (ATTEMPTS.c.number, ATTEMPTS.c.outcome, ATTEMPTS.c.reason)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(ATTEMPTS.c.id))]


def numbers(delivery: Delivery) -> list[int]:
    return [int(alert.id.removeprefix("alert-")) for alert in delivery.alerts]


# enqueue


def test_alerts_of_a_waiting_group_share_a_delivery(database: Database) -> None:
    assert fill(database, order(2, wait=WAIT)) == 1
    assert fill(database, order(1, wait=WAIT), order(3, wait=WAIT)) == 0
    assert counts(database) == {DeliveryState.PENDING: 1}
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
    [delivery] = claim(database)
    assert numbers(delivery) == [2, 1, 3], "in the order they were given"


@pytest.mark.parametrize("other", [{"receiver": "x"}, {"target": "slack://x"}, {"group": "x"}])
def test_another_receiver_target_or_group_is_another_delivery(database: Database, other: dict[str, Any]) -> None:
    assert fill(database, order(1, wait=WAIT), order(2, wait=WAIT, **other)) == 2


def test_the_first_alert_sets_the_time(database: Database) -> None:
    now = utc_now()
    fill(database, order(1, wait=WAIT, now=now))
    fill(database, order(2, wait=timedelta(hours=3), now=now + timedelta(minutes=1)))
    assert [found.next_at for found in statuses(database, 2)] == [now + WAIT]


def test_a_group_whose_wait_is_over_is_not_joined(database: Database) -> None:
    assert fill(database, order(1)) == 1
    assert fill(database, order(2)) == 1
    assert [numbers(delivery) for delivery in claim(database)] == [[1], [2]]


def test_a_claimed_delivery_is_not_joined(database: Database) -> None:
    fill(database, order(1, wait=WAIT))
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
    [first] = claim(database)
    fill(database, order(2, wait=WAIT))
    record(database, first, DeliveryState.RETRYABLE, WAIT)
    fill(database, order(3, wait=WAIT))
    assert [found.state for found in statuses(database, 3)] == [DeliveryState.PENDING]
    assert counts(database) == {DeliveryState.RETRYABLE: 1, DeliveryState.PENDING: 1}


def test_enqueueing_twice_does_no_harm(database: Database) -> None:
    given = [order(1, wait=WAIT), order(1, wait=WAIT), order(2, wait=WAIT)]
    assert fill(database, *given) == 1
    assert fill(database, *given) == 0
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
    [delivery] = claim(database)
    assert numbers(delivery) == [1, 2]
    assert fill(database, *given, order(3, wait=WAIT)) == 1, "what is new beside what was given is not forgotten"
    assert len(statuses(database, 1)) == 1


def test_the_key_is_stable_and_its_own(database: Database) -> None:
    fill(database, order(1), order(2, group="h"), order(3, target="slack://x"))
    keys = [delivery.key for delivery in claim(database)]
    assert len(set(keys)) == 3
    with database.begin() as connection:
        for table in (ATTEMPTS, DELIVERY_ALERTS, DELIVERIES):
            connection.execute(table.delete())
    fill(database, order(1))
    assert [delivery.key for delivery in claim(database)] == keys[:1]


def test_nothing_to_enqueue(database: Database) -> None:
    assert fill(database) == 0


# claim


def test_a_claimed_delivery_is_whole(database: Database) -> None:
    now = utc_now()
    fill(database, order(1, now=now))
    [delivery] = claim(database)
    assert (delivery.receiver, delivery.target, delivery.attempts) == ("desk", "mailtos://desk@example.com", 1)
    assert (delivery.created_at, numbers(delivery)) == (now, [1])
    assert claim(database) == []
    [found] = statuses(database)
    assert (found.key, found.state, found.attempts) == (delivery.key, DeliveryState.SENDING, 1)


def test_the_longest_overdue_comes_first(database: Database) -> None:
    now = utc_now()
    fill(database, *(order(number, group=str(number), now=now - timedelta(seconds=number % 4)) for number in range(1, 6)))
    assert [numbers(delivery) for delivery in claim(database, limit=4)] == [[3], [2], [1], [5]]
    assert [numbers(delivery) for delivery in claim(database, limit=4)] == [[4]]


def test_what_waits_is_not_claimed(database: Database) -> None:
    fill(database, order(1, wait=WAIT))
    assert claim(database) == []


def test_a_target_gets_no_more_than_its_share(database: Database) -> None:
    slow = [order(number, group=str(number), target="slow://x") for number in range(1, 7)]
    fill(database, *slow, order(7, target="quick://x"), order(8, target="other://x"))
    assert [numbers(delivery) for delivery in claim(database, limit=4, per_target=2)] == [[1], [2], [7], [8]]
    assert [numbers(delivery) for delivery in claim(database, limit=4, per_target=3)] == [[3], [4], [5]]


def test_excluded_targets_stay_where_they_are(database: Database) -> None:
    fill(database, order(1, target="slow://x"), order(2, target="quick://x"))
    assert [numbers(delivery) for delivery in claim(database, exclude_targets=frozenset({"slow://x"}))] == [[2]]
    assert [numbers(delivery) for delivery in claim(database)] == [[1]]


def test_an_expired_lease_comes_back_and_is_noted(database: Database) -> None:
    fill(database, order(1))
    [zombie] = claim(database, lease=OVER)
    [successor] = claim(database)
    assert (zombie.key, zombie.attempts) == (successor.key, 1)
    assert successor.attempts == 2
    assert zombie.token != successor.token
    assert tries(database) == [(1, "unknown", "lost")]


# record


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DISCARDED, DeliveryState.CANCELLED])
def test_a_final_state_is_final(database: Database, state: DeliveryState) -> None:
    fill(database, order(1))
    [delivery] = claim(database)
    assert record(database, delivery, state)
    [found] = statuses(database)
    assert (found.state, found.next_at, found.last_reason, found.last_detail) == (state, None, "r", "d")
    assert (found.sent_at is not None) is (state is DeliveryState.SENT)
    assert claim(database) == []
    assert not record(database, delivery, DeliveryState.SENT), "an outcome is recorded once"
    assert tries(database) == [(1, "o", "r")]


def test_a_retryable_delivery_comes_back(database: Database) -> None:
    fill(database, order(1))
    [first] = claim(database)
    assert record(database, first, DeliveryState.RETRYABLE, WAIT)
    assert claim(database) == []
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
    [second] = claim(database)
    assert (second.key, second.attempts, second.created_at) == (first.key, 2, first.created_at)
    assert record(database, second, DeliveryState.SENT)
    assert [number for number, _, _ in tries(database)] == [1, 2]


def test_a_zombie_writes_nothing(database: Database) -> None:
    fill(database, order(1))
    [zombie] = claim(database, lease=OVER)
    [successor] = claim(database)
    before = tries(database)
    assert not record(database, zombie, DeliveryState.SENT)
    assert (statuses(database)[0].state, tries(database)) == (DeliveryState.SENDING, before)
    assert record(database, successor, DeliveryState.RETRYABLE, WAIT)
    assert not record(database, zombie, DeliveryState.DISCARDED)
    assert statuses(database)[0].state is DeliveryState.RETRYABLE


@pytest.mark.parametrize("details", [["d"], ["d", "e", "f"]], ids=["alike", "each its own"])
def test_of_several_tries_those_of_others_stay_as_they_are(database: Database, details: list[str]) -> None:
    now = utc_now()
    fill(database, *(order(number, group=str(number), now=now) for number in range(1, 10)))
    mine = claim(database, limit=9, lease=OVER)
    taken = claim(database, limit=2)
    done = [
        endings.Ending(each, DeliveryState.SENT, None, "sent", "", details[place % len(details)])
        for place, each in enumerate(mine)
    ]
    with database.begin() as connection:
        held = endings.record_all(connection, done, now)
    assert held == {each.id for each in mine} - {each.id for each in taken}
    assert counts(database) == {DeliveryState.SENT: 7, DeliveryState.SENDING: 2}
    with database.read() as connection:
        written = connection.execute(select(ATTEMPTS).where(ATTEMPTS.c.outcome == "sent")).all()
        rows = {row.id: row for row in connection.execute(select(DELIVERIES))}
    assert {(row.delivery_id, row.number, row.detail) for row in written} == {
        (each.delivery.id, 1, each.detail) for each in done if each.delivery.id in held
    }
    for each in done:
        row = rows[each.delivery.id]
        if row.id in held:
            assert (row.token, row.lease_until, row.next_at, row.last_detail) == (None, None, None, each.detail)
            assert row.sent_at == now
        else:
            assert row.token == taken[0].token


def test_a_claim_of_several_pages_is_whole_and_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "PAGE", 2)
    now = utc_now()
    fill(database, *(order(number, group=str(number), target=f"slack://{number % 3}", now=now) for number in range(1, 10)))
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=now))
    first = claim(database, per_target=2)
    assert sorted(each.target[-1] for each in first) == ["0", "0", "1", "1", "2", "2"]
    assert [each.id for each in first] == sorted(each.id for each in first)
    rest = claim(database)
    assert len({each.id for each in (*first, *rest)}) == 9
    assert {each.attempts for each in rest} == {1}


def test_a_late_but_lonely_worker_still_records(database: Database) -> None:
    """Nobody else took it: what it saw is the truth."""
    fill(database, order(1))
    [delivery] = claim(database, lease=OVER)
    assert record(database, delivery, DeliveryState.SENT)


@pytest.mark.parametrize(
    ("state", "next_in"), [(DeliveryState.SENT, WAIT), (DeliveryState.RETRYABLE, None), (DeliveryState.SENDING, WAIT)]
)
def test_states_that_make_no_sense_are_refused(database: Database, state: DeliveryState, next_in: timedelta | None) -> None:
    fill(database, order(1))
    [delivery] = claim(database)
    with pytest.raises(ValueError, match="deliver"):
        record(database, delivery, state, next_in)
    assert statuses(database)[0].state is DeliveryState.SENDING


def test_release_gives_back_what_a_dead_process_held(database: Database) -> None:
    fill(database, order(1), order(2, group="h"), order(3, wait=WAIT, group="i"))
    [first, _] = claim(database)
    record(database, first, DeliveryState.SENT)
    with database.begin() as connection:
        assert deliveries.release(connection) == 1
        assert deliveries.release(connection) == 0
    assert counts(database) == {DeliveryState.SENT: 1, DeliveryState.RETRYABLE: 1, DeliveryState.PENDING: 1}
    assert [(numbers(delivery), delivery.attempts) for delivery in claim(database)] == [([2], 2)]
    assert tries(database)[-1] == (1, "unknown", "lost")


def test_counts_name_every_state(database: Database) -> None:
    with database.read() as connection:
        assert deliveries.counts(connection) == dict.fromkeys(DeliveryState, 0)


def test_the_oldest_due_delivery_is_known(database: Database) -> None:
    now = utc_now()
    hour = timedelta(hours=1)

    def oldest() -> datetime | None:
        with database.read() as connection:
            return deliveries.oldest_due(connection)

    assert oldest() is None
    fill(database, order(1, now=now, wait=WAIT))
    assert oldest() is None, "it waits for its group"
    fill(database, order(2, group="h", now=now - hour), order(3, group="i", now=now))
    assert oldest() == now - hour
    [longest, _] = claim(database)
    record(database, longest, DeliveryState.SENT)
    assert oldest() is None, "what is being sent is under way"


def test_deliveries_of_one_fetch_go_out_in_the_order_given(database: Database) -> None:
    now = utc_now()
    given = [5, 2, 9, 1, 7, 3]
    fill(database, *(order(number, group=str(number), now=now) for number in given))
    assert [numbers(delivery) for delivery in claim(database)] == [[number] for number in given]


# what cannot be read


@pytest.mark.parametrize(
    "junk",
    [{"facts": "{"}, {"facts": "[1]"}, {"labels": "null"}, {"marks": "7"}, {"marks": '[["a", 1]]'}, {"severity": "apocalyptic"}],
    ids=str,
)
def test_an_unreadable_delivery_is_discarded_and_neighbours_go_out(database: Database, junk: dict[str, str]) -> None:
    fill(database, order(1), order(2, group="h"))
    with database.begin() as connection:
        connection.execute(update(ALERTS).where(ALERTS.c.id == "alert-00001").values(junk))
    assert [numbers(delivery) for delivery in claim(database)] == [[2]]
    [found] = statuses(database)
    assert (found.state, found.last_reason, found.next_at) == (DeliveryState.DISCARDED, UNREADABLE, None)
    assert "alert-00001" in found.last_detail
    assert tries(database) == [(1, "discarded", UNREADABLE)]
    assert claim(database) == []


def test_an_unreadable_alert_leaves_its_bundle(database: Database) -> None:
    fill(database, order(1), order(2), order(3))
    with database.begin() as connection:
        connection.execute(update(ALERTS).where(ALERTS.c.id == "alert-00002").values(facts="{"))
    [delivery] = claim(database)
    assert numbers(delivery) == [1, 3]
    assert record(database, delivery, DeliveryState.SENT)
    [apart] = statuses(database, 2)
    assert (apart.state, apart.last_reason) == (DeliveryState.DISCARDED, UNREADABLE)
    assert [found.state for found in statuses(database, 1)] == [DeliveryState.SENT]


def test_an_empty_delivery_is_discarded(database: Database) -> None:
    fill(database, order(1))
    with database.begin() as connection:
        connection.execute(DELIVERY_ALERTS.delete())
    assert claim(database) == []
    assert counts(database) == {DeliveryState.DISCARDED: 1}


def test_an_order_keeps_its_placeholders(database: Database) -> None:
    fill(database, replace(order(1), target="slack://${SLACK_TOKEN}/#desk"))
    assert [delivery.target for delivery in claim(database)] == ["slack://${SLACK_TOKEN}/#desk"]


def test_who_lost_the_lease_while_reading_has_claimed_nothing(database: Database) -> None:
    fill(database, order(1))
    with database.begin() as connection:
        late = deliveries.lease_due(connection, limit=5, lease=timedelta(0))
    [taken] = claim(database)
    with database.begin() as connection:
        assert deliveries.claimed(connection, late, deliveries.contents(connection, late)) == []
    assert list(late.rows) == [taken.id]
    assert counts(database) == {DeliveryState.SENDING: 1}
