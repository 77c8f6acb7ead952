"""What a page shows of an alert, an article and a delivery: the stored nouns, and beside them the words made of them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from service.model.alert import Alert
from service.model.delivery import DeliveryState
from service.model.event import Event, Status
from service.model.span import Span
from service.web import reasons, wording
from service.web.highlight import Mark, Segment, paragraphs, segments

STATES = (
    DeliveryState.SENT,
    DeliveryState.SENDING,
    DeliveryState.PENDING,
    DeliveryState.RETRYABLE,
    DeliveryState.DISCARDED,
    DeliveryState.CANCELLED,
)
"""In the order they are shown: what went well first."""


class Standing(Protocol):
    """Where a delivery stands; storage says it in more and in fewer words."""

    @property
    def receiver(self) -> str: ...
    @property
    def state(self) -> DeliveryState: ...
    @property
    def last_reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DeliveryGroup:
    """The receivers that are in the same state; `words` say which, and where it was cancelled, why."""

    state: DeliveryState
    words: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as a card. What the title says already is not said again: then `subject` and `alias` are empty.

    `link` and `runbook` are empty where they are no safe web address.
    """

    alert: Alert
    item_id: int
    what: str
    subject: str
    alias: str
    facts: tuple[tuple[str, str], ...]
    excerpt: tuple[Segment, ...]
    link: str
    host: str
    runbook: str
    deliveries: tuple[DeliveryGroup, ...]


def alert_view(alert: Alert, item_id: int, deliveries: Iterable[Standing]) -> AlertView:
    """The card of one alert."""
    link = wording.safe_link(alert.link)
    return AlertView(
        alert=alert,
        item_id=item_id,
        what=wording.word(alert.event_type),
        subject="" if alert.subject in alert.title else alert.subject,
        alias="" if alert.alias == alert.subject or alert.alias in alert.title else alert.alias,
        facts=wording.facts(alert.facts),
        excerpt=segments(alert.excerpt, [Mark(span) for span in alert.marks]),
        link=link,
        host=wording.link_host(link),
        runbook=wording.safe_link(alert.runbook),
        deliveries=delivery_groups(deliveries),
    )


def delivery_groups(deliveries: Iterable[Standing]) -> tuple[DeliveryGroup, ...]:
    """Receivers by state, what went well first; a receiver with several targets in one state is named once."""
    standing = [(STATES.index(one.state), reasons.standing(one.state, one.last_reason), one.receiver) for one in deliveries]
    return tuple(
        DeliveryGroup(STATES[state], words, tuple(dict.fromkeys(receiver for *_, receiver in group)))
        for (state, words), group in groupby(sorted(standing, key=lambda one: one[:2]), key=lambda one: one[:2])
    )


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of the article as a chip that leads to its words; `of_alert` where this alert tells of it."""

    event: Event
    what: str
    facts: tuple[tuple[str, str], ...]
    status: str
    anchor: str
    of_alert: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """The whole article with all evidence marked: `fired` for what made this alert, `other` for the rest."""

    heading: tuple[Segment, ...]
    lines: tuple[tuple[Segment, ...], ...]
    events: tuple[EventView, ...]


def article_view(document: str, title: str, alert: Alert, events: Sequence[Event]) -> ArticleView:
    """Mark the words of this alert first, so that they win over other events in the same words."""
    views = tuple(_event_view(index, event, alert) for index, event in enumerate(events, 1))
    fired = [Mark(span) for span in alert_spans(document, alert)]
    mine = [Mark(view.event.evidence, "fired", view.anchor) for view in views if view.of_alert]
    others = [Mark(view.event.evidence, "other", view.anchor) for view in views if not view.of_alert]
    lines = paragraphs(document, [*fired, *mine, *others])
    headed = bool(title) and document.startswith(title) and document[len(title) : len(title) + 1] in ("", "\n")
    return ArticleView(lines[0] if headed else (), lines[1:] if headed else lines, views)


def alert_spans(document: str, alert: Alert) -> tuple[Span, ...]:
    """The alert's marks counted in the document; none where its excerpt is not in there (the article was changed since)."""
    at = document.find(alert.excerpt) if alert.excerpt else -1
    return tuple(Span(mark.start + at, mark.end + at) for mark in alert.marks) if at >= 0 else ()


def event_views(events: Sequence[Event]) -> tuple[EventView, ...]:
    """The events of an article that is shown for itself."""
    return tuple(_event_view(index, event, None) for index, event in enumerate(events, 1))


def _event_view(index: int, event: Event, alert: Alert | None) -> EventView:
    return EventView(
        event=event,
        what=wording.word(event.type),
        facts=wording.facts(event.fields),
        status="" if event.status is Status.ASSERTED or event.status.value in event.fields.values() else event.status.value,
        anchor=f"event-{index}",
        of_alert=alert is not None and _tells_of(alert, event),
    )


def _tells_of(alert: Alert, event: Event) -> bool:
    same_subject = event.entity == alert.entity if alert.entity else event.subject == alert.subject
    return event.type == alert.event_type and same_subject
