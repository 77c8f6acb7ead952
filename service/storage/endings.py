"""How tries of deliveries ended: written for several at once, and read back where the history of a delivery needs care.

Guarantee: only who still holds the token of a claim writes, so that a worker that was given up on cannot overwrite its successor.
Must not decide what an ending means.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Row, any_, bindparam, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from service.model.delivery import FAULT, LOST, Delivery, DeliveryState, Streak
from service.storage.database import one_of
from service.storage.tables import ATTEMPTS, DELIVERIES

WITH_CARE = frozenset({LOST, FAULT})
"""Last reasons of deliveries whose history is read before the next try."""
_SET_ALL = update(DELIVERIES).values(
    state=bindparam("state"),
    next_at=bindparam("next_at"),
    lease_until=None,
    token=None,
    last_reason=bindparam("last_reason"),
    last_detail=bindparam("last_detail"),
    sent_at=bindparam("sent_at"),
)
_SET = _SET_ALL.where(DELIVERIES.c.id == bindparam("which"))
_NOTE = insert(ATTEMPTS)
_SAID = ("at", "outcome", "reason", "detail")


def _alike(ids: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """What becomes of those among `ids` that are still held."""
    return _SET_ALL.where(ids, DELIVERIES.c.token == bindparam("held")).returning(DELIVERIES.c.id, DELIVERIES.c.attempts)


_ALIKE = _alike(DELIVERIES.c.id.in_(bindparam("ids", expanding=True)))
_CHANGED = _alike(DELIVERIES.c.id == any_(bindparam("ids", type_=ARRAY(DELIVERIES.c.id.type)))).cte("changed")
_TRIED = [bindparam(f"note_{name}", type_=ATTEMPTS.c[name].type) for name in _SAID]
_ALIKE_NOTED = _NOTE.from_select(
    ["delivery_id", "number", *_SAID], select(_CHANGED.c.id, _CHANGED.c.attempts, *_TRIED).order_by(_CHANGED.c.id)
).returning(ATTEMPTS.c.delivery_id)
"""Made once, since this is written for every mail: building such a statement takes longer than what the server does with it."""
SAME = 4
"""From how many tries that ended in the same way on they are written by one statement rather than one by one."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one try ended; `next_at` is None for a final state."""

    delivery: Delivery
    state: DeliveryState
    next_at: datetime | None
    outcome: str
    reason: str
    detail: str

    def __post_init__(self) -> None:
        if self.state is DeliveryState.SENDING:
            raise ValueError("a delivery becomes SENDING by a claim alone")
        final = self.state in {DeliveryState.SENT, DeliveryState.DISCARDED, DeliveryState.CANCELLED}
        if final is (self.next_at is not None):
            raise ValueError(f"a delivery that becomes {self.state} {'has no' if final else 'needs a'} next try")


def record_all(connection: Connection, endings: Sequence[Ending], now: datetime) -> set[int]:
    """Write how several tries ended; the ids of the deliveries that were still ours, the others are left as they are."""
    alike: dict[tuple[object, ...], list[Ending]] = {}
    for ending in endings:
        same = (ending.delivery.token, ending.state, ending.next_at, ending.outcome, ending.reason, ending.detail)
        alike.setdefault(same, []).append(ending)
    single = [ending for group in alike.values() if len(group) < SAME for ending in group] if len(endings) > 1 else []
    mine = _still_ours(connection, [ending.delivery for ending in single]) if single else set()
    held = [ending for ending in single if ending.delivery.id in mine]
    if held:
        connection.execute(_SET, [_values(ending, now) for ending in held])
        connection.execute(_NOTE, [_try(ending, now) for ending in held])
    for group in alike.values():
        if len(group) >= SAME or not single:
            mine |= _record_alike(connection, group, now)
    return mine


def _record_alike(connection: Connection, endings: Sequence[Ending], now: datetime) -> set[int]:
    """Tries of one claim that all ended in the same way; the ids of those still ours. Where it can be, it is one statement."""
    told = {**_values(endings[0], now), "held": endings[0].delivery.token, "ids": [one.delivery.id for one in endings]}
    del told["which"]
    note = {name: value for name, value in _try(endings[0], now).items() if name in _SAID}
    if connection.dialect.name == "postgresql":
        return set(connection.execute(_ALIKE_NOTED, {**told, **{f"note_{name}": note[name] for name in note}}).scalars())
    rows = connection.execute(_ALIKE, told).all()
    if rows:
        connection.execute(_NOTE, [{"delivery_id": row.id, "number": row.attempts, **note} for row in rows])
    return {row.id for row in rows}


def _values(ending: Ending, now: datetime) -> dict[str, Any]:
    return {
        "which": ending.delivery.id,
        "state": ending.state.value,
        "next_at": ending.next_at,
        "last_reason": ending.reason,
        "last_detail": ending.detail,
        "sent_at": now if ending.state is DeliveryState.SENT else None,
    }


def _try(ending: Ending, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": ending.delivery.id,
        "number": ending.delivery.attempts,
        "at": now,
        "outcome": ending.outcome,
        "reason": ending.reason,
        "detail": ending.detail,
    }


def give_back(connection: Connection, claimed: Iterable[Delivery], due: datetime) -> None:
    """Return what was claimed and not tried; the claim counts as no try."""
    held = list(claimed)
    mine = _still_ours(connection, held)
    for delivery in held:
        if delivery.id in mine:
            state = DeliveryState.RETRYABLE if delivery.attempts > 1 else DeliveryState.PENDING
            row = update(DELIVERIES).where(DELIVERIES.c.id == delivery.id)
            care = {"last_reason": delivery.streak.reason} if delivery.streak else {}
            values = {"state": state.value, "attempts": delivery.attempts - 1, "next_at": due, **care}
            connection.execute(row.values(**values, token=None, lease_until=None))


def _still_ours(connection: Connection, claimed: Sequence[Delivery]) -> set[int]:
    """The ids of those whose token nobody changed, locked; in their order, so that two who record never deadlock."""
    tokens = {delivery.id: delivery.token for delivery in claimed}
    held = select(DELIVERIES.c.id, DELIVERIES.c.token).where(one_of(connection, DELIVERIES.c.id, tokens))
    return {
        number
        for number, token in connection.execute(held.order_by(DELIVERIES.c.id).with_for_update())
        if tokens[number] == token
    }


def streaks(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, Streak]:
    """How the last tries of these deliveries ended, and how often in a row."""
    if not delivery_ids:
        return {}
    newest = select(ATTEMPTS).where(one_of(connection, ATTEMPTS.c.delivery_id, delivery_ids)).order_by(ATTEMPTS.c.id.desc())
    rows: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(newest):
        rows.setdefault(row.delivery_id, []).append(row)
    return {number: _streak(tries) for number, tries in rows.items()}


def _streak(tries: Sequence[Row[Any]]) -> Streak:
    last = tries[0]
    count = next((place for place, one in enumerate(tries) if one.reason != last.reason), len(tries))
    return Streak(last.reason, count, last.at)
