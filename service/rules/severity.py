"""`severity` that depends on what happened: the gravest one whose conditions hold, else the one under `else`.

Guarantee: order plays no part, so none can hide another; conditions speak of the very event that fired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.marked_yaml import did_you_mean
from service.model.rule import Rule, Severity
from service.rules.building import Builder, Path, Scope
from service.rules.condition import Condition, Context
from service.rules.conditions.event import Happened

ELSE = "else"
_KNOWN = frozenset(Severity)
_HINT = "write `severity: high`, or `severity: {critical: {move: {at_least: 20}}, else: high}`"


@dataclass(frozen=True, slots=True)
class Grade:
    """A severity and what makes it so; `about_event`: it asks something of the event, so it is none without one."""

    severity: Severity
    when: Condition
    about_event: bool


def graded(rule: Rule, grades: Sequence[Grade], context: Context) -> Rule:
    """The rule with the severity that this match deserves. `grades` begin with the gravest."""
    for grade in grades:
        if (context.number >= 0 or not grade.about_event) and grade.when.evaluate(context).held:
            return replace(rule, severity=grade.severity)
    return rule


def parse_severity(builder: Builder, path: Path, scope: Scope | None) -> tuple[Severity, tuple[Grade, ...]]:
    """The least severity at `path` and what makes it graver; what is wrong is reported."""
    value = builder.value(path)
    if value is None:
        return Severity.MEDIUM, ()
    if not isinstance(value, dict):
        return _named(builder, path, value), ()
    if ELSE not in value:
        builder.say(path, "`else` is missing: what is the severity of all others?", _HINT)
    grades = [
        (_named(builder, (*path, key), key, key=True), _grade(builder, (*path, key), scope)) for key in value if key != ELSE
    ]
    least = _named(builder, (*path, ELSE), value[ELSE]) if ELSE in value else Severity.MEDIUM
    for key, (severity, _) in zip((key for key in value if key != ELSE), grades, strict=True):
        if key in _KNOWN and severity.rank <= least.rank:
            builder.say((*path, key), f"`{key}` is no graver than `else`, so this changes nothing", key=True)
    found = [Grade(severity, *grade) for severity, grade in grades if grade is not None]
    return least, tuple(sorted(found, key=lambda grade: -grade.severity.rank))


def _named(builder: Builder, path: Path, value: object, *, key: bool = False) -> Severity:
    if isinstance(value, str) and value in _KNOWN:
        return Severity(value)
    shown = f"`{value}`" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
    hint = did_you_mean(value, tuple(Severity)) if isinstance(value, str) else _HINT
    builder.say(path, f"`severity`: {shown} is not one of: {', '.join(Severity)}", hint, key=key)
    return Severity.MEDIUM


def _grade(builder: Builder, path: Path, scope: Scope | None) -> tuple[Condition, bool] | None:
    """Conditions of a grade. One that names an event asks whether the event that fired is such a one."""
    found = builder.compile(builder, path, scope)
    if found is None:
        return None
    if scope is not None and isinstance(found, Happened):
        return found.about, True
    return found, scope is not None and _asks_event(builder, builder.value(path), set())


def _asks_event(builder: Builder, value: object, seen: set[str]) -> bool:
    """Whether conditions ask something of the event that is spoken of; macros `seen` were looked at already."""
    if not isinstance(value, dict) or "event" in value:
        return False
    below = [one for key in ("all", "any", "none") if isinstance(value.get(key), list) for one in value[key]]
    for name in builder.macros.named(value):
        if name not in seen:
            seen.add(name)
            below.append(builder.macros.value(name))
    return bool(set(value) - _ABOUT_ITEM) or any(_asks_event(builder, one, seen) for one in below)


_ABOUT_ITEM = frozenset({"all", "any", "none", "use", "text", "publisher", "language", "time", "during"})
"""Keys that ask nothing of an event, whatever its fields are called."""
