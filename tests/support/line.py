"""The line from items to alerts in this process: a real database, the shipped vocabulary, and no network at all."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from service.alerting.backoff import RetryPolicy
from service.extraction import Understood, understood
from service.metrics import Labels, Metrics
from service.model.item import Item
from service.pipeline import Active, Limits, Parts
from service.pipeline.ingest import Finish, ingest
from service.pipeline.sweep import sweep
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefolder import read_folder
from service.storage.database import Database
from tests.support.alerts import NOW
from tests.support.shipped import told

MEMORY = Memory()
"""The vocabulary is the same in all tests: reading it takes longer than most of them."""


class HereExtractor:
    """Understands items in this process."""

    def extract(self, items: Sequence[Item]) -> list[Understood]:
        return [understood(told(item)) for item in items]

    def close(self) -> None:
        """Nothing is held."""


class Line:
    """What `Pipeline.push` and `Pipeline.sweep` do, without sources and notifiers."""

    def __init__(self, database: Database, folder: Path) -> None:
        nothing = cast(Any, None)
        self.database = database
        self.book: Rulebook = parse_folder(read_folder(folder), MEMORY)
        metrics = Metrics("9.9.9", Labels())
        self._parts = Parts(database, nothing, nothing, nothing, metrics, lambda name: None, Limits(), RetryPolicy())
        self._active = Active(self.book, HereExtractor())

    def push(self, *items: Item, baseline: bool = False, finish: Finish | None = None) -> int:
        return ingest(self._parts, self._active, items[0].source, items, baseline=baseline, finish=finish)

    def sweep(self) -> int:
        return sweep(self._parts, self._active)


def limit_up(name: str, minute: float = 0, source: str = "wire", **changes: Any) -> Item:
    """An item that says that `name` hit limit-up, so many minutes after NOW."""
    at: datetime = NOW + timedelta(minutes=minute)
    fields = {
        "guid": f"{name}-{minute}",
        "title": "",
        "text": f"{name} hit limit-up on Monday. This is report {minute:g}.",
        "published": at,
        **changes,
    }
    return Item(source=source, **fields)


def report(number: int) -> Item:
    """An item in words that no other one has, so that it is a story of its own."""
    digest = hashlib.sha256(str(number).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))
    words = " ".join(digest[start : start + 8] for start in range(0, 64, 8))
    at = NOW + timedelta(minutes=number)
    return Item(source="wire", guid=f"report-{number}", title="", text=f"limit-up report {words}", published=at)
