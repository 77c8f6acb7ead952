"""Stored items held against the rules again, items a CPU-second, beside the mere reading of the same rows.

python bench/backtest.py [items]
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from service.clock import utc_now
from service.events.extract import extract
from service.model.event import Event
from service.model.item import Item
from service.pipeline.replay import Replay
from service.rulebook import Rulebook, load_folder
from service.storage import items, migrations
from service.storage.database import Database, open_database
from service.words import counting

START = datetime(2025, 12, 1, tzinfo=UTC)
NAMES = ("Lumentum", "Nvidia", "Moore Threads", "Broadcom", "Yangtze Optical Fibre")
FILLER = "Traders in the city spoke of a quiet session in which nobody wished to be the first to move, and volumes stayed thin. "
FILLER_ZH = "交易员表示，市场情绪较为平稳，成交量略有下降，投资者普遍持观望态度，等待下一步政策信号。"


def text(number: int) -> str:
    """About 350 English words or 600 Chinese characters, with one or two events in every third."""
    name = NAMES[number % len(NAMES)]
    told = f"{name} hit limit-up on Monday. {name} shares gained {number % 17 + 1}%. " if number % 3 == 0 else ""
    return f"Report {number:06}. {told}" + (FILLER_ZH * 14 if number % 2 else FILLER * 16)


def fill(database: Database, book: Rulebook, count: int) -> None:
    """Store the items with their events, once for each kind of text."""
    seen: dict[int, tuple[Event, ...]] = {}
    with database.begin() as connection:
        for start in range(0, count, 1000):
            batch = [
                Item("bench", str(number), "", text(number), published=START + timedelta(minutes=number))
                for number in range(start, min(start + 1000, count))
            ]
            stored = items.insert_new(connection, batch, disposition="evaluated", rules_version="", now=utc_now())
            pairs = []
            for number, item in stored:
                kind = int(item.guid) % (2 * 3 * 5 * 17)
                if kind not in seen:
                    seen[kind] = counting(book.lexicon, extract(item, book.lexicon))
                pairs += [(number, event) for event in seen[kind]]
            items.save_events(connection, pairs)


def main() -> None:
    """Print both figures and their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    book = load_folder(None)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db", utc_now)
        migrations.upgrade(database)
        fill(database, book, count)
        with database.read() as connection:
            began = process_time()
            read = sum(1 for _ in items.replay(connection, START, ("evaluated",)))
            reading = process_time() - began
            began = process_time()
            replay = Replay(book)
            for one, events in items.replay(connection, START, ("evaluated",)):
                replay.feed(one.id, one.item, events, one.fetched_at)
            whole = process_time() - began
        database.close()
    report = replay.report
    print(f"{read} items, {len(book.rules.rules)} rules, {sum(report.matches.values())} matches, {len(report.alerts)} alerts")
    print(
        f"reading alone {read / reading:,.0f} items/s; backtest {read / whole:,.0f} items/s; {whole / reading:.1f} times as long"
    )


if __name__ == "__main__":
    main()
