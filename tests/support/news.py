"""A database as the pipeline would have left it after an article with several events, for tests of what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from service.alerting.compose import compose
from service.alerting.fingerprint import fingerprint
from service.model.alert import Alert
from service.model.delivery import DeliveryState
from service.model.event import Event, FieldValue, Status
from service.model.item import Item
from service.model.rule import Evidence, Match, Rule, Severity
from service.model.span import Span
from service.storage import alerts, decisions, deliveries, items
from service.storage.database import Database
from tests.support.claims import claim_due

NOW = datetime(2025, 12, 22, 2, 4, 30, tzinfo=UTC)

ARTICLE = Item(
    source="wire",
    guid="wire-1",
    title="Optical shares rally in Shanghai",
    text=(
        "Harbour Fibre (港湾光纤) hit its limit-up within minutes, and the Optical Index surged over 3% to a fresh high.\n"
        "Later Quay Optics climbed 12%, while 远山科技 is preparing a Hong Kong listing."
    ),
    link="https://news.example.com/optical",
    published=NOW - timedelta(hours=3),
    publisher="Example Wire",
    language="en",
)


@dataclass(frozen=True)
class Told:
    """One thing the article says, the rule that fires on it, and where the words are."""

    rule: str
    severity: Severity
    type: str
    subject: str
    words: str
    title: str
    alias: str = ""
    entity: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    status: Status = Status.ASSERTED


STORY = (
    Told(
        "limit-up",
        Severity.HIGH,
        "limit_up",
        "Harbour Fibre",
        "hit its limit-up",
        "Harbour Fibre hits limit-up",
        alias="港湾光纤",
        entity="600999.SH",
    ),
    Told(
        "index-high",
        Severity.CRITICAL,
        "new_high",
        "Optical Index",
        "to a fresh high",
        "Optical Index at a new high",
        fields={"kind": "index", "period": "fresh"},
    ),
    Told(
        "big-move",
        Severity.MEDIUM,
        "price_move",
        "Quay Optics",
        "climbed 12%",
        "Quay Optics moves +12 %",
        fields={"pct": 12.0, "bound": "exact"},
    ),
    Told(
        "ipo-watch",
        Severity.LOW,
        "ipo",
        "远山科技",
        "preparing a Hong Kong listing",
        "远山科技: IPO planned",
        fields={"stage": "planned", "venue": "Hong Kong"},
        status=Status.PLANNED,
    ),
)


def event_of(told: Told, item: Item) -> Event:
    """The event, its words found in the item's document."""
    document = item.document
    start = document.index(told.words)
    span = Span(start, start + len(told.words))
    subject = document.find(told.subject)
    return Event(
        type=told.type,
        subject=told.subject,
        evidence=span,
        trigger=span,
        status=told.status,
        entity=told.entity,
        alias=told.alias,
        subject_span=Span(subject, subject + len(told.subject)) if subject >= 0 else None,
        fields=told.fields,
        entry="rules/events/x.yaml:3",
    )


def alert_of(told: Told, item: Item, now: datetime) -> Alert:
    """The alert as the pipeline composes it."""
    event = event_of(told, item)
    rule = Rule(told.rule, told.title, told.severity, f"rules/alerts/{told.rule}.yaml:4:5")
    found = [Evidence(event.evidence, told.words, f"event {told.type}")]
    if event.subject_span:
        found.append(Evidence(event.subject_span, told.subject, "subject"))
    reason = f"{rule.place}: event {told.type} in “{told.words}”"
    key = fingerprint(told.rule, {"subject": told.subject, "item": item.guid})
    return compose(Match(rule, event, tuple(found), reason), item, title=told.title, fingerprint=key, now=now)


def store(database: Database, item: Item, told: Sequence[Told], now: datetime, story: str = "") -> list[Alert]:
    """Item, events, alerts and decisions in one transaction, as the pipeline does; the alerts in the order of the text."""
    made = [replace(alert_of(one, item, now), story=story) for one in told]
    with database.begin() as connection:
        ((item_id, _),) = items.insert_new(connection, [item], disposition="evaluated", rules_version="0123456789ab", now=now)
        items.save_events(connection, [(item_id, event_of(one, item)) for one in told])
        alerts.insert_new(connection, [(alert, item_id) for alert in made])
        rows = [
            decisions.Decision(item_id, alert.rule, alert.fingerprint, "alerted", "first report of this event", alert.id, now)
            for alert in made
        ]
        decisions.record(connection, rows)
    return made


def tell(database: Database, told: Sequence[Alert], receivers: Mapping[str, DeliveryState], now: datetime) -> None:
    """A delivery of all these alerts to each receiver, brought into its state by one recorded try."""
    orders = [
        deliveries.Order(alert.id, receiver, f"json://{receiver}.example.com/${{TOKEN}}", "all", timedelta(0), now)
        for receiver in receivers
        for alert in told
    ]
    with database.begin() as connection:
        deliveries.enqueue(connection, orders)
    with database.begin() as connection:
        for delivery in claim_due(connection, limit=100, lease=timedelta(seconds=30), per_target=100):
            state = receivers[delivery.receiver]
            final = state in (DeliveryState.SENT, DeliveryState.DISCARDED)
            deliveries.record(
                connection,
                delivery,
                state=state,
                next_at=None if final else now + timedelta(seconds=30),
                outcome=state.value,
                reason="" if state is DeliveryState.SENT else "rejected",
                detail="250 OK" if state is DeliveryState.SENT else "the server said <no>",
                now=now,
            )
