"""The table of stories, as its class named `…Row` and its Core twin; see tables.py for the conventions."""

from datetime import datetime
from typing import cast

from sqlalchemy import Column, Index, Table
from sqlmodel import Field

from service.storage.tables import Row
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class StoryMemberRow(Row, table=True):
    """One item in its story; `report` is a JSON object of all that later items are compared with. Ids grow in the order in which
    items were placed, and none is used again. Its item may be gone before it, so nothing ties it to that."""

    __tablename__ = "story_members"
    __table_args__ = (Index(None, "story", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    item_id: int = Field(sa_column=Column("item_id", BIG_ID, nullable=False, index=True))
    story: str = Field(sa_type=CleanText)
    novelty: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    outlet: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcDateTime)
    placed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    report: str = Field(sa_type=CleanText)


STORY_MEMBERS = cast(Table, StoryMemberRow.__table__)  # type: ignore[attr-defined]
