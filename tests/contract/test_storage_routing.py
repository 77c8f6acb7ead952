"""Held deliveries, groups, limits, reminders, acknowledgements and backlogs, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.clock import utc_now
from service.model.delivery import Delivery, DeliveryState
from service.model.routing import Reminder, ReminderKind, Timing
from service.storage import acknowledgements, backlog, deliveries, groups, reminders
from service.storage.database import Database
from service.storage.deliveries import DeliveryStatus, Order
from service.storage.tables import DELIVERIES, DELIVERY_ALERTS
from tests.support.claims import claim_due
from tests.support.stored import LEASE, order, store_alerts
from tests.support.timing import at, timing

NOON = at("2025-12-22 12:00")
NIGHT = at("2025-12-22 23:00")
MORNING = at("2025-12-23 07:00")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
QUIET = timing("mute_time_intervals: [night]")
APART = timing("group_interval: 5m")


@pytest.fixture(autouse=True)
def stored(database: Database) -> None:
    with database.begin() as connection:
        store_alerts(connection, range(1, 40))


def give(database: Database, *orders: Order) -> int:
    with database.begin() as connection:
        return deliveries.enqueue(connection, orders)


def timed(number: int, now: datetime, said: Timing = QUIET, **more: Any) -> Order:
    names = {"group", "receiver", "target"}
    made = order(number, now=now, wait=said.group_wait, **{key: value for key, value in more.items() if key in names})
    return replace(made, timing=said, **{key: value for key, value in more.items() if key not in names})


def status(database: Database, number: int) -> list[DeliveryStatus]:
    with database.read() as connection:
        return deliveries.of_alert(connection, f"alert-{number:05}")


def due(database: Database, number: int) -> datetime:
    [found] = status(database, number)
    assert found.next_at is not None
    return found.next_at.replace(microsecond=0)


def all_due(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.next_at.is_not(None)).values(next_at=utc_now()))


def claim(database: Database) -> list[Delivery]:
    with database.begin() as connection:
        return claim_due(connection, limit=50, lease=LEASE)


def numbers(delivery: Delivery) -> list[int]:
    return [int(alert.id.removeprefix("alert-")) for alert in delivery.alerts]


# held


def test_what_is_held_waits_as_one_digest_with_its_reason(database: Database) -> None:
    assert give(database, timed(1, NIGHT, group="a"), timed(2, NIGHT, group="b")) == 1
    assert give(database, timed(3, NIGHT + HOUR, group="c")) == 0
    assert due(database, 3) == MORNING
    [found] = status(database, 3)
    assert found.timing_reason == "held until Tue 2025-12-23 07:00 Europe/London: quiet hours `night`"
    all_due(database)
    [delivery] = claim(database)
    assert numbers(delivery) == [1, 2, 3]
    assert delivery.digest is not None
    assert (delivery.digest.title, delivery.digest.since) == ("While quiet", NIGHT)
    assert delivery.digest.until == MORNING
    assert delivery.digest.reason == found.timing_reason


def test_what_is_not_held_is_no_digest(database: Database) -> None:
    give(database, timed(1, NOON))
    [delivery] = claim(database)
    assert delivery.digest is None
    assert status(database, 1)[0].timing_reason == ""


def test_each_night_has_its_own(database: Database) -> None:
    give(database, timed(1, NIGHT), timed(2, NIGHT + 24 * HOUR))
    assert due(database, 1) == MORNING
    assert due(database, 2) == MORNING + 24 * HOUR


def test_what_comes_when_the_hours_are_over_does_not_join(database: Database) -> None:
    give(database, timed(1, NIGHT))
    give(database, timed(2, MORNING))
    assert due(database, 2) == MORNING
    assert len({found.key for number in (1, 2) for found in status(database, number)}) == 2


def test_held_alerts_of_other_receivers_and_targets_are_apart(database: Database) -> None:
    assert give(database, timed(1, NIGHT), timed(1, NIGHT, receiver="x"), timed(1, NIGHT, target="slack://x")) == 3


def test_giving_a_held_alert_again_does_no_harm(database: Database) -> None:
    given = [timed(1, NIGHT, group="a"), timed(2, NIGHT, group="b")]
    assert give(database, *given) == 1
    assert give(database, *given, *given) == 0
    assert give(database, *(replace(one, now=MORNING + HOUR) for one in given)) == 0, "they were given for that group"
    all_due(database)
    [delivery] = claim(database)
    assert numbers(delivery) == [1, 2]


def test_two_routes_into_one_digest_list_an_alert_once(database: Database) -> None:
    assert give(database, timed(1, NIGHT, group="a"), timed(1, NIGHT, group="b")) == 1
    all_due(database)
    assert [numbers(delivery) for delivery in claim(database)] == [[1]]


# group_interval


def test_bundles_of_a_group_keep_their_distance(database: Database) -> None:
    assert give(database, timed(1, NOON, APART)) == 1
    assert [numbers(one) for one in claim(database)] == [[1]]
    assert give(database, timed(2, NOON + MINUTE, APART)) == 1
    assert due(database, 2) == NOON + 5 * MINUTE
    assert "(group_interval)" in status(database, 2)[0].timing_reason
    assert give(database, timed(3, NOON + 2 * MINUTE, APART)) == 0
    assert due(database, 3) == NOON + 5 * MINUTE
    assert give(database, timed(4, NOON + 20 * MINUTE, APART)) == 1
    assert due(database, 4) == NOON + 20 * MINUTE


def test_other_groups_are_not_kept_apart(database: Database) -> None:
    give(database, timed(1, NOON, APART), timed(2, NOON, APART, group="h"), timed(3, NOON, APART, receiver="x"))
    assert {due(database, number) for number in (1, 2, 3)} == {NOON}


def test_an_interval_that_ends_at_night_ends_in_the_morning(database: Database) -> None:
    both = timing("group_interval: 1h\nmute_time_intervals: [night]")
    evening = at("2025-12-22 21:30")
    give(database, timed(1, evening, both))
    claim(database)
    give(database, timed(2, evening + 10 * MINUTE, both))
    assert due(database, 2) == MORNING
    give(database, timed(3, MORNING, both))
    assert due(database, 3) == MORNING, "a digest is no bundle of the group"


def test_groups_are_forgotten_when_they_are_over(database: Database) -> None:
    give(database, timed(1, NOON, APART))
    with database.begin() as connection:
        assert groups.prune(connection, NOON + groups.KEPT) == 0
        assert groups.prune(connection, NOON + groups.KEPT + 10 * MINUTE) == 1


# max_per_hour


def capped(number: int, minute: float, said: Timing | None = None, **more: Any) -> Order:
    return timed(number, NOON + minute * MINUTE, said or Timing(), group=str(number), max_per_hour=3, **more)


def test_what_exceeds_the_limit_becomes_one_digest(database: Database) -> None:
    assert give(database, *(capped(number, 0) for number in range(1, 10))) == 4
    assert give(database, *(capped(number, 30) for number in range(10, 15))) == 0
    assert [due(database, number) for number in (1, 2, 3)] == [NOON] * 3
    assert {due(database, number) for number in range(4, 15)} == {NOON + HOUR}
    assert status(database, 9)[0].timing_reason == (
        "held until 2025-12-22 13:00:00 UTC: more than 3 messages in an hour (max_per_hour)"
    )
    all_due(database)
    [*_, digest] = sorted(claim(database), key=lambda one: len(one.alerts))
    assert numbers(digest) == list(range(4, 15))
    assert digest.digest is not None
    assert digest.digest.title == "More than 3 an hour"
    assert give(database, capped(20, 61), capped(21, 61), capped(22, 61)) == 3
    assert {due(database, number) for number in (20, 21)} == {NOON + 61 * MINUTE}
    assert due(database, 22) == NOON + 2 * HOUR, "the digest was one of three messages of this hour"


def test_a_digest_whose_time_has_come_is_not_joined_any_more(database: Database) -> None:
    give(database, *(capped(number, 0) for number in range(1, 6)))
    assert {due(database, number) for number in (4, 5)} == {NOON + HOUR}
    give(database, *(capped(number, 61) for number in range(6, 10)))
    assert [due(database, number) for number in (6, 7)] == [NOON + 61 * MINUTE] * 2
    assert {due(database, number) for number in (8, 9)} == {NOON + 2 * HOUR}, "it was one of the three of this hour"


def test_the_digest_of_one_call_is_not_sent_in_quiet_hours_of_another_route(database: Database) -> None:
    moment = at("2025-12-22 21:30")
    first = [replace(capped(number, 0), now=moment) for number in range(1, 6)]
    assert give(database, *first, replace(capped(6, 0, QUIET), now=moment)) == 5
    assert {due(database, number) for number in (4, 5)} == {moment + HOUR}
    assert due(database, 6) == MORNING


def test_each_target_has_its_own_limit(database: Database) -> None:
    give(database, *(capped(number, 0, target=f"slack://{number % 2}") for number in range(1, 7)))
    assert {due(database, number) for number in range(1, 7)} == {NOON}


def test_what_joins_a_bundle_is_no_message_more(database: Database) -> None:
    waits = timing("group_wait: 5m")
    orders = [replace(capped(number, 0, waits), group_key=str(number % 3)) for number in range(1, 10)]
    assert give(database, *orders) == 3
    assert give(database, replace(capped(10, 1, waits), group_key="0")) == 0
    assert {due(database, number) for number in range(1, 11)} == {NOON + 5 * MINUTE}


def test_digests_are_not_limited_and_the_rest_of_a_night_is_not_lost(database: Database) -> None:
    evening = at("2025-12-22 21:30")
    orders = [replace(capped(number, 0, QUIET), now=evening) for number in range(1, 6)]
    assert give(database, *orders) == 4
    assert {due(database, number) for number in (4, 5)} == {MORNING}, "the hour ends at night"
    give(database, replace(capped(6, 0, QUIET), now=NIGHT))
    assert due(database, 6) == MORNING


# reminders and acknowledgements


def reminder(number: int, minutes: float, kind: ReminderKind = ReminderKind.ESCALATION, step: int = 1) -> Reminder:
    return Reminder(f"alert-{number:05}", kind, "boss", step, "desk", NOON + minutes * MINUTE)


def take(database: Database, minutes: float, limit: int = 10) -> list[Reminder]:
    with database.begin() as connection:
        return reminders.take_due(connection, NOON + minutes * MINUTE, limit)


def test_a_reminder_is_taken_once_when_it_is_due(database: Database) -> None:
    later, sooner = reminder(1, 20, ReminderKind.REPEAT, 2), reminder(2, 10)
    with database.begin() as connection:
        reminders.add(connection, [later, sooner])
        reminders.add(connection, [replace(sooner, due_at=NOON)])
        reminders.add(connection, [])
    assert take(database, 9) == []
    assert take(database, 30, limit=1) == [sooner]
    assert take(database, 30) == [later]
    assert take(database, 30) == []


def test_a_reminder_comes_back_when_its_worker_fails(database: Database) -> None:
    with database.begin() as connection:
        reminders.add(connection, [reminder(1, 0)])
    with pytest.raises(RuntimeError), database.begin() as connection:
        assert reminders.take_due(connection, NOON, 10)
        raise RuntimeError
    assert len(take(database, 0)) == 1


def test_the_first_who_acknowledges_is_remembered(database: Database) -> None:
    with database.begin() as connection:
        assert acknowledgements.acknowledge(connection, "alert-00001", "a person", NOON)
        assert not acknowledgements.acknowledge(connection, "alert-00001", "another", NOON)
        known = acknowledgements.acknowledged(connection, ["alert-00001", "alert-00002"])
        assert known == {"alert-00001": acknowledgements.Acknowledgement("a person", NOON)}
        assert acknowledgements.acknowledged(connection, []) == {}


# backlog


def fail(database: Database, claimed: Sequence[Delivery], next_at: datetime, reason: str = "connection") -> None:
    with database.begin() as connection:
        for one in claimed:
            state, now = DeliveryState.RETRYABLE, utc_now()
            assert deliveries.record(
                connection, one, state=state, next_at=next_at, outcome="failed", reason=reason, detail="down", now=now
            )


def gather(database: Database, now: datetime) -> int:
    with database.begin() as connection:
        return backlog.gather(connection, now, HOUR, {"connection", "tls"})


def test_what_waits_for_a_target_that_fails_for_long_becomes_one_delivery(database: Database) -> None:
    now = utc_now()
    early = [order(number, group=str(number), now=now - 2 * HOUR) for number in (1, 2, 3)]
    give(database, *early)
    first = claim(database)
    fail(database, first, now + HOUR)
    give(database, order(4, group="4", now=now - MINUTE), order(1, group="again", now=now - MINUTE))
    assert gather(database, now - 70 * MINUTE) == 0, "not for long yet"
    assert gather(database, now) == 4
    assert gather(database, now) == 0
    with database.read() as connection:
        counted = deliveries.counts(connection)
    assert (counted[DeliveryState.RETRYABLE], counted[DeliveryState.CANCELLED]) == (1, 4)
    all_due(database)
    [delivery] = claim(database)
    assert sorted(numbers(delivery)) == [1, 2, 3, 4]
    assert delivery.key in {one.key for one in first}
    assert numbers(delivery)[-1] == 4
    assert delivery.created_at == now - 2 * HOUR
    assert delivery.digest is not None
    assert delivery.digest.title == "Backlog"
    assert delivery.digest.since == now - 2 * HOUR
    with database.read() as connection:
        gone = connection.execute(select(DELIVERIES.c.last_detail).where(DELIVERIES.c.state == "cancelled")).scalars().all()
        carried = connection.execute(select(DELIVERY_ALERTS.c.delivery_id).distinct()).scalars().all()
    assert set(gone) == {f"its alerts go out in delivery {delivery.key}"}
    assert carried == [delivery.id]


def test_other_targets_and_what_is_held_or_under_way_are_left_alone(database: Database) -> None:
    now = utc_now()
    give(database, order(1, group="1", now=now - 2 * HOUR), order(2, group="2", now=now - 2 * HOUR))
    fail(database, claim(database), now + HOUR)
    give(database, order(3, group="3", now=now - 3 * HOUR))
    [under_way] = claim(database)
    give(database, order(4, group="4", now=now - 2 * HOUR, target="slack://well"), order(5, group="5", now=now, wait=HOUR))
    assert gather(database, now) == 1
    assert {found.state for found in status(database, 3)} == {DeliveryState.SENDING}
    assert {found.state for number in (4, 5) for found in status(database, number)} == {DeliveryState.PENDING}
    assert numbers(under_way) == [3]


def test_a_message_that_fails_for_a_reason_of_its_own_stays_alone(database: Database) -> None:
    now = utc_now()
    give(database, *(order(number, group=str(number), now=now - 2 * HOUR) for number in (1, 2, 3)))
    odd, *others = claim(database)
    fail(database, [odd], now + HOUR, "other")
    assert gather(database, now) == 0
    fail(database, others, now + HOUR)
    assert gather(database, now) == 1
    [left] = status(database, numbers(odd)[0])
    assert (left.state, left.key) == (DeliveryState.RETRYABLE, odd.key)


def test_what_was_held_for_long_is_no_backlog(database: Database) -> None:
    """It could be sent for a minute only, however old it is."""
    now = utc_now()
    hours = timing("digest: {at: ['00:00', '12:00'], timezone: UTC}")
    give(database, timed(1, now - 40 * HOUR, hours), order(2, group="2", now=now))
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.digest != "").values(held_until=now - MINUTE, next_at=now))
    fail(database, claim(database), now + HOUR)
    assert gather(database, now) == 0
    assert gather(database, now + 2 * HOUR) == 1
