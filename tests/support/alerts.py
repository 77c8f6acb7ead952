"""Ready-made nouns for tests; each call may change what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service.model.alert import Alert
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Evidence, Match, Rule, Severity
from service.model.span import Span

NOW = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)


def make_alert(**changes: Any) -> Alert:
    """A limit-up alert of the seed article."""
    alert = Alert(
        id="0123456789abcdef",
        fingerprint="0123456789abcdef" * 4,
        rule="limit-up",
        rule_place="rules/alerts/limit-up.yaml:8:9",
        severity=Severity.HIGH,
        title="Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up",
        subject="Yangtze Optical Fibre and Cable",
        alias="长飞光纤",
        entity="601869.SH",
        event_type="limit_up",
        excerpt="Yangtze Optical Fibre and Cable (长飞光纤) rocketed to a limit-up within just 8 minutes.",
        marks=(Span(48, 58),),
        reason="event limit_up of Yangtze Optical Fibre and Cable",
        headline="Computing power rallies",
        link="https://news.example.com/1",
        source="seed",
        publisher="Example Wire",
        published=datetime(2025, 12, 22, 7, 30, tzinfo=UTC),
        created_at=NOW,
        facts={"state": "sealed"},
        labels={"topic": "limit"},
    )
    return replace(alert, **changes)


def make_item(text: str, **changes: Any) -> Item:
    """An item without a title whose document is `text`."""
    return replace(Item(source="wire", guid="1", title="", text=text), **changes)


def make_match(text: str, words: str, *, event: Event | None = None, **rule: Any) -> Match:
    """A match whose evidence is the first occurrence of `words` in `text`."""
    start = text.index(words)
    evidence = Evidence(Span(start, start + len(words)), words, "text")
    face = Rule(id="r", title="{{ subject }}", severity=Severity.MEDIUM, place="rules/alerts/r.yaml:1:1", labels={"desk": "a"})
    return Match(replace(face, **rule), event, (evidence,), f"text {words!r}")
