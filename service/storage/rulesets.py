"""Versions of the rules: every state of a folder that was ever in force, and which one is.

Guarantee: a version is stored once, whoever else stores it at the same moment, and never changed; the last activation holds.
Must not know what a file means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, desc, func, insert, select

from service.storage.database import insert_new
from service.storage.tables import ACTIVATIONS, RULESETS


@dataclass(frozen=True, slots=True)
class Activation:
    """The version in force since `at`; `folder_version` is what a rules folder said last; `number` grows with each switch."""

    number: int
    version: str
    folder_version: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version without its texts; `activated_at` is the last time it was put in force."""

    version: str
    rules: int
    created_at: datetime
    created_by: str
    activated_at: datetime | None


def store(connection: Connection, version: str, texts: Mapping[str, bytes], *, rules: int, by: str, now: datetime) -> bool:
    """Keep a version; False if it is there already."""
    files = json.dumps({name: text.decode("utf-8", "replace") for name, text in texts.items()}, ensure_ascii=False)
    row = {"version": version, "files": files, "rules": rules, "created_at": now, "created_by": by}
    return bool(insert_new(connection, RULESETS, [row], "version"))


def texts(connection: Connection, version: str) -> dict[str, bytes] | None:
    """The files of a version by name."""
    files = connection.execute(select(RULESETS.c.files).where(RULESETS.c.version == version)).scalar_one_or_none()
    return None if files is None else {name: text.encode() for name, text in json.loads(files).items()}


def find(connection: Connection, prefix: str) -> list[str]:
    """The versions that begin so."""
    asked = select(RULESETS.c.version).where(func.substr(RULESETS.c.version, 1, len(prefix)) == prefix)
    return list(connection.execute(asked.order_by(RULESETS.c.version)).scalars())


def active(connection: Connection) -> Activation | None:
    """The activation that holds."""
    row: Any = connection.execute(select(ACTIVATIONS).order_by(desc(ACTIVATIONS.c.id)).limit(1)).first()
    return Activation(row.id, row.version, row.folder_version, row.at, row.by) if row else None


def activate(connection: Connection, version: str, *, folder_version: str, by: str, now: datetime) -> Activation:
    """Switch to a stored version; does nothing where this holds already."""
    before = active(connection)
    if before is not None and (before.version, before.folder_version) == (version, folder_version):
        return before
    row = {"version": version, "folder_version": folder_version, "at": now, "by": by}
    number = connection.execute(insert(ACTIVATIONS).values(row).returning(ACTIVATIONS.c.id)).scalar_one()
    return Activation(number, version, folder_version, now, by)


def versions(connection: Connection, limit: int = 100) -> list[StoredVersion]:
    """Those stored last, newest first."""
    last = select(func.max(ACTIVATIONS.c.at)).where(ACTIVATIONS.c.version == RULESETS.c.version).scalar_subquery()
    columns = (RULESETS.c.version, RULESETS.c.rules, RULESETS.c.created_at, RULESETS.c.created_by, last.label("last"))
    rows = connection.execute(select(*columns).order_by(desc(RULESETS.c.created_at), RULESETS.c.version).limit(limit))
    return [StoredVersion(row.version, row.rules, row.created_at, row.created_by, row.last) for row in rows]
