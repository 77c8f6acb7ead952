"""How fast items go in and deliveries are claimed, each beside the naive way in the same run: `python -m bench.storage`.

The naive ways: one ORM object for each item, added to a session that commits every thousand; one claim for each delivery.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.clock import utc_now
from service.model.item import Item
from service.storage import alerts, deliveries, items, migrations
from service.storage.database import Database, open_database
from service.storage.deliveries import Order
from service.storage.tables import DELIVERIES, ItemRow
from tests.support.alerts import make_alert
from tests.support.claims import claim_due
from tests.support.postgres import running_server

ITEMS = 10_000
DELIVERIES_DUE = 2_000
BATCH = 1_000
CLAIM = 50
RUNS = 3
LEASE = timedelta(minutes=2)
TEXT = "Yangtze Optical Fibre and Cable (长飞光纤) rocketed to a limit-up within just 8 minutes. " * 12


def main() -> None:
    """Measure both databases and print the figures."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        url = server.create()
        try:
            for place in (f"sqlite:///{Path(folder) / 'bench.db'}", url.render_as_string(hide_password=False)):
                with closing(open_database(place, utc_now)) as database:
                    migrations.upgrade(database)
                    report(
                        f"items/s into {database.dialect}, batches of {BATCH}", insert_batches(database), insert_objects(database)
                    )
                    report(f"claims/s on {database.dialect}, batches of {CLAIM}", claims(database, CLAIM), claims(database, 1))
        finally:
            server.drop(url)


def report(what: str, ours: float, naive: float) -> None:
    """One line: what, our figure, the naive one, the ratio."""
    sys.stdout.write(f"{what:45} {ours:10,.0f}   naive {naive:10,.0f}   ratio {ours / naive:5.1f}\n")


def rate(count: int, work: Callable[[int], None], prepare: Callable[[int], None] = lambda run: None) -> float:
    """The median of several runs, in things per second."""
    rates = []
    for run in range(RUNS):
        prepare(run)
        started = time.perf_counter()
        work(run)
        rates.append(count / (time.perf_counter() - started))
    return median(rates)


def made(source: str) -> list[Item]:
    """Items of about a kilobyte, no two alike."""
    return [Item(source, f"urn:{number}", f"Headline {number}", f"{number} {TEXT}", language="en") for number in range(ITEMS)]


def insert_batches(database: Database) -> float:
    """As the pipeline does it: the repository, one transaction for each batch."""

    given: dict[int, list[Item]] = {run: made(f"batch-{run}") for run in range(RUNS)}

    def work(run: int) -> None:
        for start in range(0, ITEMS, BATCH):
            with database.begin() as connection:
                items.insert_new(
                    connection, given[run][start : start + BATCH], disposition="evaluated", rules_version="bench", now=utc_now()
                )

    return rate(ITEMS, work)


def insert_objects(database: Database) -> float:
    """The naive way: ORM objects in a session."""

    given: dict[int, list[Item]] = {run: made(f"object-{run}") for run in range(RUNS)}

    def work(run: int) -> None:
        for start in range(0, ITEMS, BATCH):
            with database.begin() as connection, Session(connection) as session:
                for item in given[run][start : start + BATCH]:
                    session.add(row(item))
                session.flush()

    return rate(ITEMS, work)


def row(item: Item) -> ItemRow:
    """The row of an item as an object."""
    return ItemRow(
        source=item.source,
        guid=item.guid,
        content_hash=item.content_hash,
        title=item.title,
        text=item.text,
        link=item.link,
        published=item.published,
        publisher=item.publisher,
        language=item.language,
        fetched_at=utc_now(),
        seen_at=None,
        disposition="evaluated",
        rules_version="bench",
    )


def claims(database: Database, batch: int) -> float:
    """Claim everything that is due, so many at a time, with the alerts they carry."""

    def prepare(run: int) -> None:
        with database.begin() as connection:
            connection.execute(DELIVERIES.update().values(next_at=None, lease_until=None))
            enqueue(connection, f"{batch}-{run}")

    def work(_run: int) -> None:
        while True:
            with database.begin() as connection:
                if not claim_due(connection, limit=batch, lease=LEASE):
                    return

    return rate(DELIVERIES_DUE, work, prepare)


def enqueue(connection: Connection, name: str) -> None:
    """As many deliveries as are measured, of one alert each."""
    [(item_id, _)] = items.insert_new(
        connection, [Item("claims", name, name, "")], disposition="evaluated", rules_version="bench", now=utc_now()
    )
    told = [make_alert(id=f"{name}-{number}", fingerprint=f"{name}-{number}") for number in range(DELIVERIES_DUE)]
    now = utc_now() - timedelta(minutes=1)
    for start in range(0, DELIVERIES_DUE, 500):
        part = told[start : start + 500]
        alerts.insert_new(connection, [(alert, item_id) for alert in part])
        orders = [Order(alert.id, "desk", f"slack://{n % 20}", alert.id, timedelta(0), now) for n, alert in enumerate(part)]
        deliveries.enqueue(connection, orders)


if __name__ == "__main__":
    main()
