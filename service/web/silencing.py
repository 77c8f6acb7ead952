"""A silence is made or ended by a person: the same for the page and the API, written into the audit log with the change."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.model.routing import Matcher
from service.model.silence import Silence
from service.storage import audit, silences


def begin(connection: Connection, asked: Sequence[Matcher], until: datetime, who: str, why: str, now: datetime) -> Silence:
    """Silence from now on what all these matchers hold for."""
    made = silences.add(connection, asked, until, who, why, now)
    told = f"{', '.join(map(str, asked))} until {until:%Y-%m-%d %H:%M} UTC"
    audit.write(connection, who=who, what="silence.add", subject=str(made.number), after=told, now=now)
    return made


def end(connection: Connection, number: int, who: str, now: datetime) -> bool:
    """End it before its time; False where there is none in force."""
    ended = silences.end(connection, number, who, now)
    if ended:
        audit.write(connection, who=who, what="silence.end", subject=str(number), now=now)
    return ended
