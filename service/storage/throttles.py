"""How often something may be tried: one row for each account and address, shared by all processes.

Guarantee: whoever tries at the same time takes turns at the row, so that no more pass than may, and waits for nobody's else: rows
of which the time is over go when nobody holds them. A row says until when the tries
so far have used up the time; a try costs `every`, and passes while no more than `burst` are ahead of the clock (the leaky bucket
as a meter: "generic cell rate algorithm"). Must not decide what is limited.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.access_tables import THROTTLES

OVER = timedelta(minutes=1)
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then one in `every`: in no span of time T more than burst + T / every."""

    burst: int
    every: timedelta


def take(connection: Connection, key: str, limit: Limit, now: datetime) -> timedelta:
    """Count a try; zero when it passes, else how long to wait (then it is not counted)."""
    moment, cost = round(now.timestamp() * 1000), round(limit.every.total_seconds() * 1000)
    used, ahead = THROTTLES.c.used_until, cost * (limit.burst - 1)
    made = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(THROTTLES)
    passes = made.values(key=key, used_until=moment + cost).on_conflict_do_update(
        index_elements=["key"],
        set_={"used_until": case((used > moment, used + cost), else_=moment + cost)},
        where=used <= moment + ahead,
    )
    if connection.execute(passes.returning(used)).first():
        return timedelta(0)
    until = connection.execute(select(used).where(THROTTLES.c.key == key)).scalar_one()
    return timedelta(milliseconds=max(1, until - ahead - moment))


def clear(connection: Connection, now: datetime) -> None:
    """Delete rows that say nothing any more, but those that somebody works on: the last thing that a transaction does here."""
    over = THROTTLES.c.used_until < round((now - OVER).timestamp() * 1000)
    free = select(THROTTLES.c.key).where(over).limit(AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(THROTTLES).where(THROTTLES.c.key.in_(free)))
