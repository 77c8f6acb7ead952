"""What was told last of each rule and key that cools down.

Guarantee: whoever holds a key holds it until the transaction ends, so that those who tell of it take turns; the keys are taken in
one order. Must not decide what is told.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from service.alerting.cooling import Warmth
from service.model.rule import Severity
from service.storage.silence_tables import COOLDOWNS


def hold(connection: Connection, keys: Collection[str], now: datetime) -> dict[str, Warmth]:
    """What was told last of these keys, where anything was; all of them are held."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    found = {}
    for key in sorted(set(keys)):
        made = dialect.insert(COOLDOWNS).values(key=key, alert_id="", told_at=now, severity="", expires_at=now)
        held = made.on_conflict_do_update(index_elements=["key"], set_={"key": made.excluded.key}).returning(COOLDOWNS)
        row = connection.execute(held).one()
        if row.alert_id:
            found[key] = Warmth(row.alert_id, row.told_at, Severity(row.severity))
    return found


def save(connection: Connection, key: str, told: Warmth, expires_at: datetime) -> None:
    """Write down what was told of a key that is held."""
    values = {"alert_id": told.alert, "told_at": told.at, "severity": told.severity.value, "expires_at": expires_at}
    connection.execute(update(COOLDOWNS).where(COOLDOWNS.c.key == key).values(values))


def prune(connection: Connection, now: datetime) -> int:
    """Forget what has cooled down; how many keys went."""
    return connection.execute(delete(COOLDOWNS).where(COOLDOWNS.c.expires_at < now)).rowcount
