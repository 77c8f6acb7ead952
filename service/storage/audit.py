"""Who changed what on this server, and from what to what: written in the transaction of the change, never changed afterwards.

Guarantee: a change and its entry are stored together or not at all. The caller sees to it that no secret is in `before` or
`after`: a password, a token or an address with a secret is named, not quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import Connection, desc, insert, select

from service.storage.access_tables import AUDIT_LOG
from service.storage.types import clean

LARGEST = 64 * 1024
"""Characters of one side of a change that are kept."""
LARGEST_SUBJECT = 500
LARGEST_NAME = 200
CUT = "\n… (cut)"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry. `what` is `noun.verb`: rule.save, user.add, silence.end."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    before: str
    after: str


class Written(TypedDict):
    """What is said of a change when it is made."""

    who: str
    what: str
    subject: str
    before: NotRequired[str]
    after: NotRequired[str]


def write(connection: Connection, *, now: datetime, **change: Unpack[Written]) -> None:
    """Write an entry."""
    row = {
        "at": now,
        "who": change["who"][:LARGEST_NAME],
        "what": change["what"],
        "subject": change["subject"][:LARGEST_SUBJECT],
        "before": _cut(change.get("before", "")),
        "after": _cut(change.get("after", "")),
    }
    connection.execute(insert(AUDIT_LOG).values(row))


def page(
    connection: Connection, *, limit: int, before: int = 0, who: str = "", what: str = "", subject: str = ""
) -> list[Change]:
    """Entries, newest first, older than the entry `before`; "" and 0 do not narrow down."""
    found = select(AUDIT_LOG).order_by(desc(AUDIT_LOG.c.id)).limit(limit)
    for column, value in ((AUDIT_LOG.c.who, who), (AUDIT_LOG.c.what, what), (AUDIT_LOG.c.subject, subject)):
        if value:
            found = found.where(column == clean(value))
    if before:
        found = found.where(AUDIT_LOG.c.id < before)
    return [Change(*row) for row in connection.execute(found)]


def kinds(connection: Connection) -> Sequence[str]:
    """The kinds of changes there are, each found by one step in the index."""
    what = AUDIT_LOG.c.what
    found: list[str] = []
    following = connection.execute(select(what).order_by(what).limit(1)).scalar_one_or_none()
    while following is not None:
        found.append(following)
        following = connection.execute(select(what).where(what > following).order_by(what).limit(1)).scalar_one_or_none()
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LARGEST else text[: LARGEST - len(CUT)] + CUT
