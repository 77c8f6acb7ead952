"""A small world for rules: three entities, four event types, and a way to write events into a text.

`[limit_up Yangtze 601869.SH state=sealed]` in a text is an event: type, subject (`_` for a blank, `-` for none), entity id or
`-`, fields; `~` before the type makes it denied.
"""

import re
from datetime import datetime

from service.alerting.calendar_file import parse_calendars
from service.marked_yaml import load
from service.model.entity import Entity, EntityKind
from service.model.event import Event, FieldValue, Status
from service.model.item import Item
from service.model.span import Span
from service.rules.loader import RuleContext, RuleSet, parse_rules
from service.rules.reading import Reading
from tests.support.shipped import documents

CATALOG = {
    "601869.SH": Entity("601869.SH", EntityKind.STOCK, ("Yangtze Optical",), ("长飞光纤",), frozenset({"optical", "a-share"})),
    "600487.SH": Entity("600487.SH", EntityKind.STOCK, ("Hengtong",), ("亨通光电",), frozenset({"optical"})),
    "NVDA.US": Entity("NVDA.US", EntityKind.STOCK, ("NVIDIA",), ("英伟达",), frozenset({"us"})),
}
FIELDS = {
    "limit_up": {"state": ("sealed", "touched"), "streak": "number"},
    "new_high": {"kind": ("index", "stock", "other"), "period": "text"},
    "price_move": {"pct": "number", "bound": ("over", "exact")},
    "ipo": {"stage": ("planned", "filed", "listed"), "venue": "text"},
}
_EVENT = re.compile(r"\[(~?)([a-z_]+) (\S+) ([^\s\]]+)((?: [a-z]+=[^\s\]]+)*)\]")


def extract(item: Item) -> tuple[Event, ...]:
    """The events that are written into an item's text."""
    found = []
    for match in _EVENT.finditer(item.document):
        denied, kind, subject, entity, pairs = match.groups()
        fields: dict[str, FieldValue] = {}
        for name, value in (pair.split("=") for pair in pairs.split()):
            fields[name] = float(value) if name in ("pct", "streak") else value
        found.append(
            Event(
                type=kind,
                subject="" if subject == "-" else subject.replace("_", " "),
                evidence=Span(*match.span(2)),
                trigger=Span(*match.span(2)),
                status=Status.DENIED if denied else Status.PLANNED if fields.get("stage") == "planned" else Status.ASSERTED,
                entity=None if entity == "-" else entity,
                alias="长飞光纤" if subject == "Yangtze" else "",
                subject_span=None if subject == "-" else Span(*match.span(3)),
                fields=fields,
            )
        )
    return tuple(found)


CALENDARS, _ = parse_calendars(documents("calendars"))
CONTEXT = RuleContext(FIELDS, CATALOG, extract, CALENDARS)


def problems(text: str, *more: str) -> list[str]:
    """What is wrong with rule files f.yaml, f1.yaml, …"""
    documents = [load(content, f"f{number or ''}.yaml") for number, content in enumerate((text, *more))]
    ruleset, found = parse_rules(documents, CONTEXT)
    assert (ruleset is None) == bool(found)
    return [str(problem) for problem in found]


def ruleset(text: str, *more: str) -> RuleSet:
    """A set of rules that is right."""
    documents = [load(content, f"f{number or ''}.yaml") for number, content in enumerate((text, *more))]
    found, wrong = parse_rules(documents, CONTEXT)
    assert found is not None, "\n".join(map(str, wrong))
    return found


def rule(when: str) -> RuleSet:
    """A set of the one rule `r` with these conditions, written in flow style."""
    return ruleset(f"rules:\n  - id: r\n    when: {when}\n")


def item(text: str, title: str = "", *, published: datetime | None = None, language: str = "") -> Item:
    """A news item."""
    return Item("source", "guid", title, text, published=published, publisher="wire", language=language)


def reading(text: str, title: str = "") -> Reading:
    """An item laid out, with its events."""
    one = item(text, title)
    return Reading(one, extract(one))
