"""What a person should know, ready to be shown: it stands on its own when the rule or the item is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.model.event import FieldValue
from service.model.rule import Severity
from service.model.span import Span
from service.model.window import Occurrence


class Novelty(StrEnum):
    """FIRST: nobody was told of this happening; UPDATE: something material changed since; REPEAT: told already."""

    FIRST = "first"
    UPDATE = "update"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class AlertHead:
    """Of an alert, what a list says of it and what its labels are made of."""

    id: str
    title: str
    created_at: datetime
    rule: str
    severity: Severity
    event_type: str
    entity: str | None
    subject: str
    source: str
    publisher: str
    novelty: Novelty
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """`id` is short and stable, made from `fingerprint`. All text is plain and untrusted except `rule` and `labels`.

    `excerpt` is the sentence around the evidence and `marks` are the spans of the words that fired, counted in `excerpt`.
    `facts` are the event's fields (`pct`, `stage`, …). `reason` says in words which rule line fired on what, `body`
    what the rule's author wants said below the title, `owner` whom to ask and `runbook` the link to what to do.
    `occurrences` are the matches that a window counted together, `rules_version` names the rules that fired.
    `story` is the id of the story that the item belongs to. An UPDATE `follows` the first alert of its thread, by id.
    `outlets` are the publishers that report the story, the first reporter first: not stored, filled in when a message is written.
    """

    id: str
    fingerprint: str
    rule: str
    rule_place: str
    severity: Severity
    title: str
    subject: str
    alias: str
    entity: str | None
    event_type: str
    excerpt: str
    marks: tuple[Span, ...]
    reason: str
    headline: str
    link: str
    source: str
    publisher: str
    published: datetime | None
    created_at: datetime
    facts: Mapping[str, FieldValue] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    owner: str = ""
    runbook: str = ""
    occurrences: tuple[Occurrence, ...] = ()
    rules_version: str = ""
    story: str = ""
    novelty: Novelty = Novelty.FIRST
    follows: str = ""
    outlets: tuple[str, ...] = ()
