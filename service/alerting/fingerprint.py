"""Identity of an alert over time.

Versioned, and blind to empty parts: a field that is added later changes no fingerprint of the alerts that lack it, so an
upgrade re-alerts nothing. It must never depend on wording, outlet or order.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date

from service.folding import fold
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Match

VERSION = "1"
_CLASS = re.compile(r"(?<=\w)\s?-(?:w|b|s|p|r|sw|wr|bw)$")
"""What Hong Kong adds to the short names of shares with unequal votes, of early biotechs and second lines: MINIMAX-W."""
_LEGAL = re.compile(
    r"^pt (?=\w)|(?<=\w)(?:股份)?有限(?:责任)?公司$"
    r"|(?<=[\w.]),? (?:inc|corp|corporation|co|company|ltd|limited|plc|llc|l\.l\.c|ag|se|s\.?a|n\.?v|b\.?v|ab|asa|oyj|"
    r"s\.?p\.?a|tbk|gmbh|k\.k|bhd)\.?,?$"
)
"""Legal forms, which one outlet writes and the next leaves out."""


def fingerprint(rule: str, identity: Mapping[str, str]) -> str:
    """Hex SHA-256 of the version, the rule's id and the parts of `identity` that are not empty."""
    parts = [VERSION, rule, *(f"{key}={value}" for key, value in sorted(identity.items()) if value)]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def identity(match: Match, item: Item, parts: Sequence[str], today: date, story: str = "") -> dict[str, str]:
    """What makes the happening behind a match the same over time.

    `parts` are the identity fields that the event's vocabulary names; `subject` means the entity where one is known. A match
    without an event is as new as the story of its item, or, where that is not known, the words of it. `today` stands in for a
    day that the text does not give.
    """
    event = match.event
    if event is None:
        return {"story": story} if story else {"content": item.content_hash}
    return {"event": event.type, **identity_of(event, parts, today)}


def identity_of(event: Event, parts: Sequence[str], today: date) -> dict[str, str]:
    """The named parts of an event's identity; empty where the text does not say them."""
    return {part: _part(event, part, today) for part in parts}


def _part(event: Event, part: str, today: date) -> str:
    if part == "subject":
        return event.entity or _name(event.subject)
    if part == "day":
        return (event.day or today).isoformat()
    if part == "direction":
        pct = event.fields.get("pct")
        return "" if not isinstance(pct, int | float) else "down" if pct < 0 else "up"
    return str(event.fields.get(part, ""))


def _name(subject: str) -> str:
    """What the outlets call alike: without share classes and legal forms."""
    name = _CLASS.sub("", " ".join(fold(subject).split()))
    while (short := _LEGAL.sub("", name)) != name:
        name = short
    return name
