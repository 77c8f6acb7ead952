"""Which item belongs to which story, and what later items are compared with.

Guarantee: whoever holds the `turn` holds it until the transaction ends, so those who place items take turns, and each sees what
those before it stored. Must not decide what belongs together.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from service.alerting.novelty import Fact
from service.alerting.reports import Report
from service.alerting.story_words import Features, Figure, shared_texts
from service.model.alert import Novelty
from service.model.delivery import Delivery
from service.storage.database import one_of
from service.storage.story_tables import STORY_MEMBERS

log = logging.getLogger(__name__)

TURN = 0x7461706577617463
"""The advisory lock of PostgreSQL: items that are alike need have no one word in common that both could lock."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item in its story."""

    item_id: int
    story: str
    novelty: Novelty
    reason: str
    outlet: str
    at: datetime
    placed_at: datetime


def take_turn(connection: Connection) -> None:
    """Wait for those who are placing items; on SQLite the writing transaction itself is the turn."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))


def placed_after(connection: Connection, last: int, since: datetime) -> list[tuple[int, Member, Report]]:
    """What was placed after the row `last` and not before `since`, in that order, with the row's id."""
    table = STORY_MEMBERS.c
    asked = select(STORY_MEMBERS).where(table.id > last, table.placed_at >= since).order_by(table.id)
    found = []
    for row in connection.execute(asked):
        try:
            found.append((row.id, _member(row), _report(row)))
        except (ValueError, TypeError, KeyError) as error:
            log.error("item %s cannot be read as part of story %s, and is left out: %r", row.item_id, row.story, error)
    return found


def save(connection: Connection, rows: Sequence[tuple[Member, Report]]) -> None:
    """Store where items were placed."""
    if rows:
        connection.execute(insert(STORY_MEMBERS), [_row(member, report) for member, report in rows])


def of_item(connection: Connection, item_id: int) -> Member | None:
    """The place of an item."""
    row = connection.execute(select(STORY_MEMBERS).where(STORY_MEMBERS.c.item_id == item_id)).first()
    return _member(row) if row else None


def members(connection: Connection, story: str, limit: int) -> tuple[list[Member], int]:
    """The first reporters of a story that are remembered, the very first one first, and how many there are in all."""
    mine = STORY_MEMBERS.c.story == story
    asked = select(STORY_MEMBERS).where(mine).order_by(STORY_MEMBERS.c.id).limit(limit)
    found = [_member(row) for row in connection.execute(asked)]
    if len(found) < limit:
        return found, len(found)
    return found, connection.execute(select(func.count()).select_from(STORY_MEMBERS).where(mine)).scalar_one()


def assertions(connection: Connection, story: str) -> list[tuple[Member, frozenset[str]]]:
    """The items of a story that are remembered, each with the keys of the facts that it asserts."""
    asked = select(STORY_MEMBERS).where(STORY_MEMBERS.c.story == story).order_by(STORY_MEMBERS.c.id)
    rows = connection.execute(asked).all()
    return [(_member(row), frozenset(fact["key"] for fact in json.loads(row.report)["facts"])) for row in rows]


def outlets(connection: Connection, story_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The publishers of each story, each once, the first reporter first."""
    table = STORY_MEMBERS.c
    asked = select(table.story, table.outlet).where(one_of(connection, table.story, story_ids)).order_by(table.at, table.id)
    found: dict[str, dict[str, None]] = {story: {} for story in story_ids}
    for story, outlet in connection.execute(asked):
        if outlet:
            found[story].setdefault(outlet)
    return {story: tuple(names) for story, names in found.items()}


def attach(connection: Connection, claims: Sequence[Delivery]) -> list[Delivery]:
    """The claimed deliveries, each alert with the outlets that had reported its story when the delivery was made.

    What comes later is left out, so that every copy of a delivery says the same.
    """
    asked = {alert.story for delivery in claims for alert in delivery.alerts if alert.story}
    if not asked:
        return list(claims)
    table = STORY_MEMBERS.c
    columns = select(table.story, table.outlet, table.placed_at).where(one_of(connection, table.story, asked))
    heard: dict[str, list[tuple[str, datetime]]] = {story: [] for story in asked}
    for story, outlet, placed_at in connection.execute(columns.order_by(table.at, table.id)):
        heard[story].append((outlet, placed_at))
    attached = []
    for delivery in claims:
        alerts = [replace(alert, outlets=_until(delivery.created_at, heard.get(alert.story, []))) for alert in delivery.alerts]
        attached.append(replace(delivery, alerts=tuple(alerts)))
    return attached


def _until(moment: datetime, heard: Sequence[tuple[str, datetime]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(outlet for outlet, placed_at in heard if outlet and placed_at <= moment))


def prune(connection: Connection, before: datetime) -> int:
    """Forget what was placed before; how many items went."""
    return connection.execute(delete(STORY_MEMBERS).where(STORY_MEMBERS.c.placed_at < before)).rowcount


def _member(row: Row[Any]) -> Member:
    return Member(row.item_id, row.story, Novelty(row.novelty), row.reason, row.outlet, row.at, row.placed_at)


def _row(member: Member, report: Report) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(report).items() if name not in ("id", "at", "came", "outlet")}
    return {**asdict(member), "novelty": member.novelty.value, "report": json.dumps(kept, ensure_ascii=False)}


def _report(row: Row[Any]) -> Report:
    kept = json.loads(row.report)
    found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept["features"].items()}
    for name in ("title", "words"):
        found[name] = tuple(shared_texts(found[name]))
    for name in ("title_figures", "figures"):
        found[name] = tuple(Figure(*figure) for figure in found[name])
    return Report(
        id=str(row.item_id),
        at=row.at,
        came=row.placed_at,
        features=Features(**found),
        copy=kept["copy"],
        facts=tuple(Fact(**fact) for fact in kept["facts"]),
        subjects=tuple(kept["subjects"]),
        lead=kept["lead"],
        day=kept["day"],
        outlet=row.outlet,
    )
