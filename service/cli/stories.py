"""`tapewatch stories`: JSON lines in, the story of each out, in the same order; a bad line is answered, never fatal."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from service.alerting.reports import report_of
from service.alerting.stories import WINDOW, StoryBook
from service.cli.extract import read_item, read_lines
from service.errors import TapewatchError
from service.events.days import local_date
from service.events.extract import extract
from service.events.lexicon import Lexicon
from service.words import shipped_words, telling

DAY_ONE = datetime(1970, 1, 1, tzinfo=UTC)


def story_lines() -> None:
    """Read the lines that `tapewatch extract` reads, in the order of time, write {"id","story","novelty"} lines.

    A line without a time comes at the time of the line before. Everything happens in memory; what is older than the window of
    72 hours is forgotten.
    """
    stories = Stories(shipped_words())
    for line in read_lines(sys.stdin.buffer):
        sys.stdout.write(json.dumps(stories.answer(line), ensure_ascii=True) + "\n")
        sys.stdout.flush()


class Stories:
    """The book of one stream."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._book = StoryBook()
        self._now = DAY_ONE
        self._swept = DAY_ONE
        self._count = 0

    def answer(self, line: bytes) -> dict[str, Any]:
        """The answer to one line."""
        self._count += 1
        data: Any = None
        try:
            data = json.loads(line)
            if not isinstance(data, dict):
                raise ValueError("a line must be a JSON object with at least a text")
            return {"id": data.get("id"), **self._placed(data)}
        except (ValueError, RecursionError, TapewatchError) as error:
            return {"id": data.get("id") if isinstance(data, dict) else None, "error": str(error)}

    def _placed(self, data: dict[str, Any]) -> dict[str, Any]:
        item = read_item(data)
        at = item.published or self._now
        self._now = max(self._now, at)
        events = telling(self._lexicon, extract(item, self._lexicon))
        today = local_date(at, None, item.language)
        name = item.guid or str(self._count)
        placed = self._book.place(report_of(item, events, self._lexicon.identity, id=name, at=at, today=today))
        if self._now - self._swept > WINDOW / 4:
            self._book.forget(self._now - WINDOW)
            self._swept = self._now
        return {"story": placed.story, "novelty": placed.novelty.value, "reason": placed.reason}
