"""The seed article, understood as a careful reader does: every event of the shipped types, and nothing else."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.model.event import Event
from service.model.item import Item
from tests.support.corpora import shared
from tests.support.shipped import understand

ROOT = Path(__file__).parent.parent.parent
EXPECTED = json.loads((ROOT / "tests/data/seed_events.json").read_text("utf-8"))
TITLE = "A-share computing power chain stages another strong rally"
PUBLISHED = datetime.fromisoformat("2025-12-22T16:30:00+08:00")


FIELDS = (
    "pct",
    "stage",
    "kind",
    "venue",
    "bound",
    "period",
    "counterparty",
    "amount",
    "currency",
    "product",
    "source",
    "stance",
    "horizon",
)


def _key(event: dict[str, Any]) -> tuple[str, ...]:
    return event["type"], event["subject"], event.get("product", ""), event.get("source", "")


def article() -> str:
    return (ROOT / "service/sources/seed_article.md").read_text("utf-8").split("---\n", 2)[2]


def flat(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "subject": event.subject,
        "entity": event.entity,
        "alias": event.alias,
        "status": event.status.value,
        "day": event.day.isoformat() if event.day else None,
        **event.fields,
    }


@pytest.mark.parametrize("title", ["", TITLE])
@pytest.mark.parametrize("emphasis", ["**", ""])
def test_the_seed_gives_its_events_in_the_order_of_the_text(title: str, emphasis: str) -> None:
    item = Item("seed", "1", title, article().replace("**", emphasis), published=PUBLISHED)
    events = understand(item)
    assert [flat(event) for event in events] == EXPECTED
    for event in events:
        assert event.evidence.start <= event.trigger.start < event.trigger.end <= event.evidence.end
        assert event.subject_span is not None and event.subject_span.of(item.document) == event.subject


@pytest.mark.corpora
def test_every_event_that_a_reader_listed_is_there() -> None:
    listed = json.loads(shared("seed/expected_events.json").read_text("utf-8"))["events"]
    found = {_key(one): one for one in EXPECTED}
    assert len(listed) == len(found) == len(EXPECTED) == 22
    for one in listed:
        ours = found[_key(one)]
        assert one.get("name_zh", "") == ours["alias"]
        assert ours["entity"] in (one.get("id"), "CPO.TDX", "0700.HK"), "the watchlist may know more ids than the reader gave"
        for name in FIELDS:
            assert name not in one or one[name] == ours[name]
        assert ("status" in one) is (ours.get("stage") == "forecast")
        assert one.get("day", "2025-12-22") == ours["day"]
