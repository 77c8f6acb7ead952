"""New items find their stories, and stay in step with what other processes placed.

The database keeps where every item of the window was placed, in order; the book that places is a replay of it in memory. Whoever
places takes the turn first, takes back what it placed in a transaction that may have failed, and reads what is new.
Guarantee: two processes that read two reports of one happening at the same moment put them into one story.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.reports import Report, report_of
from service.alerting.stories import WINDOW, Placed, StoryBook
from service.alerting.windows import moment
from service.extraction import Understood
from service.model.item import Item
from service.pipeline.fired import today_of
from service.rulebook import Rulebook
from service.storage import stories

CLEANED = timedelta(hours=1)
"""How often what is older than the window is dropped from memory."""


class Storyteller:
    """The book of one process; its methods run inside a writing transaction."""

    def __init__(self) -> None:
        self._book = StoryBook()
        self._last = 0
        self._unsure = 0
        self._cleaned: datetime | None = None

    def place(
        self,
        connection: Connection,
        book: Rulebook,
        new: Sequence[tuple[int, Item]],
        known: Mapping[str, Understood],
        now: datetime,
    ) -> dict[int, Placed]:
        """The story of each new item by its number; `known` is what was understood, by guid."""
        if not new:
            return {}
        stories.take_turn(connection)
        self._catch_up(connection, now)
        placed: dict[int, Placed] = {}
        rows: list[tuple[stories.Member, Report]] = []
        for number, item in new:
            events = known[item.guid].told
            at = moment(item.published, now)
            report = report_of(item, events, book.lexicon.identity, id=str(number), at=at, today=today_of(item, now))
            report = replace(report, came=now)
            placed[number] = found = self._book.place(report)
            self._unsure += 1
            rows.append((stories.Member(number, found.story, found.novelty, found.reason, report.outlet, at, now), report))
        stories.save(connection, rows)
        return placed

    def _catch_up(self, connection: Connection, now: datetime) -> None:
        self._book.take_back(self._unsure)
        self._unsure = 0
        for number, member, report in stories.placed_after(connection, self._last, now - WINDOW):
            self._book.add(report, member.story, member.novelty)
            self._last = number
        if self._cleaned is None or now - self._cleaned > CLEANED:
            self._book.forget(now - WINDOW)
            self._cleaned = now
