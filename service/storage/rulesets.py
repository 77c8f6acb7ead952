"""Versions of the rules: every state of a folder that was ever in force, and which one is.

Guarantee: a version is stored once, whoever else stores it at the same moment, and never changed; the last activation holds.
Must not know what a file means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, desc, func, insert, select, text

from service.storage.database import insert_new
from service.storage.ruleset_tables import ACTIVATIONS, RULESETS
from service.storage.types import clean


class Origin(StrEnum):
    """Where a switch came from."""

    FOLDER = "folder"
    """A rules folder said so."""
    EDIT = "edit"
    """A person changed files on the console."""
    MERGED = "merged"
    """A rules folder said so, and changes of the console that it does not have were kept."""
    SWITCH = "switch"
    """A person put a stored version in force."""


EDITED = (Origin.EDIT, Origin.MERGED)
"""After these, the database may hold changes that no folder has."""


class Reason(NamedTuple):
    """Where a switch came from, what the person who made it wrote, and which files it changed."""

    origin: Origin
    why: str = ""
    places: tuple[str, ...] = ()


SPOKEN = Reason(Origin.FOLDER)


@dataclass(frozen=True, slots=True)
class Activation:
    """The version in force since `at`; `folder_version` is what a rules folder said last; `number` grows with each switch."""

    number: int
    version: str
    folder_version: str
    at: datetime
    by: str
    origin: Origin = Origin.FOLDER
    why: str = ""
    places: tuple[str, ...] = ()


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
    """The versions that begin so; none where nothing is said."""
    prefix = clean(prefix)
    if not prefix:
        return []
    asked = select(RULESETS.c.version).where(func.substr(RULESETS.c.version, 1, len(prefix)) == prefix)
    return list(connection.execute(asked.order_by(RULESETS.c.version)).scalars())


def active(connection: Connection) -> Activation | None:
    """The activation that holds."""
    row = connection.execute(select(ACTIVATIONS).order_by(desc(ACTIVATIONS.c.id)).limit(1)).first()
    return _activation(row) if row else None


def lock(connection: Connection) -> None:
    """Whoever asks what is in force to decide what shall be takes turns; on SQLite writers do that anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE activations IN SHARE ROW EXCLUSIVE MODE"))


def activate(
    connection: Connection,
    version: str,
    *,
    folder_version: str,
    by: str,
    now: datetime,
    reason: Reason = SPOKEN,
) -> Activation:
    """Switch to a stored version; does nothing where this holds already."""
    before = active(connection)
    if before is not None and (before.version, before.folder_version) == (version, folder_version):
        return before
    said = {"origin": reason.origin.value, "why": reason.why, "places": json.dumps(reason.places, ensure_ascii=False)}
    row = {"version": version, "folder_version": folder_version, "at": now, "by": by, **said}
    number = connection.execute(insert(ACTIVATIONS).values(row).returning(ACTIVATIONS.c.id)).scalar_one()
    return Activation(number, version, folder_version, now, by, *reason)


def activations(connection: Connection, *, limit: int, before: int = 0, place: str = "") -> list[Activation]:
    """The switches, newest first, that changed the file at a place where one is named; `before` is the number of the last one
    that was read."""
    found = select(ACTIVATIONS).order_by(desc(ACTIVATIONS.c.id)).limit(limit)
    if before:
        found = found.where(ACTIVATIONS.c.id < before)
    if place:
        found = found.where(ACTIVATIONS.c.places.contains(json.dumps(place, ensure_ascii=False), autoescape=True))
    return [_activation(row) for row in connection.execute(found)]


def activation(connection: Connection, number: int) -> tuple[Activation, Activation | None] | None:
    """A switch, and the one before it."""
    found = activations(connection, limit=2, before=number + 1)
    if not found or found[0].number != number:
        return None
    return found[0], found[1] if len(found) > 1 else None


def lineage(connection: Connection) -> list[str]:
    """What a folder may hold that has not spoken since the version in force came about: newest first.

    That version, those that it was made of by hand, and what a folder said before them.
    """
    found: dict[str, None] = {}
    for row in connection.execute(select(ACTIVATIONS).order_by(desc(ACTIVATIONS.c.id))):
        found |= dict.fromkeys((row.version, row.folder_version))
        if row.origin in (Origin.FOLDER, Origin.MERGED):
            break
    return [version for version in found if version]


def _activation(row: Any) -> Activation:
    return Activation(
        row.id, row.version, row.folder_version, row.at, row.by, Origin(row.origin), row.why, tuple(json.loads(row.places))
    )


def versions(connection: Connection, limit: int = 100) -> list[StoredVersion]:
    """Those stored last, newest first."""
    last = select(func.max(ACTIVATIONS.c.at)).where(ACTIVATIONS.c.version == RULESETS.c.version).scalar_subquery()
    columns = (RULESETS.c.version, RULESETS.c.rules, RULESETS.c.created_at, RULESETS.c.created_by, last.label("last"))
    rows = connection.execute(select(*columns).order_by(desc(RULESETS.c.created_at), RULESETS.c.version).limit(limit))
    return [StoredVersion(row.version, row.rules, row.created_at, row.created_by, row.last) for row in rows]
