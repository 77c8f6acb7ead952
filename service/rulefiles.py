"""The files of a rules folder by their place in it (`alerts/desk.yaml`), whatever they are called where they were read.

Guarantee: a place that may be changed names one file directly in the folder or in one of its rooms; nothing that a place says
leads anywhere else. It must not know what a file means, and touches no disk but to say what travels with the program.
"""

import re
from collections.abc import Mapping

from service.errors import InvalidFiles, Problem
from service.naming import ROOMS, SHIPPED, TRAVELS
from service.rulefolder import Texts

_PLACE = re.compile(
    r"sources\.yaml|routes\.yaml|(alerts|calendars|entities)/(\w[\w.-]{0,99})\.(yaml|yml)|entities/\w[\w.-]{0,99}\.csv"
)
_NEEDED = ("sources.yaml", "routes.yaml")
ENTRUSTED = frozenset(_NEEDED)
"""Files in which an address may hold a secret: their text is for those who may change them."""
_CURE = "alerts/*.yaml, entities/*.yaml and *.csv, calendars/*.yaml, sources.yaml and routes.yaml can"
_BESIDE = ("entities", "calendars")
"""Rooms in which what travels with the program is there beside what a folder holds, see `rulefolder.read_folder`."""


def place_of(name: str) -> str:
    """The place in the folder of a file that was read: `/srv/rules/alerts/x.yaml` is at `alerts/x.yaml`."""
    path, _, own = name.rpartition("/")
    room = path.rpartition("/")[2]
    return f"{room}/{own}" if room in ROOMS else own


def may_be_changed(place: str) -> bool:
    """Whether the console may write there."""
    return _PLACE.fullmatch(place) is not None and ".." not in place


def name_of(texts: Texts, place: str) -> str:
    """How the file at a place is called among these; for one that is not there: how it would be."""
    return next((name for name in texts if place_of(name) == place), "") or f"{_prefix(texts)}{place}"


def check(texts: Texts, changes: Mapping[str, bytes | None]) -> None:
    """Raise InvalidFiles for places that may not be changed, and for what is no text."""
    problems = [problem for place, text in changes.items() for problem in _faults(texts, place, text)]
    if problems:
        raise InvalidFiles(problems)


def with_changes(texts: Texts, changes: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The files as they would be; None takes one away, and what travels with the program under that name is back."""
    after = dict(texts)
    prefix = _prefix(texts)
    for place, text in changes.items():
        after.pop(name_of(texts, place), None)
        beneath = SHIPPED / place
        if text is not None:
            after[f"{prefix}{place}"] = text
        elif place.partition("/")[0] in _BESIDE and beneath.is_file():
            after[f"{TRAVELS}{place}"] = beneath.read_bytes()
    alerts = sorted(name for name in after if place_of(name).startswith("alerts/"))
    others = [name for name in after if not place_of(name).startswith("alerts/")]
    return {name: after[name] for name in (*others, *alerts)}


def typed(text: str) -> bytes:
    """A text from a form as a file: lines end as everywhere else, the last one too."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return (whole if whole.endswith("\n") or not whole else f"{whole}\n").encode("utf-8", "replace")


def _prefix(texts: Texts) -> str:
    """The folder that is edited, as names show it: where its routes are."""
    return next((name.removesuffix("routes.yaml") for name in texts if place_of(name) == "routes.yaml"), "")


def _travels(place: str, text: bytes) -> bool:
    """Whether this file would be there again, the same, if it were taken away."""
    beneath = SHIPPED / place
    return place.partition("/")[0] in _BESIDE and beneath.is_file() and beneath.read_bytes() == text


def _faults(texts: Texts, place: str, text: bytes | None) -> list[Problem]:
    known = {place_of(name) for name in texts}
    if not may_be_changed(place):
        return [Problem(place[:200], 0, 0, "this file cannot be changed here", _CURE)]
    if text is None:
        if place in _NEEDED:
            return [Problem(place, 0, 0, "this file is needed", "")]
        if place not in known:
            return [Problem(place, 0, 0, "there is no such file", "")]
        if _travels(place, texts[name_of(texts, place)]):
            return [Problem(place, 0, 0, "this file travels with the program and cannot be taken away", "write another instead")]
        return []
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        return [Problem(place, 0, 0, "this is no text in UTF-8", "")]
    return [Problem(place, 0, 0, "the file holds a NUL character", "")] if "\0" in decoded else []
