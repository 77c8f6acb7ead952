"""What went out before, for each group of alerts and for each target with a limit.

Guarantee: whoever `hold`s a name holds it until the transaction ends, so those who give alerts to one group take turns; names are
taken in one order, so that two that want several do not block each other for good. Must not decide anything.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.routing_tables import GROUPS

KEPT = timedelta(days=1)
"""What nobody has written to for so long, and is over, is forgotten."""


@dataclass(frozen=True, slots=True)
class State:
    """When the last bundle of a group was due; when the messages to a target were, as far as they still count."""

    due_at: datetime | None = None
    dues: tuple[datetime, ...] = ()


def hold(connection: Connection, names: Collection[str], now: datetime) -> dict[str, State]:
    """The state of each name, made where there is none, and held until the transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    states = {}
    for name in sorted(names):
        made = dialect.insert(GROUPS).values(name=name, due_at=None, dues="[]", expires_at=now + KEPT)
        kept = made.on_conflict_do_update(index_elements=["name"], set_={"name": made.excluded.name}).returning(GROUPS)
        row = connection.execute(kept).one()
        states[name] = State(row.due_at, tuple(datetime.fromtimestamp(due, UTC) for due in json.loads(row.dues)))
    return states


def save(connection: Connection, name: str, state: State) -> None:
    """Write back what is held."""
    values = {"due_at": state.due_at, "dues": json.dumps([due.timestamp() for due in state.dues])}
    latest = max(_known((state.due_at, *state.dues)))
    connection.execute(update(GROUPS).where(GROUPS.c.name == name).values(**values, expires_at=latest + KEPT))


def prune(connection: Connection, now: datetime) -> int:
    """Forget what is over; how many were."""
    return connection.execute(delete(GROUPS).where(GROUPS.c.expires_at < now)).rowcount


def _known(times: Iterable[datetime | None]) -> list[datetime]:
    return [time for time in times if time is not None]
