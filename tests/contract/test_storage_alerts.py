"""Alerts and the inbox on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from service.clock import utc_now
from service.storage import alerts, decisions, inbox
from service.storage.database import Database
from tests.support.alerts import NOW
from tests.support.stored import numbered_alert, store_alerts, store_item


def test_a_fingerprint_is_told_once(database: Database) -> None:
    with database.begin() as connection:
        item_id = store_item(connection)
        pairs = [(numbered_alert(number), item_id) for number in (1, 2)]
        assert alerts.insert_new(connection, pairs) == {"alert-00001", "alert-00002"}
    with database.begin() as connection:
        again = [(numbered_alert(number, title="later"), item_id) for number in (2, 3)]
        assert alerts.insert_new(connection, again) == {"alert-00003"}
        assert alerts.count(connection) == 3
        kept = alerts.get(connection, "alert-00002")
        assert kept is not None
        assert kept.alert.title != "later"
        assert alerts.insert_new(connection, []) == set()
        assert alerts.get(connection, "nothing") is None


def test_pages_are_newest_first_and_read_as_the_text_does(database: Database) -> None:
    with database.begin() as connection:
        old, new = store_item(connection, 1), store_item(connection, 2)
        earlier = [(numbered_alert(number, created_at=NOW), old) for number in (5, 1, 3)]
        later = [(numbered_alert(number, created_at=NOW + timedelta(seconds=1)), new) for number in (9, 4)]
        alerts.insert_new(connection, earlier)
        alerts.insert_new(connection, later)
    expected = ["alert-00009", "alert-00004", "alert-00005", "alert-00001", "alert-00003"]
    with database.read() as connection:
        assert [stored.alert.id for stored in alerts.page(connection, limit=10)] == expected
        paged: list[str] = []
        while found := alerts.page(connection, limit=2, before=paged[-1] if paged else None):
            paged.extend(stored.alert.id for stored in found)
        assert paged == expected
        assert alerts.page(connection, limit=2, before="no such alert") == []


def test_an_alert_belongs_to_a_stored_item(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        alerts.insert_new(connection, [(numbered_alert(1), 99)])


def test_a_decision_names_a_stored_alert(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        item_id = store_item(connection)
        decisions.record(connection, [decisions.Decision(item_id, "r", "f", "alerted", "why", "no such alert", utc_now())])


def test_no_decisions_are_no_statement(database: Database) -> None:
    with database.begin() as connection:
        decisions.record(connection, [])


def test_a_broken_block_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        store_alerts(connection, [1])
        raise ZeroDivisionError
    with database.read() as connection:
        assert alerts.count(connection) == 0


def test_an_inbox_message_comes_once(database: Database) -> None:
    now = utc_now()
    with database.begin() as connection:
        assert inbox.append(connection, key="k1", subject="first", text="t", alerts=[], now=now)
        assert not inbox.append(connection, key="k1", subject="copy", text="t", alerts=[], now=now)
        assert inbox.append(connection, key="k2", subject="second", text="t", alerts=["a"], now=now)
    with database.read() as connection:
        assert [message.subject for message in inbox.latest(connection, 5)] == ["second", "first"]
        assert [message.key for message in inbox.latest(connection, 1)] == ["k2"]
