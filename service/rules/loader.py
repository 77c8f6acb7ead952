"""Rule files into a RuleSet.

Guarantee: accepted whole or refused with every problem of every file at once, each at file:line:column; a rule's own examples are
part of it, and are run with the same code that later runs on news.
It must not open files, and must not know how events are found.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.errors import Problem
from service.marked_yaml import Document
from service.model.entity import Catalog
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Rule
from service.rules.building import Allowed, Builder, Listed, Path, as_list
from service.rules.compiler import compile_when
from service.rules.conditions.field import DERIVED
from service.rules.conditions.subject import lookup
from service.rules.examples import Extract, run_rule
from service.rules.file import ExampleItem, FileText, ListsText, RuleText
from service.rules.lint import lint
from service.rules.ruleset import CompiledRule, Example, RuleSet
from service.rules.templates import DEFAULT_TITLE, VARIABLES, check
from service.rules.windows import parse as parse_window

__all__ = ["RuleContext", "RuleSet", "parse_rules"]


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What rules may speak of: event types with their fields, entities, and how events are found in an example."""

    event_fields: Mapping[str, Mapping[str, Allowed]]
    catalog: Catalog
    extract: Callable[[Item], Sequence[Event]]


def parse_rules(documents: Sequence[Document], context: RuleContext) -> tuple[RuleSet | None, list[Problem]]:
    """All rules of all files, or None and everything that is wrong with them."""
    builders = [Builder(document, context.event_fields, context.catalog, compile_when) for document in documents]
    lists = _lists(builders)
    seen: dict[str, str] = {}
    found: list[CompiledRule] = []
    for builder in builders:
        builder.lists = lists
        builder.check((), FileText)
        rules = builder.value(("rules",))
        for number in range(len(rules) if isinstance(rules, list) else 0):
            found += _rule(builder, ("rules", number), seen, context.extract)
    problems = sorted(problem for builder in builders for problem in builder.problems)
    if problems:
        return None, problems
    rules, steps = [one for one in found if not one.rule.step], [one for one in found if one.rule.step]
    return RuleSet(tuple(rules), _version(documents), lint(rules), RuleSet(tuple(steps)) if steps else None), []


def _rule(builder: Builder, path: Path, seen: dict[str, str], extract: Extract) -> list[CompiledRule]:
    """One rule, compiled and proved by its examples; none if it is wrong (then that is reported) or not enabled."""
    before = len(builder.problems)
    _refuse_twice(builder, (*path, "id"), seen)
    text = builder.check(path, RuleText)
    raw = builder.value(path)
    when = compile_when(builder, (*path, "when")) if isinstance(raw, dict) and "when" in raw else None
    window, first = parse_window(builder, path)
    _check_title(builder, (*path, "title"))
    if text is None or when is None or len(builder.problems) > before:
        return []
    title, place = text.title.strip() or DEFAULT_TITLE, builder.place((*path, "id"))
    face = Rule(text.id, title, text.severity, place, text.labels, text.description, window)
    compiled = CompiledRule(face, when, _examples(builder, path, text))
    builder.problems += [result.problem() for result in run_rule(compiled, extract) if not result.passed]
    steps = [CompiledRule(replace(face, step="after"), first)] if first is not None else []
    return [compiled, *steps] if text.enabled else []


def _refuse_twice(builder: Builder, path: Path, seen: dict[str, str]) -> None:
    rule_id = builder.value(path)
    if not isinstance(rule_id, str) or not rule_id:
        return
    if rule_id in seen:
        builder.say(path, f"the rule id `{rule_id}` is used twice", f"the first is at {seen[rule_id]}")
    seen.setdefault(rule_id, builder.place(path))


def _check_title(builder: Builder, path: Path) -> None:
    """A title may use the variables of every alert and the fields of any event type."""
    title = builder.value(path)
    fields = {name for table in builder.vocabulary.values() for name in table}
    known = sorted({*VARIABLES, *fields} - {*DERIVED})
    for message in check(title, known) if isinstance(title, str) else ():
        builder.say(
            path,
            f"this title is no Liquid template: {message}",
            f"variables: {', '.join(known)}" if "variable" in message else "",
        )


def _examples(builder: Builder, path: Path, text: RuleText) -> tuple[Example, ...]:
    found = []
    for key, fires, written in (("match", True, text.examples.match), ("no_match", False, text.examples.no_match)):
        for number, one in enumerate(written):
            example = one if isinstance(one, ExampleItem) else ExampleItem(text=one)
            item = Item("example", "example", example.title, example.text, publisher=example.publisher, language=example.lang)
            mark = builder.document.mark((*path, "examples", key, number))
            found.append(Example(builder.document.file, mark.line, mark.column, fires, item))
    return tuple(found)


def _lists(builders: Sequence[Builder]) -> dict[str, Listed]:
    """The named lists of all files; a name that is used twice, or an entry that is not known, is reported."""
    lists: dict[str, Listed] = {}
    places: dict[str, str] = {}
    for builder in builders:
        written = builder.value(("lists",))
        if not isinstance(written, dict):
            continue
        builder.check(("lists",), ListsText)
        for name, entries in written.items():
            if name in lists:
                builder.say(("lists", name), f"the list `{name}` is defined twice", f"the first is at {places[name]}", key=True)
            places.setdefault(name, builder.place(("lists", name), key=True))
            found = [
                _entry(builder, ("lists", name, number), entry)
                for number, entry in enumerate(entries if isinstance(entries, list) else ())
            ]
            lists[name] = _together(found)
    return lists


def _entry(builder: Builder, path: Path, entry: object) -> Listed:
    if isinstance(entry, str):
        return lookup(builder, path, "entity", entry)
    parts = [
        lookup(builder, builder.element((*path, key), number), key, text)
        for key in ("tag", "name")
        for number, text in enumerate(_texts(entry, key))
    ]
    return _together(parts)


def _texts(entry: object, key: str) -> list[str]:
    written = as_list(entry.get(key, [])) if isinstance(entry, dict) else []
    return [text for text in written if isinstance(text, str)] if isinstance(written, list) else []


def _together(parts: Sequence[Listed]) -> Listed:
    return Listed(frozenset().union(*(part.entities for part in parts)), tuple(name for part in parts for name in part.names))


def _version(documents: Sequence[Document]) -> str:
    """Twelve hex digits that change whenever a text or a file's name does."""
    parts = sorted(f"{document.file}\0{document.text}\0" for document in documents)
    return hashlib.sha256("".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
