"""Reasons as the reader reads them: they are made, stored and sent in English, and a page says the known ones in its language.

A reason is one or several sentences of the forms below with something filled in. Guarantee: a form that is not known stays as it
was written, and so does what was filled in, except a moment, which is told by the reader's clock where that is known. It takes
time in proportion to the text, whatever somebody wrote into it.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import re2

from service.model.delivery import DeliveryState
from service.pipeline.recorder import UNDELIVERED
from service.web import times
from service.web.i18n import N_, reader
from service.web.i18n import gettext as _
from service.web.wording import word

ENDINGS = (N_("silenced"), N_("stale"), N_("dropped"))
"""Why a delivery was cancelled."""
LONGEST = 4000
"""Characters; what is longer stays as it is."""
MOST = 40
"""Sentences that are looked at one by one."""

_FORMS = (
    # whether a match becomes an alert
    N_("first report of this event"),
    N_("a repeat of alert %(alert)s (story %(story)s)"),
    N_("a repeat of alert %(alert)s"),
    N_("an update of alert %(alert)s (story %(story)s)"),
    N_("an update of alert %(alert)s"),
    N_("%(source)s was fetched for the first time: what it already held is history, not news"),
    N_("novelty is %(word)s, the rule asks for %(words)s: %(why)s"),
    N_("cooling down until %(when)s: alert %(alert)s told the same of this subject"),
    N_("inhibited by alert %(alert)s (%(word)s): %(title)s"),
    N_("silenced until %(when)s by %(who)s: %(said)s"),
    N_("silenced until %(when)s by %(who)s"),
    N_("not told within %(time)s of %(when)s, when it was made (stale_after)"),
    # why a rule fired
    N_("rule %(rule)s (%(place)s): a denial of alert %(alert)s"),
    N_("rule %(rule)s (%(place)s): a correction of alert %(alert)s"),
    N_("rule %(rule)s (%(place)s): %(found)s"),
    N_("update: %(why)s"),
    N_("it corrects or denies what was told"),
    N_("something material is new"),
    N_("it is denied now"),
    N_("it is asserted now, and was denied before"),
    # stories
    N_("nothing like it was reported before"),
    N_("the nearest, item %(item)s, is %(figure)s alike"),
    N_("%(figure)s alike to item %(item)s (%(least)s are enough)"),
    # what windows count
    N_("%(count)s different %(word)s within %(time)s (%(least)s are needed): %(names)s"),
    N_("%(count)s different %(word)s within %(time)s, %(least)s are needed"),
    N_("%(count)s matches within %(time)s (%(least)s are needed): %(names)s"),
    N_("%(count)s matches within %(time)s (%(least)s are needed)"),
    N_("%(count)s match within %(time)s, %(least)s are needed"),
    N_("%(count)s matches within %(time)s, %(least)s are needed"),
    N_("%(why)s: part of a burst that was told already"),
    N_("what should follow it was not seen within %(time)s"),
    N_("what should come before it was not seen within %(time)s"),
    N_("the first time of %(name)s within %(time)s"),
    # when something goes out
    N_("held until %(when)s: quiet hours %(name)s"),
    N_("held until %(when)s: outside of %(name)s"),
    N_("held until %(when)s: more than %(count)s messages in an hour (max_per_hour)"),
    N_("held until %(when)s: more than %(count)s alerts of rule %(rule)s in an hour (max_per_hour)"),
    N_("held until %(when)s: %(time)s after the last bundle of its group (group_interval)"),
    N_("waits %(time)s for company (group_wait)"),
    N_("collected until %(when)s: %(title)s"),
    N_("escalated (step %(step)s): %(who)s was told, and nobody acknowledged it in time"),
    N_("sent again (repeat %(count)s): nobody acknowledged it (repeat_interval)"),
    N_("quiet in %(name)s"),
    N_("active in %(name)s"),
    N_("%(word)s breaks through"),
    N_("not acknowledged after %(time)s: to %(who)s"),
    N_("in the inbox"),
    N_("put back by %(who)s"),
    N_("dropped by %(who)s: %(said)s"),
    N_("dropped by %(who)s"),
    # how the service is
    N_("%(tick)s has not ended well for %(age)s s"),
    N_("the changed rules were refused, the last good ones stay in force: %(said)s"),
)

_FINDINGS = (
    N_("no event %(events)s is asserted"),
    N_("found: %(seen)s"),
    N_("the subject is %(name)s"),
    N_("%(event)s of %(name)s (“%(said)s”) is %(word)s, not asserted"),
    N_("%(event)s of %(name)s (“%(said)s”): %(detail)s"),
    N_("%(event)s of %(name)s (“%(said)s”)"),
    N_("%(field)s is %(word)s, asked is %(asked)s"),
    N_("%(field)s is %(figure)s, not at least %(least)s"),
    N_("%(field)s is %(word)s"),
)
"""What a rule found in an item. They say too little to be known by where anybody may write."""

_HIGHS = (N_("index high"), N_("stock high"), N_("index low"), N_("stock low"))
_NAMES = (N_("subjects"), N_("publishers"), N_("sources"), N_("move"), *_HIGHS)
"""What windows count, and fields and events by the names that rules have for them."""

_SLOT = re.compile(r"%\((\w+)\)s")
_UTC = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)(?::\d\d)? UTC")
_SEEN = re.compile(r"(^|, )(\w+) of (?=[^“]*“)")
_FOUND = re.compile(r"(^|, )(?:event (\w+)|(subject))(?= “)")


_NUMBER, _NAME = r"[+-]?[\d.]+(?:e[+-]?\d+)?", r"[\w.-]+"
_SLOTS = {
    **dict.fromkeys(("count", "least", "figure", "step", "age", "item"), _NUMBER),
    **dict.fromkeys(("alert", "event", "field", "story", "tick", "word"), _NAME),
    "time": r"(?:\d+[wdhms])+",
}
"""What may be filled in; elsewhere anything."""

_Patterns = Sequence[tuple[Any, str]]


def _patterns(forms: Sequence[str]) -> _Patterns:
    return [(_pattern(form), form) for form in forms]


def _pattern(form: str) -> Any:
    parts = _SLOT.split(form)  # text, name, text, name, ...
    slots = [f"(?P<{part}>{_SLOTS.get(part, '.+?')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)]
    return re2.compile("(?s)" + "".join(slots))


_REASONS, _FOUND_OUT = _patterns(_FORMS), _patterns(_FINDINGS)


def reason(text: str) -> str:
    """A reason in the reader's language."""
    return _said(text, _REASONS)


def finding(text: str) -> str:
    """What a rule found in an item, or did not find, in the reader's language."""
    return _filled("found", text) if _FOUND.match(text) else _said(text, _FOUND_OUT)


def _said(text: str, known: _Patterns) -> str:
    if len(text) > LONGEST:
        return text
    return "; ".join(", ".join(_sentence(part, known) for part in _parts(piece)) for piece in text.split("; ", MOST))


def receiver(name: str) -> str:
    """Who was told; what one receiver is told because another cannot be reached says so."""
    missed = name.removeprefix(f"{UNDELIVERED}: ")
    return name if missed == name else _("instead of %(receiver)s") % {"receiver": missed}


def standing(state: DeliveryState, why: str) -> str:
    """How a delivery stands, in one word."""
    return word(why if state is DeliveryState.CANCELLED and why in ENDINGS else state.value)


def outcome(why: str, detail: str) -> str:
    """What became of a delivery: the word of the reason, and what was said, unless that says it already."""
    if not why or detail.startswith(why.replace("_", " ")):
        return reason(detail)
    return f"{word(why)}{_(': ')}{reason(detail)}" if detail else word(why)


def _parts(piece: str) -> list[str]:
    """Of two reasons to wait each is a sentence: they stand in one with a comma between."""
    first, comma, rest = piece.partition(", held until ")
    return [first, f"held until {rest}"] if comma else [piece]


def _sentence(text: str, known: _Patterns) -> str:
    for pattern, form in known:
        if found := pattern.fullmatch(text):
            return _(form) % {name: _filled(name, value) for name, value in found.groupdict().items()}
    return text


def _filled(name: str, value: str) -> str:
    if name == "when":
        return _by_the_clock(value)
    if name in ("why", "detail"):
        return _sentence(value, _REASONS if name == "why" else _FOUND_OUT)
    if name == "found":
        return _FOUND.sub(lambda one: one[1] + (_("event") + " " + word(one[2]) if one[2] else _("subject")), value)
    if name == "seen":
        return _SEEN.sub(lambda one: one[1] + _("%(event)s of ") % {"event": word(one[2])}, value)
    if name in ("events", "asked"):
        return _(" or ").join(word(one) for one in value.split(" or "))
    return word(value) if name in ("word", "words", "event", "field", "tick") else value


def _by_the_clock(value: str) -> str:
    written = _UTC.fullmatch(value)
    if not written or not reader().zone_name:
        return value
    return times.moment(datetime.fromisoformat(f"{written[1]}T{written[2]}").replace(tzinfo=UTC))
