"""Who gets which figure: "A、B分别涨1.2%、跌0.3%" in Chinese (English lists have english_series), "Kospi +0.7%" in any language.

A list of names with one verb gives every one of them the first figure; where just as many figures follow, each gets its own. A
figure that only a sign makes a move (+0.7%) belongs to a known name, a ticker or "shares" right before it, or to nobody.
Guarantee: nothing but pct, bound and evidence changes, evidence grows to its own figure and stays in the sentence; a list of
names with another number of figures stays as it is. It must not look for names or verbs that assert.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from service.events.names import SUFFIX
from service.events.numbers import Percent, percentages
from service.folding import fold
from service.model.event import Event
from service.model.span import Span

_END = re.compile(r"[。!?\n]|\.(?=\s|$)")
_PLAIN = re.compile(r"\s*(?:、|和|及|与)\s*")
_BOUND = r"(?:超过?|逾|近|约)?\s*"
_ROUNDED = re.compile(_PLAIN.pattern + _BOUND)
_TURN = re.compile(
    r"\s*(?:,|;|、|和|及|与)\s*"
    r"(?:(?P<up>上涨|大涨|涨|升)|(?P<down>下跌|大跌|跌|降))?\s*" + _BOUND
)
_EACH = re.compile("分别")
_LOOK_BACK = 16
_BEHIND = re.compile(
    r"(?: (?:(?:closed|closes|ended|ends|settled|settles|finished|trading|traded|trades|is|was) )?(?:at|"
    r"to) [$€£¥]?\d[\d.,]*(?= \())?"
    r"[^\S\n]*(?P<told>[(（][^()（）]*[A-Z0-9][^()（）]*[)）]|\d{6}(?:\.[A-Za-z]{2})?|[Ss]hares|[Ss]tock|股价|股價)?[^\S\n]*[:：(（|]?[^\S\n]*"
)
_COMPANY = re.compile(SUFFIX + r"\.?$")
_SIGNS = "+-＋－−–—"
_FOR_ONE = 40
"""How many characters of the sentence each name may need for its figure."""


def stands(document: str, event: Event) -> bool:
    """Whether a move that only a sign asserts stands right behind who moved; premiums, spreads and tables do not."""
    if "pct" not in event.fields or document[event.trigger.start] not in _SIGNS:
        return True
    between = _BEHIND.fullmatch(document, (event.subject_span or event.trigger).end, event.trigger.start)
    if between is None:
        return False
    return event.entity is not None or between["told"] is not None or _COMPANY.search(fold(event.subject)) is not None


def distributed(document: str, events: Sequence[Event]) -> tuple[tuple[Event, ...], int]:
    """The events with each its own figure, and where the last shared-out figure ends (0: none was)."""
    found: list[Event] = []
    end = 0
    for group in _lists(events):
        if group[0].trigger.start < end:
            continue
        figures = _figures(document, group)
        if figures:
            end = figures[-1].span.end
            group = [_with(event, figure) for event, figure in zip(group, figures, strict=True)]
        found += group
    return tuple(found), end


def _lists(events: Sequence[Event]) -> list[list[Event]]:
    """Events in a row that one verb asserts."""
    groups: list[list[Event]] = []
    for event in events:
        if groups and (groups[-1][0].type, groups[-1][0].evidence) == (event.type, event.evidence):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _figures(document: str, group: Sequence[Event]) -> list[Percent]:
    """As many signed figures as there are events in the group; none where the text has another number of them."""
    first = group[0]
    if len(group) < 2 or "pct" not in first.fields or first.trigger.end == first.evidence.end:
        return []
    start = max(0, first.evidence.start - _LOOK_BACK)
    folded = fold(document[start : first.evidence.end + _FOR_ONE * len(group)])
    stop = _END.search(folded, first.evidence.end - start)
    folded = folded[: stop.start() if stop else len(folded)]
    joint = _TURN if _EACH.search(folded) else _ROUNDED
    run: list[Percent] = []
    sign = 1 if float(first.fields["pct"]) > 0 else -1
    for figure in percentages(folded, first.trigger.end - start, len(folded)):
        turn = joint.fullmatch(folded, run[-1].span.end, figure.span.start) if run else None
        if run and turn is None:
            break
        turned = turn.groupdict() if turn else {}
        sign = 1 if turned.get("up") else -1 if turned.get("down") else sign
        run.append(figure._replace(sign=sign))
    if len(run) != len(group):
        return []
    return [one._replace(span=Span(one.span.start + start, one.span.end + start)) for one in run]


def _with(event: Event, figure: Percent) -> Event:
    evidence = Span(event.evidence.start, max(event.evidence.end, figure.span.end))
    return replace(event, evidence=evidence, fields={**event.fields, "pct": figure.sign * figure.value, "bound": figure.bound})
