"""`when`: from marked YAML to conditions.

A mapping holds if all of its keys hold. A mapping that says `event` (or `subject` where no event is spoken of yet) asks for one
event, and `subject`, fields, and whatever stands below it speak of that same event; a mapping below it that says `event` itself
asks the item for another one. Where this could be read in two ways the rule is refused.
Guarantee: all problems are reported; what is returned can be evaluated without any further check.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import Problem
from service.marked_yaml import unknown_key
from service.rules.building import WHOLE_RULE_KEYS, Builder, Path, Scope
from service.rules.condition import Condition
from service.rules.conditions import CONDITIONS
from service.rules.conditions.event import ANY, SHORT_FORMS, AnyEventIs, EventIs, Happened, known_names, scope_of
from service.rules.conditions.field import fields_of, parse_field
from service.rules.conditions.logic import All
from service.rules.cures import MEANT, conditions

ORIGIN = ("source", "publisher", "language")
"""Beside an event that has a field of this name, text means the field; a mapping (`source: {id: …}`) always means the item."""
_OUTSIDE = "write it in the same mapping as `event`, or write several events there: `event: [limit_up, new_high]`"


def compile_when(builder: Builder, path: Path, scope: Scope | None = None) -> Condition | None:
    """The condition at `path`; None if anything in it is wrong, which is reported."""
    value = builder.value(path)
    if isinstance(value, dict) and _is_top(path):  # what is about the whole rule is read elsewhere
        value = {key: one for key, one in value.items() if key not in WHOLE_RULE_KEYS}
    if not isinstance(value, dict) or not value:
        builder.say(path, "conditions are missing here", conditions(value, CONDITIONS, known_names(builder.vocabulary)))
        return None
    inner = _scope(builder, path, value, scope)
    _refuse_ambiguous(builder, path, value, scope)
    fields = fields_of(inner, builder.vocabulary)
    children: list[Condition | None] = []
    for key in sorted(value, key=lambda key: key != "event"):
        if key in CONDITIONS and not (key in fields and key in ORIGIN and not isinstance(value[key], dict)):
            children.append(CONDITIONS[key](builder, (*path, key), inner))
        elif key in fields:
            children.append(parse_field(builder, (*path, key), fields[key]))
        else:
            children.append(None)
            builder.problems.append(_unknown(builder, (*path, key), inner, fields))
    found = tuple(child for child in children if child is not None)
    if len(found) < len(children):
        return None
    if inner is scope:
        return found[0] if len(found) == 1 else All(builder.place(path), found)
    return _happened(builder, path, found)


def _is_top(path: Path) -> bool:
    return len(path) == len(("rules", 0, "when")) and path[-1] == "when"


def _scope(builder: Builder, path: Path, value: Mapping[str, Any], scope: Scope | None) -> Scope | None:
    """The event that the keys of this mapping speak of: its own, any, or that of the mappings around it."""
    if "event" in value:
        return scope_of(builder, (*path, "event"))
    return Scope() if scope is None and "subject" in value else scope


def _happened(builder: Builder, path: Path, children: tuple[Condition, ...]) -> Happened:
    first = children[0]
    if isinstance(first, EventIs | AnyEventIs):
        place, chooser, others = first.place, first, children[1:]
    else:
        place, others = builder.place((*path, "subject")), children
        chooser = AnyEventIs(place)
    return Happened(place, chooser, All(place, (chooser, *others), f"event {chooser.name}"))


def _unknown(builder: Builder, path: Path, scope: Scope | None, fields: Mapping[str, object]) -> Problem:
    """The problem of a key that is no condition and no field of the event spoken of."""
    key = str(path[-1])
    if key in WHOLE_RULE_KEYS:
        return builder.document.problem(path, f"`{key}` is about the whole rule", "write it beside `when`", key=True)
    types = [name for name in builder.vocabulary if key in fields_of(Scope((name,)), builder.vocabulary)]
    if MEANT.get(key) in CONDITIONS:
        return builder.document.problem(path, f"unknown key `{key}`", f"did you mean `{MEANT[key]}`?", key=True)
    if not types or (scope is not None and scope.uncertain):
        return unknown_key(builder.document, path, [*CONDITIONS, *fields])
    if scope is None:
        return builder.document.problem(
            path, f"`{key}` is a field of {_listed(types)}", f"write `event: {types[0]}` beside it", key=True
        )
    asked = _listed([name for name in scope.types if name not in types]) or "events of any type"
    return builder.document.problem(path, f"`{key}` is a field of {_listed(types)}, not of {asked}", key=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (" and others" if len(names) > 4 else "")


def _refuse_ambiguous(builder: Builder, path: Path, value: Mapping[str, Any], scope: Scope | None) -> None:
    """Refuse a `subject` that a reader would take for that of an event which is named elsewhere."""
    if scope is not None or "event" in value:
        return
    below = [value.get("all"), value.get("any"), {"use": value.get("use", [])}]
    if "subject" in value and any(_names_event(builder, one, set()) for one in below):
        builder.say((*path, "subject"), "this `subject` stands outside of the `event` below it", _OUTSIDE, key=True)
    elements = value.get("all")
    if "subject" in value or not isinstance(elements, list) or not _names_event(builder, elements, set()):
        return
    for number, element in enumerate(elements):
        for key in ("subject", "use"):
            if isinstance(element, dict) and key in element and _leaves_event_open(builder, element, key):
                builder.say(
                    (*path, "all", number, key), "this `subject` stands beside the `event` it seems to mean", _OUTSIDE, key=True
                )


def _leaves_event_open(builder: Builder, element: Mapping[str, Any], key: str) -> bool:
    """Whether a mapping says a `subject`, itself or by a macro that it uses, and no event."""
    if "event" in element:
        return False
    written = [builder.macros.value(name) for name in builder.macros.named(element)]
    return key == "subject" or any(isinstance(one, dict) and "subject" in one and "event" not in one for one in written)


def _names_event(builder: Builder, value: object, seen: set[str]) -> bool:
    """Whether an event is asked for in conditions, however deep, outside of `none`; macros `seen` were looked at already."""
    if isinstance(value, list):
        return any(_names_event(builder, element, seen) for element in value)
    if not isinstance(value, dict):
        return False
    fresh = [name for name in builder.macros.named(value) if name not in seen]
    seen.update(fresh)
    below = [value.get("all"), value.get("any"), *(builder.macros.value(name) for name in fresh)]
    return "event" in value or any(_names_event(builder, one, seen) for one in below)


def scope_of_rule(builder: Builder, path: Path) -> Scope | None:
    """The event that fires a rule whose `when` is at `path`, as far as its conditions tell; None if it asks for none."""
    names: set[str] = set()
    _collect_names(builder, builder.value(path), names, set())
    if not names:
        return None
    types = {SHORT_FORMS.get(name, (name,))[0] for name in names} & set(builder.vocabulary)
    found = tuple(builder.vocabulary) if ANY in names else tuple(sorted(types))
    return Scope(found, uncertain=not found, loose=True)


def _collect_names(builder: Builder, value: object, names: set[str], seen: set[str]) -> None:
    if isinstance(value, list):
        for element in value:
            _collect_names(builder, element, names, seen)
    if not isinstance(value, dict):
        return
    written = value.get("event", ANY if "subject" in value else [])
    names.update(name for name in ([written] if isinstance(written, str) else written) if isinstance(name, str))
    for name in builder.macros.named(value):
        if name not in seen:
            seen.add(name)
            _collect_names(builder, builder.macros.value(name), names, seen)
    for key in ("all", "any"):
        _collect_names(builder, value.get(key), names, seen)
