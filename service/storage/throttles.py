"""How often something may be tried: one row for each account and address, shared by all processes.

Guarantee: whoever tries at the same time takes turns at the row, so that no more pass than may. A row says until when the tries
so far have used up the time; a try costs `every`, and passes while no more than `burst` are ahead of the clock (the leaky bucket
as a meter: "generic cell rate algorithm"). Must not decide what is limited.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select, update

from service.storage.access_tables import THROTTLES
from service.storage.database import insert_new


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then one in `every`: in no span of time T more than burst + T / every."""

    burst: int
    every: timedelta


def take(connection: Connection, key: str, limit: Limit, now: datetime) -> timedelta:
    """Count a try; zero when it passes, else how long to wait (then it is not counted)."""
    moment, cost = round(now.timestamp() * 1000), round(limit.every.total_seconds() * 1000)
    connection.execute(delete(THROTTLES).where(THROTTLES.c.used_until < moment - cost * limit.burst, THROTTLES.c.key != key))
    insert_new(connection, THROTTLES, [{"key": key, "used_until": 0}], "key")
    used, ahead = THROTTLES.c.used_until, cost * (limit.burst - 1)
    passes = update(THROTTLES).where(THROTTLES.c.key == key, used <= moment + ahead)
    if connection.execute(passes.values(used_until=case((used > moment, used + cost), else_=moment + cost))).rowcount:
        return timedelta(0)
    until = connection.execute(select(used).where(THROTTLES.c.key == key)).scalar_one()
    return timedelta(milliseconds=max(1, until - ahead - moment))
