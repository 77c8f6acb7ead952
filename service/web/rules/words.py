"""What a rule asks for, as a sentence in the reader's language, from the rule as it is written.

Guarantee: says something for every rule that is valid, and never fails on one that is not. It knows the keys of the language, but
no event type, field or source by name. Pure but for the reader's language.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from service.web.i18n import gettext as _
from service.web.wording import word

_VARIABLE = re.compile(r"\{\{-?\s*(\w+)[^}]*\}\}")
_OTHERWISE = re.compile(r"\{%-?\s*els(?:e|if)\b.*?(?=\{%-?\s*end)", re.S)
_TAG = re.compile(r"\{%.*?%\}", re.S)
MOST = 6
"""Values of a list that are named."""
_EVENT_KEYS = {"event", "subject", "text", "source", "publisher", "language", "all", "any", "none", "use", "during", "time"}


def title(template: str) -> str:
    """A Liquid template as a person reads it: the first of each choice, the tags gone, variables as ‹names›."""
    return " ".join(_TAG.sub("", _OTHERWISE.sub("", _VARIABLE.sub(r"‹\1›", template))).split())


def meaning(rule: Mapping[str, Any]) -> str:
    """One sentence; `rule` is the mapping as it is written."""
    parts = [_("Alerts when the news reports %(what)s") % {"what": _when(rule.get("when"), 0)}]
    if "during" in rule and "absence" not in rule:
        parts.append(_during(rule["during"]))
    parts += [words for words in map(_window, _WINDOWS, (rule.get(key) for key in _WINDOWS)) if words]
    if rule.get("novelty"):
        parts.append(_("only if it is new: %(which)s") % {"which": _named(rule["novelty"])})
    if rule.get("cooldown"):
        parts.append(_("then silent for %(time)s for the same subject") % {"time": _text(rule["cooldown"])})
    return _("%(sentence)s.") % {"sentence": _(", ").join(parts)}


def _when(when: object, depth: int) -> str:
    if not isinstance(when, dict) or depth > MOST:
        return _("anything")
    parts = []
    if "event" in when:
        parts.append(_event(when))
    elif "subject" in when:
        parts.append(_("anything of %(whom)s") % {"whom": _subject(when["subject"])})
    parts += [_field(name, value) for name, value in when.items() if name not in _EVENT_KEYS]
    parts += _words(when.get("text"))
    parts += _origin(when)
    if "use" in when:
        parts.append(_("what is called %(names)s") % {"names": _named(when["use"])})
    if "during" in when:
        parts.append(_during(when["during"]))
    if "time" in when:
        parts.append(_("at certain hours"))
    parts += [_when(one, depth + 1) for one in _list(when.get("all"))]
    if either := [_when(one, depth + 1) for one in _list(when.get("any"))]:
        parts.append(_("either %(what)s") % {"what": _(", or ").join(either)})
    if without := [_when(one, depth + 1) for one in _list(when.get("none"))]:
        parts.append(_("but not %(what)s") % {"what": _(", nor ").join(without)})
    return _(", ").join(parts) or _("anything")


def _event(when: Mapping[str, Any]) -> str:
    events = _("any event") if when["event"] == "any" else _or([word(_text(one)) for one in _list(when["event"])])
    if "subject" not in when or when["subject"] == "any":
        return events
    return _("%(event)s of %(whom)s") % {"event": events, "whom": _subject(when["subject"])}


def _subject(subject: object) -> str:
    if not isinstance(subject, dict):
        return _("anyone")
    said = {
        "entity": lambda value: _named(value),
        "tag": lambda value: _("what is tagged %(tags)s") % {"tags": _named(value)},
        "list": lambda value: _("the list %(lists)s") % {"lists": _named(value)},
        "name": lambda value: _named(value),
    }
    return _(" and ").join(said[key](value) for key, value in subject.items() if key in said) or _("anyone")


def _field(name: str, value: object) -> str:
    if not isinstance(value, dict):
        return _("%(field)s %(values)s") % {"field": word(name), "values": _or([word(_text(one)) for one in _list(value)])}
    return _(" and ").join(_compared(word(name), key, _text(bound)) for key, bound in value.items())


def _compared(field: str, key: str, value: str) -> str:
    said = {
        "at_least": _("%(field)s of at least %(value)s"),
        "at_most": _("%(field)s of at most %(value)s"),
        "more_than": _("%(field)s of more than %(value)s"),
        "less_than": _("%(field)s of less than %(value)s"),
    }
    return said.get(key, _("%(field)s of %(value)s")) % {"field": field, "value": value}


def _words(text: object) -> list[str]:
    if text is None:
        return []
    if not isinstance(text, dict):
        return [_("one of the words %(words)s") % {"words": _named(text)}]
    said = {
        "any": _("one of the words %(words)s"),
        "all": _("all of the words %(words)s"),
        "none": _("none of the words %(words)s"),
        "phrase": _("the phrase %(words)s"),
        "prefix": _("words that begin with %(words)s"),
        "regex": _("text like %(words)s"),
    }
    found = [said[key] % {"words": _named(value)} for key, value in text.items() if key in said]
    near = text.get("near")
    if isinstance(near, dict):
        found.append(_("close to one of %(words)s") % {"words": _named(near.get("words"))})
    return found


def _origin(when: Mapping[str, Any]) -> list[str]:
    said = {
        "source": _("from the source %(names)s"),
        "publisher": _("published by %(names)s"),
        "language": _("in the language %(names)s"),
    }
    return [said[key] % {"names": _named(when[key])} for key in said if key in when]


def _during(during: object) -> str:
    if not isinstance(during, dict):
        return _("while %(calendar)s is open") % {"calendar": _text(during)}
    if "calendar" not in during:
        return _("at certain hours")
    session = _or([word(_text(one)) for one in _list(during.get("session", "open"))])
    return _("while it is %(session)s at %(calendar)s") % {"session": session, "calendar": _named(during["calendar"])}


def _count(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    figures = {"count": _text(value.get("at_least")), "time": _text(value.get("within"))}
    if value.get("distinct"):
        return _("once %(count)s different ones come within %(time)s") % figures
    return _("once %(count)s come within %(time)s") % figures


def _corroborated(value: object) -> str:
    count = value.get("publishers") if isinstance(value, dict) else value
    return _("once %(count)s publishers report it") % {"count": _text(count)}


def _lasting(words: str, value: object) -> str:
    return words % {"time": _text(value.get("within") if isinstance(value, dict) else value)}


_WINDOWS = ("count", "corroborated_by", "absence", "first_time", "spike", "sequence")


def _window(key: str, value: object) -> str:
    if value is None:
        return ""
    if key == "count":
        return _count(value)
    if key == "corroborated_by":
        return _corroborated(value)
    said = {
        "absence": _("once nothing of it came for %(time)s"),
        "first_time": _("for the first time in %(time)s"),
        "spike": _("once far more than usual come within %(time)s"),
        "sequence": _("once one follows the other within %(time)s"),
    }
    return _lasting(said[key], value)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _named(value: object) -> str:
    """The first values, each in quotation marks."""
    names = [_("“%(name)s”") % {"name": name} for one in _list(value) if (name := _text(one))]
    return _or([*names[:MOST], *([_("%(count)s more") % {"count": len(names) - MOST}] if len(names) > MOST else [])])


def _or(names: Sequence[str]) -> str:
    return _(" or ").join(names)
