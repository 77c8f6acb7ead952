"""What happened and how much, in words: the facts of an event without any of the text it came from.

A sign is always a word (up, down), never a colour or a minus alone. It knows no event type by name. Pure.
"""

from collections.abc import Iterator, Mapping

from service.model.event import FieldValue
from service.notify.render.clean import line

MAX_VALUE = 200
"""Characters of one fact."""

_ACRONYMS = {"ipo": "IPO"}
_BOUNDS = {"over": "more than ", "nearly": "nearly ", "about": "about ", "under": "less than "}
_LABELS = {"streak": "limit days in a row", "source": "according to"}
_ORDER = ("period", "stage", "venue", "streak", "state", "board", "amount")
_TYPED = ("stage", "status")
"""Facts that make the event another one for its reader: they stand beside its type."""

Facts = Mapping[str, FieldValue]


def kind_words(event_type: str) -> str:
    """An event type as it begins a line."""
    words = event_type.replace("_", " ")
    return line(_ACRONYMS.get(words, words.capitalize()), 60)


def figure(event_type: str, facts: Facts) -> str:
    """The one thing to read from afar: how much something moved, or what happened."""
    typed = dict.fromkeys(filter(None, (_value(name, facts) for name in _TYPED)))
    if moved := _moved(facts):
        return ", ".join((moved[:1].upper() + moved[1:], *typed))
    return " ".join(filter(None, (kind_words(event_type), *typed)))


def details(event_type: str, facts: Facts) -> str:
    """What `figure` leaves out."""
    left = {name: value for name, value in facts.items() if name not in (*_TYPED, "pct")}
    return " · ".join(filter(None, (kind_words(event_type) if _moved(facts) else "", *_told(left, "pct" in facts))))


def happened(event_type: str, facts: Facts) -> str:
    """All of it on one line: what happened first, then how much, then the other facts in a fixed order."""
    return " · ".join(filter(None, (kind_words(event_type), *_told(facts, "pct" in facts))))


def changes(old_type: str, old: Facts, new_type: str, new: Facts) -> tuple[str, ...]:
    """What is another now, each as "before → now"; what the later report does not mention is no change."""
    found = []
    if old_type and old_type != new_type:
        found.append(f"{kind_words(old_type)} → {kind_words(new_type)}")
    if _moved(new) and _moved(new) != _moved(old):
        found.append(f"{_moved(old)} → {_moved(new)}" if _moved(old) else _moved(new))
    for name in sorted(new.keys() - {"pct", "bound", "currency"}, key=_place):
        now, before = _value(name, new), _value(name, old)
        if now and now != before:
            found.append(f"{_label(name)}: {before} → {now}" if before else f"{_label(name)}: {now} (new)")
    return tuple(found)


def _told(facts: Facts, moved: bool) -> Iterator[str]:
    """With `moved` the move is told, here or elsewhere, and with it how exact it is."""
    yield from filter(None, (_moved(facts), line(str(facts.get("kind", "")), MAX_VALUE)))
    hidden = {"kind", "currency", "pct"} | ({"bound"} if moved else set())
    for name in sorted(facts.keys() - hidden, key=_place):
        if value := _value(name, facts):
            yield f"{_label(name)}: {value}"


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _label(name: str) -> str:
    return _LABELS.get(name) or line(name.replace("_", " "), 60)


def _value(name: str, facts: Facts) -> str:
    value = facts.get(name, "")
    number = f"{value:,.10g}" if isinstance(value, float | int) else str(value)
    currency = str(facts.get("currency", "")) if name == "amount" else ""
    return line(f"{currency} {number}", MAX_VALUE)


def _moved(facts: Facts) -> str:
    """The move in per cent, "" where there is none."""
    pct = facts.get("pct")
    if not isinstance(pct, float | int):
        return line(str(pct or ""), MAX_VALUE)
    way = "up " if pct > 0 else "down " if pct < 0 else ""
    return f"{way}{_BOUNDS.get(str(facts.get('bound', '')), '')}{abs(pct):,.10g}%"
