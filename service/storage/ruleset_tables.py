"""The tables of the versions that rules were in, and of who put which in force. Conventions as in `tables`."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, text
from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class RulesetRow(Row, table=True):
    """One state of a rules folder, whole: `files` is a JSON object of names and texts."""

    __tablename__ = "rulesets"

    version: str = Field(sa_type=CleanText, primary_key=True)
    files: str = Field(sa_type=CleanText)
    rules: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(sa_type=CleanText)


class ActivationRow(Row, table=True):
    """A switch of all processes to a version; the last row holds. `folder_version` is what a folder said last.

    `origin` says where it came from (see `rulesets.Origin`), `why` is what the person who made it wrote, `places` is a JSON
    array of the files that are not as they were in the version before.
    """

    __tablename__ = "activations"

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    version: str = Field(sa_column=Column("version", CleanText, ForeignKey("rulesets.version"), nullable=False, index=True))
    folder_version: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(sa_type=CleanText)
    origin: str = Field(sa_column=Column("origin", CleanText, nullable=False, server_default="folder"))
    why: str = Field(sa_column=Column("why", CleanText, nullable=False, server_default=text("''")))
    places: str = Field(sa_column=Column("places", CleanText, nullable=False, server_default="[]"))


RULESETS = table_of(RulesetRow)
ACTIVATIONS = table_of(ActivationRow)
