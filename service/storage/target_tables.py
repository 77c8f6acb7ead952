"""The table of targets in trouble; see `tables` for the conventions."""

from datetime import datetime

from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import CleanText, UtcDateTime


class TargetRow(Row, table=True):
    """A target, as written, that is left alone until `closed_until`; one that works has no row."""

    __tablename__ = "targets"

    target: str = Field(sa_type=CleanText, primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    closed_until: datetime = Field(sa_type=UtcDateTime)
    failures: int
    reason: str = Field(sa_type=CleanText)
    detail: str = Field(sa_type=CleanText)


TARGETS = table_of(TargetRow)
