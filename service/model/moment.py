"""Moments that can be reckoned with: news, clocks and calendars have their years, and the ends of Python's calendar overflow."""

from datetime import date, datetime
from typing import TypeVar

YEARS = range(1970, 2200)

Moment = TypeVar("Moment", date, datetime)


def reckonable(moment: Moment) -> Moment:
    """The moment itself; ValueError for one so far away that it is a mistake, and that an hour more or less may not exist."""
    if moment.year not in YEARS:
        raise ValueError(f"the year must lie between {YEARS[0]} and {YEARS[-1]}")
    return moment
