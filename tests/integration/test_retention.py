"""Retention on both databases: what is old goes with all that hangs on it; what is on its way, listed or followed stays."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select, update

from service.clock import utc_now
from service.model.delivery import DeliveryState, Sent
from service.model.retention import Keep
from service.model.routing import Matcher, Reminder, ReminderKind
from service.model.source import Source
from service.pipeline.retention import MOST_BATCHES, forget, forgettable
from service.storage import (
    acknowledgements,
    alerts,
    deliveries,
    feedback,
    inbox,
    items,
    reminders,
    search,
    silences,
    sources,
    threads,
)
from service.storage.database import Database
from service.storage.message_tables import THREADS
from service.storage.retention import BATCH, KINDS, prune
from service.storage.routing_tables import ACKNOWLEDGEMENTS
from service.storage.silence_tables import FEEDBACK, SILENCES
from service.storage.tables import ALERTS, ATTEMPTS, DECISIONS, DELIVERIES, DELIVERY_ALERTS, EVENTS, INBOX, ITEMS, SOURCES
from service.storage.types import UtcDateTime
from tests.integration.test_cli import good
from tests.support.claims import claim_due
from tests.support.folder import write_rules
from tests.support.line import Line, limit_up
from tests.support.stored import LEASE, numbered_item

DAY = timedelta(days=1)
KEEP = Keep(items=180 * DAY, deliveries=180 * DAY, alerts=400 * DAY, inbox=400 * DAY)
TABLES = (
    ITEMS,
    EVENTS,
    ALERTS,
    DECISIONS,
    DELIVERIES,
    DELIVERY_ALERTS,
    ATTEMPTS,
    THREADS,
    ACKNOWLEDGEMENTS,
    FEEDBACK,
    SILENCES,
    INBOX,
)
NOTHING = dict.fromkeys((table.name for table in TABLES), 0)


def rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES}


def age(database: Database, days: float, *tables: Table) -> None:
    """As if all that is stored had come so much earlier."""
    with database.begin() as connection:
        for table in tables or TABLES:
            keys = list(table.primary_key)
            for column in table.columns:
                if isinstance(column.type, UtcDateTime):
                    for *key, at in connection.execute(select(*keys, column)).all():
                        mine = [one == value for one, value in zip(keys, key, strict=True)]
                        older: datetime | None = at - days * DAY if at else None
                        connection.execute(update(table).where(*mine).values({column: older}))


def send(database: Database) -> None:
    """As the outbox does, to a target with threads."""
    with database.begin() as connection:
        now = database.now(connection)
        for delivery in threads.attach(connection, claim_due(connection, limit=100, lease=LEASE)):
            ended: Mapping[str, object] = {
                "state": DeliveryState.SENT,
                "next_at": None,
                "outcome": "sent",
                "reason": "",
                "detail": "",
            }
            assert deliveries.record(connection, delivery, now=now, **ended)  # type: ignore[arg-type]
            threads.record(connection, [(delivery, Sent(reference="<1@x>", subject="s"))], now)


@pytest.fixture
def line(tmp_path: Path, database: Database) -> Line:
    return Line(database, write_rules(tmp_path))


@pytest.fixture
def used(line: Line, database: Database) -> Line:
    """One of everything: an alert that was told, acknowledged and of no use, a quiet item, a silence, a message."""
    line.push(limit_up("Lumentum"), numbered_item(1))
    send(database)
    with database.begin() as connection:
        (stored,) = alerts.page(connection, limit=10)
        now = database.now(connection)
        acknowledgements.acknowledge(connection, stored.alert.id, "desk", now)
        feedback.add(connection, stored.alert.id, "desk", now)
        silences.add(connection, [Matcher("rule", "=", "x")], now, "ops", "", now)
        inbox.append(connection, key="k", subject="s", text="t", alerts=[stored.alert.id], now=now)
    return line


def test_what_is_young_stays(used: Line, database: Database) -> None:
    before = rows(database)
    assert min(before.values()) >= 1, before
    age(database, 179)
    assert set(forgettable(database, KEEP).values()) == set(forget(database, KEEP).values()) == {0}
    assert rows(database) == before


def test_each_kind_goes_in_its_time_with_all_that_hangs_on_it(used: Line, database: Database) -> None:
    before = rows(database)
    age(database, 181)
    wanted = {"inbox": 0, "deliveries": 1, "alerts": 0, "silences": 0, "items": 1}
    assert forgettable(database, KEEP) == wanted
    assert forget(database, KEEP) == wanted
    gone = {"deliveries": 0, "delivery_alerts": 0, "attempts": 0, "threads": 0, "items": 1}
    assert rows(database) == before | gone, "the item of the alert stays with it"
    age(database, 220)
    assert forget(database, KEEP) == {"inbox": 1, "deliveries": 0, "alerts": 1, "silences": 1, "items": 1}
    assert rows(database) == NOTHING


def test_what_is_gone_is_not_found_any_more(used: Line, database: Database) -> None:
    def found(words: str) -> int:
        with database.read() as connection:
            return len(search.find(connection, search.terms(words), 10))

    assert (found("Text"), found("Lumentum")) == (1, 1)
    age(database, 181)
    forget(database, KEEP)
    assert (found("Text"), found("Lumentum")) == (0, 1)


def test_what_is_kept_for_ever_is(used: Line, database: Database) -> None:
    before = rows(database)
    age(database, 20_000)
    assert forget(database, Keep()) == forgettable(database, Keep()) == {}
    assert rows(database) == before
    forget(database, Keep(alerts=DAY))
    assert rows(database) == NOTHING | {name: before[name] for name in ("items", "events", "inbox")} | {"decisions": 1}


def test_what_is_on_its_way_and_what_somebody_may_be_reminded_of_stays(line: Line, database: Database) -> None:
    line.push(limit_up("Lumentum"))
    send(database)
    line.push(limit_up("Coherent", 1))
    with database.begin() as connection:
        (one,) = [stored.alert for stored in alerts.page(connection, limit=10) if "Lumentum" in stored.alert.title]
        reminders.add(connection, [Reminder(one.id, ReminderKind.ESCALATION, "boss", 1, "inbox", utc_now())])
    age(database, 1000)
    assert forget(database, KEEP) == {"inbox": 0, "deliveries": 1, "alerts": 0, "silences": 0, "items": 0}
    with database.begin() as connection:
        assert reminders.take_due(connection, utc_now(), 10)
    assert forget(database, KEEP) == {"inbox": 0, "deliveries": 0, "alerts": 1, "silences": 0, "items": 1}
    send(database)
    assert forget(database, KEEP) == {"inbox": 0, "deliveries": 0, "alerts": 1, "silences": 0, "items": 1}
    assert rows(database) == NOTHING, "the delivery went with its last alert"


def test_the_first_of_a_thread_stays_as_long_as_what_follows_it(line: Line, database: Database) -> None:
    line.push(limit_up("Lumentum"))
    send(database)
    age(database, 401)
    with database.begin() as connection:  # a correction that came just now, as far as its time goes
        (stored,) = alerts.page(connection, limit=1)
        later = {"id": "later", "fingerprint": "later", "follows": stored.alert.id, "created_at": utc_now()}
        row = dict(connection.execute(select(ALERTS)).mappings().one()) | later
        connection.execute(ALERTS.insert().values(row))
    assert forget(database, KEEP)["alerts"] == 0
    age(database, 401, ALERTS)
    assert forget(database, KEEP)["alerts"] == 2


def test_what_was_decided_of_a_newer_item_stays_without_the_alert(line: Line, database: Database) -> None:
    line.push(limit_up("Lumentum"))
    send(database)
    age(database, 401)
    line.push(limit_up("Lumentum", 1, text="Lumentum hit limit-up on Monday, says another."))
    with database.read() as connection:
        (item,) = [stored for stored in items.recent(connection, 5) if "another" in stored.item.text]
        reason, named = connection.execute(
            select(DECISIONS.c.reason, DECISIONS.c.alert_id).where(DECISIONS.c.item_id == item.id)
        ).one()
    assert named, "a repeat"
    forget(database, KEEP)
    with database.read() as connection:
        after = connection.execute(select(DECISIONS.c.reason, DECISIONS.c.alert_id).where(DECISIONS.c.item_id == item.id)).one()
    assert tuple(after) == (reason, None)


def listed(database: Database, days_ago: float = 0) -> None:
    """As if `wire` had said what there is so long ago."""
    with database.begin() as connection:
        known = connection.execute(select(SOURCES.c.id)).first()
        if known is None:
            wire = Source("wire", "feed", "https://wire.example.com/feed", timedelta(minutes=1))
            sources.sync(connection, [wire], utc_now())
        connection.execute(update(SOURCES).values(listed_since=utc_now() - (days_ago + 2) * DAY))


def test_what_its_source_still_lists_stays_and_is_no_news_again(line: Line, database: Database) -> None:
    line.push(numbered_item(1), numbered_item(2))
    age(database, 400)
    assert line.push(numbered_item(1)) == 0, "the feed lists one of the two"
    listed(database)
    assert forget(database, KEEP)["items"] == 1
    assert line.push(numbered_item(1)) == 0
    assert line.push(numbered_item(2)) == 1, "it was gone"


def test_the_same_words_under_another_guid_count_as_listed(line: Line, database: Database) -> None:
    line.push(numbered_item(1))
    age(database, 400)
    again = limit_up("x", guid="other", title="Title 1", text="Text 1")
    assert line.push(again) == 0
    listed(database)
    assert forget(database, KEEP)["items"] == 0


@pytest.mark.parametrize(("seen", "last", "stays"), [(200, 199, True), (200, 197.9, False), (181, 0, False), (181, 180, True)])
def test_a_source_that_has_not_changed_for_long_lists_what_it_listed(
    line: Line, database: Database, seen: float, last: float, stays: bool
) -> None:
    """That an item is listed is written down once a day."""
    line.push(numbered_item(1))
    age(database, seen)
    listed(database, last)
    assert (forget(database, KEEP)["items"] == 0) == stays


def test_of_a_source_that_never_said_what_there_is_nothing_goes_until_it_is_gone(line: Line, database: Database) -> None:
    line.push(numbered_item(1))
    age(database, 400)
    listed(database)
    with database.begin() as connection:
        connection.execute(update(SOURCES).values(listed_since=None))
    assert forget(database, KEEP)["items"] == 0
    with database.begin() as connection:
        sources.sync(connection, [], utc_now())
    assert forget(database, KEEP)["items"] == 1


def fill(database: Database, count: int) -> None:
    with database.begin() as connection:
        for number in range(count):
            inbox.append(connection, key=str(number), subject="s", text="t", alerts=[], now=utc_now() - 1000 * DAY)


def test_it_goes_in_batches(database: Database) -> None:
    fill(database, BATCH + 20)
    with database.begin() as connection:
        assert prune(connection, KINDS["inbox"], utc_now()) == BATCH
    assert forgettable(database, KEEP)["inbox"] == 20
    assert forget(database, KEEP)["inbox"] == 20
    assert MOST_BATCHES * BATCH >= 50_000, "a day of a large installation"


def test_nobody_is_waited_for(tmp_path: Path, postgres_database: Database) -> None:
    Line(postgres_database, write_rules(tmp_path)).push(limit_up("Lumentum"))
    send(postgres_database)
    age(postgres_database, 1000)
    with postgres_database.begin() as other:
        other.execute(select(DELIVERIES).with_for_update()).all()
        assert forget(postgres_database, Keep(deliveries=DAY)) == {"deliveries": 0}
    assert forget(postgres_database, Keep(deliveries=DAY)) == {"deliveries": 1}


def test_the_command_says_what_would_go_and_deletes_it(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(sqlite_database, 3)
    where = ("--data", str(tmp_path))
    assert json.loads(good("prune", "--dry-run", "--json", *where))["deleted"]["inbox"] == 3
    assert ["inbox", "400d", "3"] in [line.split() for line in good("prune", "--dry-run", *where).splitlines()]
    assert json.loads(good("prune", "--json", *where))["deleted"] == dict.fromkeys(KINDS, 0) | {"inbox": 3}
    assert json.loads(good("prune", "--json", *where))["deleted"] == dict.fromkeys(KINDS, 0)
    for name in ("ITEMS", "DELIVERIES", "ALERTS", "INBOX"):
        monkeypatch.setenv(f"TAPEWATCH_KEEP_{name}", "0")
    assert "everything is kept for ever" in good("prune", *where)
