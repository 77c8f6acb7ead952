"""The two questions that the rest of the program asks: which events does an item assert, and why (not)?

Guarantee: deterministic; any text gives an answer in time linear in its length. It must not know where items come from.
"""

from dataclasses import dataclass

from service.events.candidates import Assertion
from service.events.compiled import MAX_HITS, MAX_TRIGGERS
from service.events.grammar import read, understand
from service.events.lexicon import Lexicon
from service.folding import fold
from service.model.event import Event, Status
from service.model.item import Item
from service.model.span import Span

_UNREAD = f"the text has more than {MAX_TRIGGERS} words that could say something, or {MAX_HITS} in all; the rest was not read"


@dataclass(frozen=True, slots=True)
class Trace:
    """One trigger that was found: what it would assert, the entry that says it, and the entry that took it back ("" if none)."""

    type: str
    trigger: Span
    evidence: Span
    entry: str
    status: Status
    blocked_by: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class ClauseTrace:
    """One clause: its words, the triggers in it, the events that came out, and what kept the others from being one."""

    span: Span
    language: str
    triggers: tuple[Trace, ...]
    events: tuple[Event, ...]
    refused: tuple[str, ...]


def extract(item: Item, lexicon: Lexicon) -> tuple[Event, ...]:
    """The events of an item in the order of its text; also those it denies or recalls, with that status."""
    return understand(lexicon.compiled, item)


def explain(item: Item, lexicon: Lexicon) -> tuple[ClauseTrace, ...]:
    """Every clause of the item, with what was found in it and what was taken back by which entry.

    Where the item is longer than it is read, the last trace is the rest of it.
    """
    traces = [
        ClauseTrace(seen.clause, seen.language, tuple(_trace(one) for one in seen.assertions), seen.events, seen.refused)
        for seen in read(lexicon.compiled, item, everything=True)
    ]
    document = item.document
    end = lexicon.compiled.read_to(fold(document))
    if end < len(document):
        traces = [trace for trace in traces if trace.span.start < end]
        start = max(end, traces[-1].span.end)
        traces.append(ClauseTrace(Span(start, len(document)), "", (), (), (_UNREAD,)))
    return tuple(traces)


def _trace(one: Assertion) -> Trace:
    blocker = one.blocked_by
    entry, means = (blocker.entry, blocker.means) if blocker else ("", "")
    return Trace(one.kind, one.say, one.evidence, one.trigger.entry, one.status, entry, means)
