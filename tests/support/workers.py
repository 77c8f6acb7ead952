"""What the processes of concurrency tests do."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from service.clock import utc_now
from service.editing import Desk, OutOfDate
from service.model.delivery import DeliveryState
from service.model.item import Item
from service.rulebook import Memory, parse_folder
from service.rulefolder import read_folder
from service.ruleversions import Versions
from service.storage import deliveries, items, migrations
from service.storage.database import open_database
from tests.support.claims import claim_due
from tests.support.folder import RULES, write_rules
from tests.support.forked import clean
from tests.support.line import Line, limit_up, report
from tests.support.stored import LEASE, numbered_item

T = TypeVar("T")

WORKERS = 4
NAMES = ("Lumentum", "Nvidia", "Moore Threads", "Broadcom")


def in_processes(work: Callable[..., T], *arguments: object, workers: int = WORKERS) -> list[T]:
    """`work(number, …)` in that many processes at once, forked from a clean one that has this module loaded."""
    with ProcessPoolExecutor(workers, clean()) as pool:
        return [future.result() for future in [pool.submit(work, number, *arguments) for number in range(workers)]]


def drain(number: int, url: str) -> list[tuple[int, str]]:
    """Claim and record until nothing is due."""
    database = open_database(url, utc_now)
    done: list[tuple[int, str]] = []
    while True:
        with database.begin() as connection:
            claimed = claim_due(connection, limit=20, lease=LEASE)
        if not claimed:
            database.close()
            return done
        for delivery in claimed:
            with database.begin() as connection:
                recorded = deliveries.record(
                    connection,
                    delivery,
                    state=DeliveryState.SENT,
                    next_at=None,
                    outcome="sent",
                    reason="",
                    detail=f"worker {number}",
                    now=utc_now(),
                )
            assert recorded
            done.append((delivery.id, delivery.alerts[0].id))


def write_items(number: int, url: str, count: int) -> int:
    """Read, then write, each time: what a deferred transaction cannot do beside others."""
    database = open_database(url, utc_now)
    written = 0
    for step in range(count):
        with database.begin() as connection:
            items.known(connection, "wire", [f"guid-{step}"], [])
            own = numbered_item(number * count + step, f"source-{number}")
            written += len(
                items.insert_new(
                    connection, [own, numbered_item(step)], disposition="evaluated", rules_version="v1", now=utc_now()
                )
            )
    database.close()
    return written


def upgrade(_number: int, url: str) -> str:
    """What each starter does first."""
    database = open_database(url, utc_now)
    migrations.upgrade(database)
    migrations.require_current(database)
    with database.read() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    database.close()
    return str(revision)


def push_to_windows(number: int, url: str, folder: str, barrier: Any, rounds: int) -> None:
    """In each round, together with the others, store one limit-up more of that round's source."""
    database = open_database(url, utc_now)
    line = Line(database, Path(folder))
    for step in range(rounds):
        barrier.wait(60)
        line.push(limit_up(NAMES[number + 1], number + 1, source=f"source-{step}"))
    database.close()


def follow_versions(number: int, url: str, folder: str, barrier: Any) -> str:
    """Start with a folder of its own, change it, and look until everybody has; the version in force at the end."""
    database = open_database(url, utc_now)
    place = Path(folder) / str(number)
    texts = read_folder(place / "rules")
    book = parse_folder(texts)
    versions = Versions(database, texts, f"worker {number}", Memory())
    barrier.wait(60)
    book = versions.start(book) or book
    barrier.wait(60)
    write_rules(place, rules=RULES.replace("id: limit-up", f"id: changed-{number}"))
    book = versions.look(lambda: read_folder(place / "rules")) or book
    barrier.wait(60)
    book = versions.look(lambda: read_folder(place / "rules")) or book
    database.close()
    return book.version


SAVE_ROUNDS = 3


def save_rule(number: int, url: str, folder: str, barrier: Any) -> int:
    """Read the version in force, all of them the same, and save a rule of its own; how often that was the one that was kept."""
    database = open_database(url, utc_now)
    texts = read_folder(Path(folder) / "rules")
    book = parse_folder(texts)
    versions = Versions(database, texts, f"worker {number}", Memory())
    book, kept = versions.start(book) or book, 0

    def follow() -> None:
        nonlocal book
        book = versions.look(lambda: texts) or book

    desk = Desk(database, lambda: book, follow)
    for step in range(SAVE_ROUNDS):
        barrier.wait(60)
        follow()
        base = book.version
        barrier.wait(60)
        rule = RULES.replace("id: limit-up", f"id: rule-{number}-{step}").encode()
        try:
            desk.save({f"alerts/rule-{number}-{step}.yaml": rule}, base, f"worker {number}")
            kept += 1
        except OutOfDate:
            pass
    barrier.wait(60)
    follow()
    assert len(book.rules.rules) == 1 + SAVE_ROUNDS, "what was kept stays"
    database.close()
    return kept


STORY_ROUNDS = 15
BUYERS = "Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Ivy Juniper Larch Maple Oak Pine Rowan".split()
TRADES = "Optics Lasers Foods Bakeries Shipping Steel Cement Mills Rail Paper Tyres Wines Toys Glass Salt".split()


def push_to_stories(number: int, url: str, rules: str, barrier: Any) -> None:
    """In each round report a deal in one's own words, at the moment at which the other does."""
    database = open_database(url, utc_now)
    line = Line(database, Path(rules))
    for step in range(STORY_ROUNDS):
        buyer, bought = f"{BUYERS[step]} {TRADES[step]}", f"{TRADES[-step]}works {BUYERS[-1 - step]}ville"
        texts = (f"{buyer} to buy {bought} of the north", f"{bought} of the north will be bought by {buyer}")
        barrier.wait(60)
        line.push(Item(f"outlet-{number}", f"{number}-{step}", "", texts[number]))
    database.close()


def push_and_sweep(number: int, url: str, folder: str, barrier: Any, rounds: int) -> None:
    """In each round, together with the others, store a report of its own and sweep; at the end sweep until all is told."""
    database = open_database(url, utc_now)
    line = Line(database, Path(folder))
    for step in range(rounds):
        barrier.wait(60)
        line.push(report(100 * number + step))
        line.sweep()
    for _ in range(12):
        barrier.wait(60)
        line.sweep()
    database.close()


def push_to_cooldown(number: int, url: str, folder: str, barrier: Any, rounds: int) -> None:
    """In each round, together with the other, report one's own kind of news of that round's company."""
    database = open_database(url, utc_now)
    line = Line(database, Path(folder))
    for step in range(rounds):
        news = (f"{BUYERS[step]} Optics filed for an IPO.", f"{BUYERS[step]} Optics shares hit a record high on Monday.")
        barrier.wait(60)
        line.push(limit_up(f"{number}", step, source=f"outlet-{number}", text=news[number]))
    database.close()


def push_with_own_rules(number: int, url: str, folder: str, barrier: Any, rounds: int) -> str:
    """In each round, together with the other, store the same item by rules of one's own; their version."""
    database = open_database(url, utc_now)
    line = Line(database, Path(folder) / str(number) / "rules")
    for step in range(rounds):
        barrier.wait(60)
        line.push(limit_up(f"{BUYERS[step]} Optics", step))
    database.close()
    return line.book.version
