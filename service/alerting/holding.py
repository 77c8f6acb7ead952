"""Quiet hours: until when something must wait that is due at a moment.

Guarantee: the moment that is answered is itself not quiet, and is the first such one. Nothing is ever held for good: hours that
never open are refused when the file is read, and hold nothing. Pure: it is given the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from service.model.routing import Hours, Spell

LOOK_AHEAD = (timedelta(days=2), timedelta(days=12), timedelta(days=45))
"""How far openings are looked for: the next one is mostly near, and the longest holidays are shorter than the last."""

_Known = Sequence[tuple[Hours, Sequence[Spell]]]


@dataclass(frozen=True, slots=True)
class Hold:
    """When what is held goes out, and why not before."""

    until: datetime
    reason: str


def told(moment: datetime, zone: tzinfo) -> str:
    """A moment in words, on the clock of a zone."""
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M} {zone}"


def hold(mute: Sequence[Hours], active: Sequence[Hours], at: datetime) -> Hold | None:
    """Until when something due at `at` is held; None if it is not."""
    if not mute and not active:
        return None
    for ahead in LOOK_AHEAD:
        quiet, open_ = _spells(mute, active, at, ahead)
        closing = _closing(quiet, open_, at)
        if not closing:
            return None
        ends = {stop for _, spells in quiet for _, stop in spells} | {start for _, spells in open_ for start, _ in spells}
        for moment in sorted(end for end in ends if at < end <= at + ahead):
            if not _closing(quiet, open_, moment):
                zone = (*mute, *active)[0].zone
                return Hold(moment, f"held until {told(moment, zone)}: {closing}")
    return None


def opens(mute: Sequence[Hours], active: Sequence[Hours], at: datetime) -> bool:
    """Whether hours that hold something at a moment ever let it go."""
    return hold(mute, active, at) is not None or not _closing(*_spells(mute, active, at, LOOK_AHEAD[-1]), at)


def _spells(mute: Sequence[Hours], active: Sequence[Hours], at: datetime, ahead: timedelta) -> tuple[_Known, _Known]:
    return [(one, one.spells(at, at + ahead)) for one in mute], [(one, one.spells(at, at + ahead)) for one in active]


def _closing(quiet: _Known, open_: _Known, at: datetime) -> str:
    """What keeps a moment closed, in words; "" if nothing does."""
    names = [f"`{hours.name}`" for hours, spells in quiet if _within(spells, at)]
    if names:
        return f"quiet hours {' and '.join(names)}"
    if open_ and not any(_within(spells, at) for _, spells in open_):
        return f"outside of {' and '.join(f'`{hours.name}`' for hours, _ in open_)}"
    return ""


def _within(spells: Sequence[Spell], at: datetime) -> bool:
    return any(start <= at < stop for start, stop in spells)
