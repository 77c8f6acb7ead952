"""Items as the stories see them, understood with the shipped vocabulary."""

from datetime import datetime, timedelta
from typing import Any

from service.alerting.reports import Report, report_of
from service.alerting.stories import StoryBook
from service.events.days import local_date
from service.model.item import Item
from tests.support.alerts import NOW
from tests.support.shipped import told, words


def report(text: str, minute: float = 0, **changes: Any) -> Report:
    """An item so many minutes after NOW; its id is its text unless another is given."""
    name = str(changes.pop("id", text))
    at: datetime = NOW + timedelta(minutes=minute)
    item = Item(**{"source": "wire", "guid": name, "title": "", "text": text, "published": at, **changes})
    today = local_date(at, None, item.language)
    return report_of(item, told(item), words()[0].identity, id=name, at=at, today=today)


def grouped(*reports: Report) -> list[set[str]]:
    """The stories of reports that come in this order, as sets of ids."""
    book = StoryBook()
    found: dict[str, set[str]] = {}
    for one in reports:
        found.setdefault(book.place(one).story, set()).add(one.id)
    return list(found.values())
