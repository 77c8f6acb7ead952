"""Targets in trouble, known to all processes and kept over a restart, so that nobody runs into the same wall again.

Must not decide what is trouble: that is `service.alerting.trouble`.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from service.model.delivery import Trouble
from service.storage.database import insert_new, one_of
from service.storage.target_tables import TARGETS


def troubled(connection: Connection) -> dict[str, Trouble]:
    """All targets in trouble by their names as written, those among them that may be tried again by now too."""
    return {row.target: Trouble(*row) for row in connection.execute(select(TARGETS).order_by(TARGETS.c.target))}


def close(connection: Connection, trouble: Trouble) -> None:
    """Leave a target alone."""
    row = {name: getattr(trouble, name) for name in TARGETS.c.keys()}
    if not connection.execute(update(TARGETS).where(TARGETS.c.target == trouble.target).values(row)).rowcount:
        insert_new(connection, TARGETS, [row], "target")


def clear(connection: Connection, names: Collection[str]) -> None:
    """These work again."""
    if names:
        connection.execute(delete(TARGETS).where(one_of(connection, TARGETS.c.target, names)))
