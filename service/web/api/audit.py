"""Changes that came over the API, in the audit log."""

from datetime import datetime

from sqlalchemy import Connection

from service.model.user import User


def note(  # noqa: PLR0913 - one argument for each column of the log
    connection: Connection, person: User, what: str, subject: str, now: datetime, *, before: str = "", after: str = ""
) -> None:
    """Write down who changed what, in the transaction of the change."""
