"""What is allowed but probably not meant, or dear.

Guarantee: nothing here refuses a rule; the level says how sure it is that something is wrong. `error`: the rule cannot do what it
is for; `warning`: most likely a slip; `info`: good to know. The time grows with the rules, not with their pairs.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from service.errors import Problem
from service.model.window import Absence
from service.model.window import Sequence as InOrder
from service.rules.condition import Condition
from service.rules.conditions.event import AnyEventIs, Happened
from service.rules.conditions.logic import AnyOf, NoneOf
from service.rules.conditions.moment import Fresh, InSession, OnTheClock, Unexpired
from service.rules.conditions.near import Near
from service.rules.conditions.origin import OriginIs
from service.rules.conditions.regex import Matching
from service.rules.conditions.text import EveryOne, OneOf, Without
from service.rules.cures import doubtful
from service.rules.never import never, never_graver
from service.rules.ruleset import CompiledRule
from service.rules.shape import Shape, certain, covers, details, parts, shape, shapes

AHEAD = timedelta(days=30)
"""How long before its data ends a calendar is told of."""
MOST_COMPARED = 50
"""Rules that one rule is held against to see whether they cover it."""

_PLAIN = re.compile(r"(?:\\b)?([^\\.^$*+?{}\[\]()|]+(?:\|[^\\.^$*+?{}\[\]()|]+)*)(?:\\b)?")


class Level(StrEnum):
    """How sure it is that something is wrong, the surest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is the short name of what was found, in the rule with the id `rule`."""

    level: Level
    code: str
    rule: str
    problem: Problem


def lint(
    rules: Sequence[CompiledRule], *, today: date | None = None, sources: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Everything found, in the order of the files; without `today` and `sources`, what needs these is not looked for."""
    found = [finding for rule in rules for finding in _alone(rule, today, sources)]
    found += _together(rules)
    return tuple(sorted(found, key=lambda finding: (finding.problem, finding.code)))


def _finding(compiled: CompiledRule, level: Level, code: str, message: str, hint: str = "", place: str = "") -> Finding:
    file, line, column = (place or compiled.rule.place).rsplit(":", 2)
    return Finding(level, code, compiled.rule.id, Problem(file, int(line), int(column), message, hint))


def _alone(compiled: CompiledRule, today: date | None, sources: Collection[str] | None) -> Iterator[Finding]:
    yield from _examples(compiled)
    name = f"the rule `{compiled.rule.id}`"
    why, place = never(compiled)
    if why:
        yield _finding(compiled, Level.ERROR, "never", f"{name} can never fire: {why}", place=place)
    elif everything := _everything(compiled.when):
        hint = "add an `event`, or words under text any, all, phrase or prefix"
        yield _finding(compiled, Level.WARNING, "everything", f"{name} fires on {everything}", hint, compiled.when.place)
    elif compiled.needs.always:
        hint = "add an `event`, or words under text any, all, phrase or prefix"
        yield _finding(
            compiled, Level.INFO, "dear", f"{name} asks for no event and no word, so every item is held against it", hint
        )
    for graver, message in never_graver(compiled):
        yield _finding(compiled, Level.WARNING, "never-graver", message, place=graver.place)
    for condition in _walk(compiled.when):
        yield from _condition(compiled, condition, today, sources)


def _examples(compiled: CompiledRule) -> Iterator[Finding]:
    name, kinds = f"the rule `{compiled.rule.id}`", {example.fires for example in compiled.examples}
    if True not in kinds:
        yield _finding(compiled, Level.WARNING, "no-examples", f"{name} has no `match` example", "one proves that it can fire")
    elif False not in kinds:
        hint = "one proves that it leaves out what it should"
        yield _finding(compiled, Level.INFO, "no-counter-examples", f"{name} has no `no_match` example", hint)


def _everything(condition: Condition) -> str:
    """What a rule fires on if it asks hardly anything; "" if it asks something."""
    asked = [part for part in parts(condition) if not isinstance(part, _LIMITS)]
    if all(map(certain, asked)):
        only = [part for part in parts(condition) if isinstance(part, OriginIs)]
        return "" if only else "every item"
    if all(isinstance(part, NoneOf | Without) or certain(part) for part in asked):
        return "every item, except what it excludes"
    happened = [part for part in asked if isinstance(part, Happened)]
    if len(happened) == len(asked) and all(all(isinstance(p, AnyEventIs) for p in parts(one.about)) for one in happened):
        return "every event of any type"
    return ""


_LIMITS = (OriginIs, InSession, OnTheClock, Fresh, Unexpired)
"""Conditions that say where and when, but not what."""


def _walk(condition: Condition) -> Iterator[Condition]:
    for part in parts(condition):
        yield part
        below = (part.about,) if isinstance(part, Happened) else part.children if isinstance(part, AnyOf | NoneOf) else ()
        for child in below:
            yield from _walk(child)


def _condition(
    compiled: CompiledRule, condition: Condition, today: date | None, sources: Collection[str] | None
) -> Iterator[Finding]:
    yield from _words(compiled, condition)
    if isinstance(condition, OriginIs) and condition.part == "source" and sources is not None:
        for name in condition.values:
            if name not in sources:
                hint = "good if items of it are pushed"
                yield _finding(compiled, Level.WARNING, "no-source", f"sources.yaml has no `{name}`", hint, condition.place)
    if today is not None:
        yield from _days(compiled, condition, today)


def _words(compiled: CompiledRule, condition: Condition) -> Iterator[Finding]:
    if isinstance(condition, Matching) and (plain := _PLAIN.fullmatch(condition.pattern)):
        plain_words = ", ".join(plain[1].split("|"))
        hint = f"`any: [{plain_words}]` finds them as whole words in every spelling, and costs far less"
        yield _finding(
            compiled, Level.INFO, "plain-regex", f"the regex `{condition.pattern}` is plain words", hint, condition.place
        )
    for words in condition.words if isinstance(condition, OneOf | EveryOne | Without | Near) else ():
        whole = isinstance(condition, OneOf) and condition.what == "phrase"
        if (doubt := doubtful(words.text)) and not whole:
            yield _finding(
                compiled, Level.WARNING, "odd-words", f"`{words.text}` is looked for as it stands", doubt, condition.place
            )


def _days(compiled: CompiledRule, condition: Condition, today: date) -> Iterator[Finding]:
    if isinstance(condition, Unexpired) and condition.last < today:
        message = f"the rule `{compiled.rule.id}` expired after {condition.last}"
        yield _finding(compiled, Level.WARNING, "expired", message, "remove it, or give it a later day", condition.place)
    if isinstance(condition, InSession):
        for calendar in condition.calendars:
            if doubt := calendar.doubt(today):
                yield _finding(compiled, Level.WARNING, "calendar", doubt, "update rules/calendars", condition.place)
            elif doubt := calendar.doubt(today + AHEAD):
                yield _finding(compiled, Level.INFO, "calendar", f"in {AHEAD.days} days: {doubt}", "", condition.place)


def _together(rules: Sequence[CompiledRule]) -> Iterator[Finding]:
    """Rules that do the same as another, or less."""
    found = [shapes(compiled.when) for compiled in rules]
    counts: Counter[Shape] = Counter(detail for one in found for detail in details(one))
    by_rarest: dict[Shape, list[int]] = {}
    windows = [_window(compiled, number) for number, compiled in enumerate(rules)]
    same: dict[tuple[Shape, str], int] = {}
    for number, one in enumerate(found):
        rarest = min(details(one), key=lambda detail: (counts[detail], repr(detail)), default=shape(rules[number].when))
        by_rarest.setdefault(rarest, []).append(number)
        first = same.setdefault((one, windows[number]), number)
        if first != number:
            yield _covered(rules[number], rules[first], equal=True)
    for number, one in enumerate(found):
        if same[one, windows[number]] != number or isinstance(rules[number].rule.window, Absence):
            continue
        near = [other for detail in set(details(one)) for other in by_rarest.get(detail, ())[:MOST_COMPARED]]
        near = sorted(other for other in set(near) if not windows[other] and found[other] != one)
        wide = next((other for other in near if covers(found[other], one)), None)
        if wide is not None:
            yield _covered(rules[number], rules[wide], equal=False)


def _window(compiled: CompiledRule, number: int) -> str:
    """The same for windows that wait for the same; "" for none. What a sequence begins with is not looked at."""
    window = compiled.rule.window
    return "" if window is None else str(number) if isinstance(window, InOrder) else window.told


def _covered(narrow: CompiledRule, wide: CompiledRule, *, equal: bool) -> Finding:
    name, other = f"the rule `{narrow.rule.id}`", f"`{wide.rule.id}` ({wide.rule.place})"
    if equal:
        return _finding(narrow, Level.WARNING, "duplicate", f"{name} fires on the same as {other}", "keep one of them")
    message = f"whatever makes {name} fire makes {other} fire too"
    alike = narrow.rule.labels == wide.rule.labels and narrow.rule.severity.rank <= wide.rule.severity.rank
    level = Level.WARNING if alike and not (narrow.grades or wide.grades) else Level.INFO
    hint = "both tell the same people" if level is Level.WARNING else "good if they tell different people, or differently"
    return _finding(narrow, level, "shadowed", message, hint)
