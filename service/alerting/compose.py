"""A match becomes an alert: what a person reads, cut from the item so that it stands on its own.

The excerpt is the sentence around the words that fired, and every mark lies inside it.
"""

import re
from dataclasses import replace
from datetime import datetime

from service.alerting.windows import Judgement
from service.model.alert import Alert
from service.model.event import Status
from service.model.item import Item
from service.model.rule import Match
from service.model.span import Span

MAX_OCCURRENCES = 100
"""An alert keeps the last of what its window counted; its reason has the number."""
MAX_EXCERPT = 400
"""Characters; longer sentences are cut around the evidence."""

_STOP = r"(?:(?<!\b[A-Z])(?<!\bInc)(?<!\bLtd)(?<!\bCo)(?<!\bCorp)\.|[!?])[\"”’)]?"
"""The end of an English sentence; not the point of `U.S.` or `Ltd.`"""
_LEFT = re.compile(rf"[。！？\n]|{_STOP}\s")
_RIGHT = re.compile(rf"[。！？]|\n|{_STOP}(?=\s|$)")


def compose(  # noqa: PLR0913 - each part of an alert by name
    match: Match, item: Item, *, title: str, fingerprint: str, now: datetime, body: str = "", version: str = ""
) -> Alert:
    """Build the alert of a match; `title` and `body` are already rendered, `version` is that of the rules."""
    event = match.event
    spans = tuple(evidence.span for evidence in match.evidence)
    excerpt, marks = cut_excerpt(item.document, spans)
    facts = dict(event.fields) if event else {}
    if event and event.status is not Status.ASSERTED and "stage" not in facts:
        facts["status"] = event.status.value
    return Alert(
        id=fingerprint[:16],
        fingerprint=fingerprint,
        rule=match.rule.id,
        rule_place=match.rule.place,
        severity=match.rule.severity,
        title=title,
        subject=event.subject if event else "",
        alias=event.alias if event else "",
        entity=event.entity if event else None,
        event_type=event.type if event else "",
        excerpt=excerpt,
        marks=marks,
        reason=match.reason,
        headline=item.title,
        link=item.link,
        source=item.source,
        publisher=item.publisher,
        published=item.published,
        created_at=now,
        facts=facts,
        labels=dict(match.rule.labels),
        body=body,
        owner=match.rule.owner,
        runbook=match.rule.runbook,
        rules_version=version,
    )


def compose_window(alert: Alert, judgement: Judgement, *, fingerprint: str) -> Alert:
    """The alert of a window: that of its last match, with all it counted and what that came to."""
    return replace(
        alert,
        id=fingerprint[:16],
        fingerprint=fingerprint,
        reason=f"{alert.reason}; {judgement.reason}" if alert.reason else judgement.reason,
        occurrences=judgement.members[-MAX_OCCURRENCES:],
    )


def cut_excerpt(document: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """The sentence or sentences that hold `spans`, at most MAX_EXCERPT characters, and the spans counted in it."""
    first = min((span.start for span in spans), default=0)
    last = max((span.end for span in spans), default=0)
    start, end = _sentence(document, first, last)
    if end - start > MAX_EXCERPT:
        last = min(last, first + MAX_EXCERPT)
        spare = MAX_EXCERPT - (last - first)
        start = max(start, first - spare // 2)
        end = min(end, start + MAX_EXCERPT)
    text = document[start:end]
    lead = len(text) - len(text.lstrip())
    excerpt = text.strip()
    marks = []
    for span in sorted(set(spans)):
        moved = Span(max(span.start - start - lead, 0), min(span.end - start - lead, len(excerpt)))
        if moved.start < moved.end:
            marks.append(moved)
    return excerpt, _disjoint(marks)


def _sentence(document: str, first: int, last: int) -> tuple[int, int]:
    start = 0
    for found in _LEFT.finditer(document, max(0, first - 4 * MAX_EXCERPT), first):
        start = found.end()
    ending = _RIGHT.search(document, max(last - 1, first, 0))
    return start, ending.end() if ending else len(document)


def _disjoint(spans: list[Span]) -> tuple[Span, ...]:
    """Sorted spans with overlaps melted together, so that marking never nests."""
    melted: list[Span] = []
    for span in spans:
        if melted and span.start <= melted[-1].end:
            melted[-1] = Span(melted[-1].start, max(melted[-1].end, span.end))
        else:
            melted.append(span)
    return tuple(melted)
