"""Rule files into a RuleSet.

Guarantee: accepted whole or refused with every problem of every file at once, each at file:line:column; a rule's own examples are
part of it, and are run with the same code that later runs on news.
It must not open files, and must not know how events are found.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from service.errors import Problem
from service.marked_yaml import Document
from service.model.entity import Catalog
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Rule
from service.model.window import Absence
from service.rules.building import Allowed, Builder, Macros, Path
from service.rules.compiler import compile_when, scope_of_rule
from service.rules.condition import Condition
from service.rules.conditions import CONDITIONS
from service.rules.conditions.field import DERIVED
from service.rules.conditions.logic import All
from service.rules.conditions.moment import Calendar, Unexpired, parse_during
from service.rules.examples import Extract, run_rule
from service.rules.file import ExampleItem, FileText, RuleText
from service.rules.kept import Kept, world_of
from service.rules.names import read_lists, read_macros
from service.rules.novelty import parse as parse_novelty
from service.rules.ruleset import CompiledRule, Example, RuleSet
from service.rules.severity import parse_severity
from service.rules.templates import DEFAULT_TITLE, VARIABLES, check
from service.rules.windows import parse as parse_window

__all__ = ["RuleContext", "RuleSet", "parse_rules"]


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What rules may speak of: event types with their fields, entities, and how events are found in an example."""

    event_fields: Mapping[str, Mapping[str, Allowed]]
    catalog: Catalog
    extract: Callable[[Item], Sequence[Event]]
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    version: str = ""
    """Changes whenever anything of this does; "": never the same again."""


def parse_rules(
    documents: Sequence[Document], context: RuleContext, kept: Kept | None = None
) -> tuple[RuleSet | None, list[Problem]]:
    """All rules of all files, or None and everything that is wrong with them. What `kept` knows is not compiled again."""
    macros = Macros()
    builders = [
        Builder(document, context.event_fields, context.catalog, compile_when, calendars=context.calendars, macros=macros)
        for document in documents
    ]
    lists = read_lists(builders)
    for builder in builders:
        builder.lists = lists
    read_macros(builders)
    world = world_of(documents, context.version or object())
    found = (kept or Kept()).compile(builders, world, lambda builder, seen: _file(builder, seen, context.extract))
    problems = sorted({problem for builder in builders for problem in builder.problems})
    if problems:
        return None, problems
    rules, steps = [one for one in found if not one.rule.step], [one for one in found if one.rule.step]
    return RuleSet(tuple(rules), _version(documents), RuleSet(tuple(steps)) if steps else None), []


def _file(builder: Builder, seen: dict[str, str], extract: Extract) -> list[CompiledRule]:
    if isinstance(builder.value(()), list):
        builder.say((), "the rules stand alone here", "write `rules:` above them, as the first line")
        return []
    rules = builder.value(("rules",))
    if isinstance(rules, dict):
        builder.say(("rules",), "`rules` needs a list", "begin each rule with `- `, for instance `- id: my-rule`")
        return []
    builder.check((), FileText)
    count = len(rules) if isinstance(rules, list) else 0
    return [compiled for number in range(count) for compiled in _rule(builder, ("rules", number), seen, extract)]


def _rule(builder: Builder, path: Path, seen: dict[str, str], extract: Extract) -> list[CompiledRule]:
    """One rule, compiled and proved by its examples; none if it is wrong (then that is reported) or not enabled."""
    before = len(builder.problems)
    builder.macros.used = 0
    _refuse_twice(builder, (*path, "id"), seen)
    text = builder.check(path, RuleText, lambda: _homes(builder))
    raw = builder.value(path)
    has_when = isinstance(raw, dict) and "when" in raw
    when = compile_when(builder, (*path, "when")) if has_when else None
    severity, grades = parse_severity(builder, (*path, "severity"), scope_of_rule(builder, (*path, "when")))
    window, first = parse_window(builder, path)
    limits = _limits(builder, path, text, timed=not isinstance(window, Absence))
    novelty = parse_novelty(builder, path)
    for key in ("title", "body"):
        _check_template(builder, (*path, key))
    if text is None or when is None or len(builder.problems) > before:
        return []
    face = Rule(
        text.id,
        text.title.strip() or DEFAULT_TITLE,
        severity,
        builder.place((*path, "id")),
        text.labels,
        text.description,
        body=text.body.strip(),
        owner=text.owner,
        runbook=text.runbook,
        window=window,
        novelty=novelty,
        cooldown=text.cooldown,
        max_per_hour=text.max_per_hour or 0,
        stale_after=text.stale_after,
    )
    whole = All(when.place, (*limits, when), "all of") if limits else when
    compiled = CompiledRule(face, whole, _examples(builder, path, text), grades)
    builder.problems += [result.problem() for result in run_rule(compiled, extract) if not result.passed]
    steps = [CompiledRule(replace(face, step="after"), first)] if first is not None else []
    return [compiled, *steps] if text.enabled else []


_UNDER_WHEN = "it belongs under `when`: indent it by two blanks more"
_HOMES: dict[str, str] = {
    **{key: _UNDER_WHEN for key in (*CONDITIONS, *DERIVED) if key not in RuleText.model_fields},
    **{
        key: "it belongs inside of `count`, as in `count: {at_least: 3, within: 30m}`"
        for key in ("at_least", "within", "distinct", "per")
    },
    **{key: "it belongs under `examples`" for key in ("match", "no_match")},
}
"""Where keys belong that people write beside `when`."""


def _homes(builder: Builder) -> Mapping[str, str]:
    return _HOMES | {name: _UNDER_WHEN for table in builder.vocabulary.values() for name in table}


def _limits(builder: Builder, path: Path, text: RuleText | None, *, timed: bool) -> list[Condition]:
    """What a rule says beside `when` on the time in which it may fire; `timed`: its `during` speaks of items."""
    raw, found = builder.value(path), []
    if timed and isinstance(raw, dict) and "during" in raw:
        found.append(parse_during(builder, (*path, "during"), None))
    if text is not None and text.expires is not None:
        found.append(Unexpired(builder.place((*path, "expires")), text.expires))
    return [condition for condition in found if condition is not None]


def _refuse_twice(builder: Builder, path: Path, seen: dict[str, str]) -> None:
    rule_id = builder.value(path)
    if not isinstance(rule_id, str) or not rule_id:
        return
    if rule_id in seen:
        builder.say(path, f"the rule id `{rule_id}` is used twice", f"the first is at {seen[rule_id]}")
    seen.setdefault(rule_id, builder.place(path))


def _check_template(builder: Builder, path: Path) -> None:
    """A title or body may use the variables of every alert and the fields of any event type."""
    template = builder.value(path)
    if not isinstance(template, str):
        return
    known = _variables(builder.fields)
    for message in check(template, known):
        builder.say(
            path,
            f"this {path[-1]} is no Liquid template: {message}",
            f"variables: {', '.join(sorted(known))}" if "variable" in message else "",
        )


@lru_cache(maxsize=4)
def _variables(fields: frozenset[str]) -> frozenset[str]:
    return (fields | {*VARIABLES}) - DERIVED.keys()


def _examples(builder: Builder, path: Path, text: RuleText) -> tuple[Example, ...]:
    found = []
    for key, fires, written in (("match", True, text.examples.match), ("no_match", False, text.examples.no_match)):
        for number, one in enumerate(written):
            example = one if isinstance(one, ExampleItem) else ExampleItem(text=one)
            item = Item(
                example.source, "example", example.title, example.text,
                published=example.published, publisher=example.publisher, language=example.lang or _language(example),
            )  # fmt: skip
            mark = builder.document.mark((*path, "examples", key, number))
            now = example.fetched or example.published
            found.append(Example(builder.document.file, mark.line, mark.column, fires, item, now))
    return tuple(found)


def _language(example: ExampleItem) -> str:
    """The language of an example that does not say: Chinese characters weigh as much as words."""
    text = example.title + example.text
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return "zh" if chinese > sum(character.isascii() and character.isalpha() for character in text) / 4 else "en"


def _version(documents: Sequence[Document]) -> str:
    """Twelve hex digits that change whenever a text or a file's name does."""
    parts = sorted(f"{document.file}\0{document.text}\0" for document in documents)
    return hashlib.sha256("".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
