"""Threads on both databases: what an update hangs under, what was told before it, and that copies say the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.clock import utc_now
from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery, DeliveryState, Sent, Thread
from service.storage import alerts, deliveries, keys, threads
from service.storage.database import Database
from service.storage.message_tables import KEYS, THREADS
from service.storage.tables import ALERTS, DELIVERIES
from tests.support.claims import claim_due
from tests.support.stored import LEASE, numbered_alert, order, store_item

MAIL = "mailtos://desk@example.com"
HOUR = timedelta(hours=1)
CREATED = numbered_alert(1).created_at


def follow_up(number: int, first: int = 1, **changes: Any) -> Alert:
    """An update of alert `first`."""
    thread = {"novelty": Novelty.UPDATE, "follows": f"alert-{first:05}"}
    return numbered_alert(number, **{"created_at": CREATED + number * HOUR, **thread, **changes})


def store(database: Database, *told: Alert, target: str = MAIL, group: str = "") -> None:
    """The alerts, each with a delivery of its own, or one for all of them with a `group`."""
    with database.begin() as connection:
        item = store_item(connection, int(told[0].id[-5:]))
        alerts.insert_new(connection, [(alert, item) for alert in told])
        deliveries.enqueue(connection, [order(int(each.id[-5:]), target=target, group=group or each.id) for each in told])


def claim(database: Database) -> list[Delivery]:
    with database.begin() as connection:
        return threads.attach(connection, claim_due(connection, limit=10, lease=LEASE))


def finish(database: Database, delivery: Delivery, outcome: str = "sent", reference: str = "") -> None:
    """The delivery is sent under `reference`, or due again at once."""
    now = utc_now()
    sent = outcome == "sent"
    state, due = (DeliveryState.SENT, None) if sent else (DeliveryState.RETRYABLE, now)
    with database.begin() as connection:
        deliveries.record(connection, delivery, state=state, next_at=due, outcome=outcome, reason="", detail="", now=now)
        if sent:
            threads.record(connection, [(delivery, Sent("ok", reference, f"subject of {reference}"))], now)


def sent(database: Database, *told: Alert, reference: str, **options: Any) -> Delivery:
    store(database, *told, **options)
    [delivery] = claim(database)
    finish(database, delivery, reference=reference)
    return delivery


def test_an_update_hangs_under_what_was_sent_for_its_thread_oldest_first(database: Database) -> None:
    assert sent(database, numbered_alert(1), reference="<one>").thread is None
    assert sent(database, follow_up(2), reference="<two>").thread == Thread("alert-00001", ("<one>",), "subject of <one>")
    assert sent(database, follow_up(3), reference="<three>").thread == Thread(
        "alert-00001", ("<one>", "<two>"), "subject of <one>"
    )


def test_each_target_has_its_own_thread(database: Database) -> None:
    sent(database, numbered_alert(1), reference="<one>")
    assert sent(database, follow_up(2), reference="1.2", target="slack://x").thread == Thread("alert-00001", ())


def test_other_threads_are_no_parents(database: Database) -> None:
    sent(database, numbered_alert(1), reference="<one>")
    sent(database, numbered_alert(2), reference="<two>")
    thread = sent(database, follow_up(3, first=2), reference="<three>").thread
    assert thread is not None and thread.parents == ("<two>",)


def test_a_bundle_goes_on_with_the_thread_of_its_first_update_and_is_part_of_all(database: Database) -> None:
    sent(database, numbered_alert(1), numbered_alert(2), reference="<both>", group="g")
    bundle = sent(database, numbered_alert(3), follow_up(4, first=2), follow_up(5, first=1), reference="<bundle>", group="h")
    assert bundle.thread == Thread("alert-00002", ("<both>",), "subject of <both>")
    for number, first in ((6, 1), (7, 2), (8, 3)):
        thread = sent(database, follow_up(number, first=first), reference=f"<{number}>").thread
        assert thread is not None
        assert thread.parents == (("<bundle>",) if first == 3 else ("<both>", "<bundle>"))


def test_one_message_with_several_alerts_of_a_thread_is_one_parent(database: Database) -> None:
    sent(database, numbered_alert(1), follow_up(2), reference="<one>", group="g")
    thread = sent(database, follow_up(3), reference="<two>").thread
    assert thread is not None and thread.parents == ("<one>",)


def test_what_has_no_name_for_its_messages_leaves_nothing(database: Database) -> None:
    sent(database, numbered_alert(1), reference="")
    with database.read() as connection:
        assert connection.execute(select(THREADS)).all() == []


def test_what_was_told_last_before_an_update_is_its_background(database: Database) -> None:
    first = numbered_alert(1, title="first title", event_type="ipo", facts={"stage": "planned"})
    second = follow_up(2, title="second title", event_type="ipo", facts={"stage": "filed"})
    third = follow_up(3, event_type="ipo", facts={"stage": "approved"})
    store(database, first, second, third)
    found = {delivery.alerts[0].id: delivery for delivery in claim(database)}
    assert found["alert-00001"].background == {}
    assert found["alert-00002"].background == {"alert-00002": Background("first title", "ipo", {"stage": "planned"})}
    assert found["alert-00003"].background == {"alert-00003": Background("first title", "ipo", {"stage": "filed"})}


def test_an_update_whose_past_is_gone_or_unreadable_is_still_one(database: Database) -> None:
    store(database, numbered_alert(1, title="first title"), follow_up(2), follow_up(4, first=99))
    with database.begin() as connection:
        connection.execute(update(ALERTS).where(ALERTS.c.id == "alert-00001").values(facts="[broken"))
    found = {delivery.alerts[0].id: delivery for delivery in claim(database)}
    assert found["alert-00002"].background == {"alert-00002": Background("first title")}
    assert found["alert-00004"].background == {"alert-00004": Background()}
    assert found["alert-00004"].thread == Thread("alert-00099", ())


def other(database: Database, reference: str) -> None:
    """Another message of the thread of alert 1 reaches the target while the delivery under test is on its way."""
    store(database, follow_up(50))
    for delivery in claim(database):
        finish(database, delivery, reference=reference)


@pytest.mark.parametrize("outcome", ["unknown", "failed"])
def test_a_copy_that_may_have_arrived_keeps_its_thread(database: Database, outcome: str) -> None:
    sent(database, numbered_alert(1), reference="<one>")
    store(database, follow_up(2))
    [delivery] = claim(database)
    other(database, "<other>")
    finish(database, delivery, outcome)
    [again] = claim(database)
    assert again.thread is not None
    assert again.thread.parents == (("<one>",) if outcome == "unknown" else ("<one>", "<other>"))
    assert again.background == delivery.background


def test_a_delivery_whose_worker_vanished_keeps_its_thread(database: Database) -> None:
    sent(database, numbered_alert(1), reference="<one>")
    store(database, follow_up(2))
    [delivery] = claim(database)
    other(database, "<other>")
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(next_at=utc_now()))
    [again] = claim(database)
    assert again.thread == delivery.thread == Thread("alert-00001", ("<one>",), "subject of <one>")


def test_a_place_that_cannot_be_read_is_found_anew(database: Database) -> None:
    sent(database, numbered_alert(1), reference="<one>")
    store(database, follow_up(2))
    [delivery] = claim(database)
    finish(database, delivery, "unknown")
    with database.begin() as connection:
        connection.execute(update(THREADS).where(THREADS.c.delivery_id == delivery.id).values(parents="{junk"))
    [again] = claim(database)
    assert again.thread == delivery.thread


def test_claims_without_updates_are_left_alone(database: Database) -> None:
    delivery = sent(database, numbered_alert(1), reference="<one>")
    with database.begin() as connection:
        assert threads.attach(connection, [delivery]) == [delivery]
        assert threads.attach(connection, []) == []
        marked = replace(delivery, alerts=(replace(delivery.alerts[0], novelty=Novelty.UPDATE),))
        assert threads.attach(connection, [marked]) == [marked], "an update that follows nothing"


def test_the_key_of_links_is_drawn_once(database: Database) -> None:
    with database.begin() as connection:
        key = keys.link_key(connection)
    with database.begin() as connection:
        assert keys.link_key(connection) == key
        assert len(key) == 32
        assert [row.name for row in connection.execute(select(KEYS))] == [keys.LINKS]
