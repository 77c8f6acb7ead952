"""Rows and nouns name the same fields twice; what goes in must come out, field by field, on both databases."""

import dataclasses
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import utc_now
from service.model.alert import Alert, Novelty
from service.model.event import Event, Status
from service.model.item import Item
from service.model.rule import Severity
from service.model.source import Source, SourceState
from service.model.span import Span
from service.model.window import Occurrence
from service.storage import alerts, decisions, inbox, items, sources
from service.storage.database import Database
from service.storage.decisions import Decision
from tests.support.stored import LEASE, store_item

SHANGHAI = timezone(timedelta(hours=8))
MOMENT = datetime(2025, 12, 22, 9, 30, 15, 123456, tzinfo=SHANGHAI)

ITEM = Item(
    source="wire",
    guid="urn:1",
    title="长飞光纤 limit-up",
    text="A <b>text</b> with 'quotes', \\ and emoji 📈",
    link="https://news.example.com/1",
    published=MOMENT,
    publisher="Example Wire",
    language="zh",
)
EVENT = Event(
    type="price_move",
    subject="长飞光纤",
    evidence=Span(3, 17),
    trigger=Span(4, 9),
    status=Status.PLANNED,
    entity="601869.SH",
    alias="Yangtze Optical",
    subject_span=Span(0, 3),
    day=date(2025, 12, 22),
    fields={"pct": -12.5, "bound": "over", "streak": 3},
    entry="rules/events/price_move.yaml:12",
)
OCCURRENCE = Occurrence(
    at=MOMENT,
    item_id=7,
    subject="长飞光纤",
    entity="601869.SH",
    source="wire",
    publisher="Example Wire",
    step="after",
    fingerprint="f",
    headline="A headline",
    link="https://news.example.com/1",
    words="长飞光纤 hit limit-up",
)
ALERT = Alert(
    id="0123456789abcdef",
    fingerprint="v1:abc",
    rule="big-move",
    rule_place="rules/alerts/big-move.yaml:3:5",
    severity=Severity.CRITICAL,
    title="长飞光纤 −12.5 %",
    subject="长飞光纤",
    alias="Yangtze Optical",
    entity="601869.SH",
    event_type="price_move",
    excerpt="长飞光纤 fell 12.5 %",
    marks=(Span(0, 4), Span(5, 9)),
    reason="event price_move, pct <= -10",
    headline="A headline",
    link="https://news.example.com/1",
    source="wire",
    publisher="Example Wire",
    published=MOMENT,
    created_at=MOMENT + timedelta(minutes=1),
    facts={"pct": -12.5, "bound": "over"},
    labels={"desk": "a-share", "主题": "光纤"},
    body="first line\n第二行",
    owner="primary-markets",
    runbook="https://wiki.example.com/ipo",
    occurrences=(OCCURRENCE,),
    rules_version="0123456789ab",
    story="s-1",
    novelty=Novelty.UPDATE,
    follows="fedcba9876543210",
)
NOT_STORED = frozenset({"outlets"})
"""Filled in when a message is written."""
STATE = SourceState(etag='"abc"', last_modified="Mon, 22 Dec 2025 01:30:15 GMT", body_hash="ff", failures=3, baselined=True)


@pytest.mark.parametrize("noun", [ITEM, EVENT, OCCURRENCE, ALERT, STATE], ids=lambda noun: type(noun).__name__)
def test_examples_fill_every_field(noun: Any) -> None:
    """A field added to the model with a default must be added to the example here, and thereby to the table."""
    for field in dataclasses.fields(noun):
        if field.name in NOT_STORED:
            continue
        value = getattr(noun, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        assert value != default, field.name
        assert value not in ("", (), None), field.name


def stored_item(database: Database, item: Item) -> Item:
    with database.begin() as connection:
        [(item_id, returned)] = items.insert_new(connection, [item], disposition="evaluated", rules_version="v1", now=utc_now())
        found = items.get(connection, item_id)
    assert found is not None
    assert found.item == returned
    return found.item


def test_item(database: Database) -> None:
    now = utc_now()
    with database.begin() as connection:
        [(item_id, _)] = items.insert_new(connection, [ITEM], disposition="baseline", rules_version="v7", now=now)
    with database.read() as connection:
        assert items.get(connection, item_id) == items.StoredItem(item_id, ITEM, now, "baseline", "v7")


def test_item_with_nothing_known(database: Database) -> None:
    bare = Item(source="push", guid="1", title="", text="")
    assert stored_item(database, bare) == bare


def test_events_in_their_order(database: Database) -> None:
    bare = Event(type="ipo", subject="", evidence=Span(0, 1), trigger=Span(0, 1))
    with database.begin() as connection:
        item_id = store_item(connection)
        items.save_events(connection, [(item_id, EVENT), (item_id, bare)])
    with database.read() as connection:
        assert items.events_of(connection, item_id) == [EVENT, bare]


def test_event_numbers_stay_numbers(database: Database) -> None:
    with database.begin() as connection:
        item_id = store_item(connection)
        items.save_events(connection, [(item_id, EVENT)])
        [event] = items.events_of(connection, item_id)
    assert {name: type(value) for name, value in event.fields.items()} == {"pct": float, "bound": str, "streak": int}


def test_alert(database: Database) -> None:
    with database.begin() as connection:
        item_id = store_item(connection)
        assert alerts.insert_new(connection, [(ALERT, item_id)]) == {ALERT.id}
    with database.read() as connection:
        assert alerts.get(connection, ALERT.id) == alerts.StoredAlert(ALERT, item_id)


def test_alert_with_nothing_known(database: Database) -> None:
    bare = dataclasses.replace(ALERT, entity=None, published=None, marks=(), facts={}, labels={})
    with database.begin() as connection:
        alerts.insert_new(connection, [(bare, store_item(connection))])
        found = alerts.get(connection, bare.id)
    assert found is not None
    assert found.alert == bare


def test_source_state(database: Database) -> None:
    with database.begin() as connection:
        sources.sync(connection, [Source("a", "feed", "https://example.com/feed")], utc_now())
        [claim] = sources.claim_due(connection, limit=1, per_host=1, lease=LEASE)
        assert sources.record_success(
            connection, claim, state=STATE, next_at=utc_now(), new_items=2, warnings=["cut", "odd 日期"]
        )
    with database.begin() as connection:
        [claim] = sources.claim_due(connection, limit=1, per_host=1, lease=LEASE)
        [status] = sources.overview(connection)
    assert claim.state == STATE
    assert (status.state, status.last_new_items, status.warnings) == (STATE, 2, ("cut", "odd 日期"))


def test_decision(database: Database) -> None:
    with database.begin() as connection:
        item_id = store_item(connection)
        alerts.insert_new(connection, [(ALERT, item_id)])
        made = [
            Decision(item_id, "big-move", "v1:abc", "alerted", "first report", ALERT.id, MOMENT),
            Decision(item_id, "ipo-watch", "v1:def", "suppressed", "told before", None, MOMENT),
        ]
        decisions.record(connection, made)
    with database.read() as connection:
        assert decisions.of_item(connection, item_id) == made
        assert decisions.of_alert(connection, ALERT.id) == made[:1]
        assert decisions.of_item(connection, item_id + 1) == []


def test_inbox_message(database: Database) -> None:
    with database.begin() as connection:
        assert inbox.append(connection, key="k1", subject="主题", text="a\nb", alerts=["1", "2"], now=MOMENT)
    with database.read() as connection:
        stored = inbox.latest(connection, 5)
        assert stored == [inbox.InboxMessage("k1", "主题", "a\nb", ("1", "2"), MOMENT, stored[0].number)]


def test_times_come_out_in_utc(database: Database) -> None:
    found = stored_item(database, ITEM)
    assert found.published is not None
    assert found.published.tzinfo is UTC
    assert found.published == datetime(2025, 12, 22, 1, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=SHANGHAI), datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))]
)
def test_the_ends_of_the_calendar_are_stored(database: Database, edge: datetime) -> None:
    found = stored_item(database, dataclasses.replace(ITEM, published=edge))
    assert found.published == edge.replace(tzinfo=UTC)


dirty = st.text(st.characters(codec=None, categories=None), max_size=40)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(dirty, min_size=5, max_size=5))
def test_any_text_is_stored_without_nul_and_surrogates(database: Database, texts: list[str]) -> None:
    link, title, text, publisher, guid = texts
    item = Item(source="wire", guid=guid, title=title, text=text, link=link, publisher=publisher)
    with database.begin() as connection:
        for number, _ in items.insert_new(connection, [item], disposition="evaluated", rules_version="v1", now=utc_now()):
            found = items.get(connection, number)
            assert found is not None
            expected = ["".join(c for c in value if c != "\0" and not "\ud800" <= c <= "\udfff") for value in texts]
            stored = found.item
            assert [stored.link, stored.title, stored.text, stored.publisher, stored.guid] == expected
        assert items.known(connection, "wire", [guid], []) == ({guid}, set())


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(dirty, st.one_of(dirty, st.floats(allow_nan=False), st.integers(-(2**60), 2**60)), max_size=4))
def test_any_facts_are_stored(database: Database, facts: dict[str, Any]) -> None:
    def plain(value: Any) -> Any:
        return value.replace("\0", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else value

    with database.begin() as connection:
        item_id = store_item(connection) if not items.recent(connection, 1) else items.recent(connection, 1)[0].id
        alert_id = f"a{alerts.count(connection)}"
        alerts.insert_new(connection, [(dataclasses.replace(ALERT, id=alert_id, fingerprint=alert_id, facts=facts), item_id)])
        found = alerts.get(connection, alert_id)
    assert found is not None
    assert found.alert.facts == {plain(key): plain(value) for key, value in facts.items()}
