"""What the answers of the API about news look like: alerts, items, events, entities. See `shapes` for the rest.

Fields may be added; none is removed or changes its meaning in v1. Times are ISO 8601 in UTC, spans are [start, end) in
characters, latencies are seconds.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.web.api.asking import Shape

Next = str | None


class Latency(Shape):
    """Seconds of each step; null where it has not happened."""

    fetched: float | None
    matched: float | None
    queued: float | None
    delivered: float | None
    total: float | None


class AlertDelivery(Shape):
    """What became of an alert at one receiver."""

    receiver: str
    state: DeliveryState
    sent_at: str | None
    latency: Latency


class Acknowledged(Shape):
    """Who takes care of it."""

    by: str
    at: str


class Alert(Shape):
    """What a person should know, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "5b1c7a90d2e4f836",
                "severity": "high",
                "title": "Alder Optics hits limit-up",
                "rule": "limit-up",
                "event": "limit_up",
                "subject": "Alder Optics",
                "entity": "600999.SH",
                "excerpt": "Alder Optics hit limit-up on Monday.",
                "marks": [[0, 12], [13, 25]],
                "reason": "rules/alerts/limit-up.yaml:4:5: event limit_up in “hit limit-up”",
                "created_at": "2025-12-22T02:04:30+00:00",
            }
        }
    )

    id: str
    severity: Severity
    title: str
    rule: str
    event: str
    subject: str
    alias: str
    entity: str | None
    facts: dict[str, Any]
    labels: dict[str, str]
    body: str
    owner: str
    runbook: str
    excerpt: str
    marks: list[list[int]]
    reason: str
    headline: str
    link: str
    source: str
    publisher: str
    published: str | None
    created_at: str
    rules_version: str
    occurrences: list[dict[str, Any]]
    item: int
    story: str
    novelty: str
    follows: str
    fetched_at: str | None
    acknowledged: Acknowledged | None
    deliveries: list[AlertDelivery]


class AlertPage(Shape):
    """A page of alerts, newest first."""

    alerts: list[Alert]
    next: Next


class ItemRow(Shape):
    """A published piece, without its text."""

    id: int
    source: str
    guid: str
    title: str
    link: str
    published: str | None
    publisher: str
    language: str
    fetched_at: str
    disposition: str


class ItemPage(Shape):
    """A page of items, newest first."""

    items: list[ItemRow]
    next: Next


class Event(Shape):
    """A market fact that an item asserts; `evidence` is its place in the title, a line feed and the text of the item."""

    type: str
    subject: str
    entity: str | None
    alias: str
    status: str
    day: str | None
    fields: dict[str, Any]
    evidence: list[int]


class Item(ItemRow):
    """A published piece with its events."""

    text: str
    rules_version: str
    events: list[Event]


class Pushed(Shape):
    """What became of each pushed item, in order: `stored`, or `known` where its source had the guid or the text already."""

    class One(Shape):
        """One of them."""

        source: str
        guid: str
        status: Literal["stored", "known"]
        id: int | None = Field(description="null where another item with the same text is known")

    items: list[One]


class ListedEvent(Event):
    """An event with the item that asserts it."""

    id: int
    item: int
    title: str
    source: str
    fetched_at: str


class EventPage(Shape):
    """A page of events, newest first."""

    events: list[ListedEvent]
    next: Next


class Entity(Shape):
    """A security, index or company, and the names people call it."""

    id: str
    kind: str
    name: str
    names_en: list[str]
    names_zh: list[str]
    tags: list[str]


class EntityPage(Shape):
    """A page of entities, by id."""

    entities: list[Entity]
    next: Next
