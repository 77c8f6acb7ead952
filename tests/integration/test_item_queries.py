"""The plans of the lists of items and events: along an index, however much is stored."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from service.clock import utc_now
from service.storage import alert_stream, delivery_desk, item_queries, search, silences
from service.storage.database import Database
from service.storage.item_queries import WantedEvents

NOW = utc_now()


def plans(database: Database, ask: Any) -> list[str]:
    """What SQLite would do for each statement."""
    found: list[str] = []

    def explained(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append("; ".join(row[3] for row in rows))

    event.listen(database._engine, "before_cursor_execute", explained)
    with database.read() as connection:
        ask(connection)
    return found


def _events(**wanted: Any) -> Any:
    return lambda connection: item_queries.events(connection, WantedEvents(**wanted), 51, before=1000)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda connection: item_queries.page(connection, limit=51), "items USING INTEGER PRIMARY KEY"),
        (_events(), "events USING INTEGER PRIMARY KEY"),
        (_events(type="limit_up"), "ix_events_type_id"),
        (_events(entity="600999.SH"), "ix_events_entity_id"),
        (_events(since=NOW - timedelta(days=1), until=NOW), "events USING INTEGER PRIMARY KEY"),
        (lambda connection: item_queries.numbers(connection, "desk", ["a", "b"]), "source=? AND guid=?"),
        (lambda connection: delivery_desk.listed(connection, before="x"), "deliveries USING INTEGER PRIMARY KEY"),
        (lambda connection: silences.latest(connection, 51, 10), "silences USING INTEGER PRIMARY KEY"),
        (lambda connection: alert_stream.since(connection, NOW), "created_at>?"),
        (lambda connection: search.find(connection, search.terms("涨停"), 51), "item_words VIRTUAL TABLE INDEX"),
    ],
)
def test_every_list_is_read_along_an_index(sqlite_database: Database, ask: Any, index: str) -> None:
    found = plans(sqlite_database, ask)
    assert index in found[-1], found
    assert not [plan for plan in found if "TEMP B-TREE" in plan.partition("SUBQUERY")[0]], found
