"""The cards of a list of alerts: grouped by story, each with what people did about it. Reads; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from service.alerting.routing import labels_of
from service.alerting.silencing import silenced
from service.model.silence import Silence
from service.storage import acknowledgements, alert_queries, feedback, silences, stories
from service.storage.acknowledgements import Acknowledgement
from service.storage.alerts import StoredAlert
from service.web import times
from service.web.views import AlertView, alert_view


@dataclass(frozen=True, slots=True)
class Card:
    """An alert in a list; `quiet` is the silence that holds for it now, `useless` that the reader said so."""

    view: AlertView
    known: Acknowledgement | None
    quiet: Silence | None
    useless: bool


@dataclass(frozen=True, slots=True)
class Story:
    """The alerts of one story that stand on a page: the gravest leads. `outlets` are those that report it."""

    lead: Card
    others: tuple[Card, ...]
    outlets: tuple[str, ...]


def cards(connection: Connection, shown: Sequence[StoredAlert], reader: str, now: datetime) -> list[Card]:
    """One for each alert, in the order given."""
    ids = [stored.alert.id for stored in shown]
    told = alert_queries.told(connection, ids)
    known = acknowledgements.acknowledged(connection, ids)
    useless = feedback.said_of(connection, ids, reader)
    quiet = silences.in_force(connection, now)
    return [
        Card(
            alert_view(one.alert, one.item_id, told.get(one.alert.id, ())),
            known.get(one.alert.id),
            silenced(labels_of(one.alert), quiet, now),
            one.alert.id in useless,
        )
        for one in shown
    ]


def days(connection: Connection, shown: Sequence[Card]) -> list[tuple[datetime, list[Story]]]:
    """The cards by the reader's days, and within a day by story."""
    outlets = stories.outlets(connection, {card.view.alert.story for card in shown} - {""})
    by_day = groupby(shown, key=lambda card: times.here(card.view.alert.created_at).date())
    grouped = [list(group) for _, group in by_day]
    return [(group[0].view.alert.created_at, _stories(group, outlets)) for group in grouped]


def _stories(group: Sequence[Card], outlets: Mapping[str, tuple[str, ...]]) -> list[Story]:
    """In the order of their newest alerts."""
    found: dict[str, list[Card]] = {}
    for card in group:
        alert = card.view.alert
        found.setdefault(alert.story or alert.id, []).append(card)
    made = []
    for name, members in found.items():
        lead = max(members, key=lambda card: card.view.alert.severity.rank)  # of equals the newest, which comes first
        others = tuple(card for card in members if card is not lead)
        made.append(Story(lead, others, outlets.get(name, ())))
    return made
