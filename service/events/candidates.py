"""From hits in one clause to assertions: triggers with their companion and percentage, and what takes them back.

Guarantee: every assertion's evidence lies inside the clause and contains its trigger; an assertion that is blocked knows by what.
It must not look for subjects.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.events.compiled import Compiled, Hit, Role
from service.events.numbers import Percent, percentages
from service.events.vocabulary import Blocker, Trigger
from service.model.event import Status
from service.model.span import Span

_STATUS = {"denied": Status.DENIED, "historical": Status.HISTORICAL, "planned": Status.PLANNED}
_WEAK = frozenset(("at", "to", "its", "their"))
"""Companions that count only where no verb does."""
_LEVEL = re.compile(r"(?<![a-z])(?<!up )to(?: (?:over|more than|about|around|nearly|almost|just|a|below|above))*\s*$|(?<!幅)(?<!大)(?<!窄)[至到]\s*$")
"""What stands before a figure that says where something is, not how far it moved: fell to 3.8 %, 升至5%."""
PERCENT_WITHIN = {"en": 9, "zh": 12}
MAX_IN_CLAUSE = 60
"""More triggers than this in one clause are a table, not language."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """`order` is the trigger's place in the vocabulary; `distance` how far its companion stands; `blocked_by` ends it."""

    kind: str
    trigger: Trigger
    say: Span
    evidence: Span
    order: int
    distance: int = 0
    percent: Percent | None = None
    status: Status = Status.ASSERTED
    blocked_by: Blocker | None = None


def distance(folded: str, start: int, end: int, language: str) -> int:
    """How far apart two places are: words in English, characters in Chinese."""
    return folded.count(" ", start, end) if language == "en" else end - start


def assertions(compiled: Compiled, folded: str, clause: Span, language: str, hits: Sequence[Hit]) -> list[Assertion]:
    """All assertions of a clause in the order of the text, the blocked ones among them."""
    found = []
    for hit in [hit for hit in hits if hit.role is Role.TRIGGER][:MAX_IN_CLAUSE]:
        trigger = compiled.triggers[hit.entry]
        if trigger.language == language:
            assertion = _with_companion(compiled, folded, hit, trigger, hits)
            if assertion is not None:
                found.append(assertion)
    bound = _with_percentages(folded, clause, language, found)
    return [_judged(compiled, folded, one, language, hits) for one in _unnested(bound)]


def _with_companion(compiled: Compiled, folded: str, hit: Hit, trigger: Trigger, hits: Sequence[Hit]) -> Assertion | None:
    say = Span(hit.start, hit.end)
    plain = Assertion(compiled.owners[hit.entry], trigger, say, say, hit.entry, status=trigger.status)
    if not trigger.companions:
        return plain
    found = []
    for other in hits:
        if other.role is Role.COMPANION and other.entry == hit.entry:
            far = _distance_on(trigger.look, folded, say, other, trigger.language)
            if far is not None and far <= trigger.within:
                length = other.end - other.start
                weak = folded[other.start : other.end] in _WEAK
                found.append((weak, far, -length, Span(other.start, other.end)))
    if not found:
        return None
    _, far, _, place = min(found)
    return replace(plain, evidence=_union(say, place), distance=far)


def _distance_on(side: str, folded: str, place: Span, hit: Hit, language: str) -> int | None:
    """How far the hit stands from `place` on the wanted side; None on the other one."""
    if side in ("before", "around") and hit.end <= place.start:
        apart = language == "en" and "," in folded[hit.end : place.start]
        return None if apart else distance(folded, hit.end, place.start, language)
    if side in ("after", "around") and hit.start >= place.end:
        return distance(folded, place.end, hit.start, language)
    return None


def _union(one: Span, other: Span) -> Span:
    return Span(min(one.start, other.start), max(one.end, other.end))


def _with_percentages(folded: str, clause: Span, language: str, found: list[Assertion]) -> list[Assertion]:
    """Give each percentage to the nearest trigger that asks for one; triggers that go without are no assertions."""
    if not any(one.trigger.pct for one in found):
        return found
    figures = percentages(folded, clause.start, clause.end)
    pairs = []
    for place, one in enumerate(found):
        for figure in figures if one.trigger.pct else ():
            far = _percent_distance(folded, one, figure, language)
            if far is not None and far <= PERCENT_WITHIN[language]:
                pairs.append((far, -len(one.say.of(folded)), place, figure))
    taken: dict[int, Percent] = {}
    used: dict[tuple[str, Span], int] = {}
    for _, _, place, figure in sorted(pairs):
        key = (found[place].kind, figure.span)
        if place not in taken and key not in used:
            taken[place] = figure
            used[key] = place
    return [
        replace(one, percent=taken[place], evidence=_union(one.evidence, taken[place].span)) if place in taken else one
        for place, one in enumerate(found)
        if place in taken or one.trigger.pct in (None, "may")
    ]


def _percent_distance(folded: str, one: Assertion, figure: Percent, language: str) -> int | None:
    side = one.trigger.pct
    if figure.span.start < one.say.end and one.say.start < figure.span.end:
        return 0 if side == "itself" else None
    if side in ("after", "may") and figure.span.start >= one.say.end:
        if _LEVEL.search(folded[one.say.end : figure.span.start]) and "幅" not in folded[one.say.start : figure.span.start]:
            return None
        return distance(folded, one.say.end, figure.span.start, language)
    if side == "before" and figure.span.end <= one.say.start:
        return distance(folded, figure.span.end, one.say.start, language)
    return None


def _unnested(found: list[Assertion]) -> list[Assertion]:
    """Of overlapping triggers the longest wins; of one type's equal ones the first entry of its file."""
    ordered = sorted(found, key=lambda one: (one.say.start - one.say.end, one.order, one.distance))
    kept: list[Assertion] = []
    for one in ordered:
        if not any(_beaten(one, other) for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.say.start, one.order))


def _beaten(one: Assertion, other: Assertion) -> bool:
    overlap = one.say.start < other.say.end and other.say.start < one.say.end
    longer = other.say.end - other.say.start > one.say.end - one.say.start
    return overlap and (longer or one.kind == other.kind)


def _judged(compiled: Compiled, folded: str, one: Assertion, language: str, hits: Sequence[Hit]) -> Assertion:
    """Apply the nearest blocker, if any."""
    nearest: tuple[int, Blocker] | None = None
    for hit in hits:
        if hit.role is not Role.BLOCKER:
            continue
        blocker, owner = compiled.blockers[hit.entry]
        if blocker.language != language or owner not in (None, one.kind):
            continue
        far = _reaches(blocker, folded, one, hit)
        if far is not None and (nearest is None or far < nearest[0]):
            nearest = (far, blocker)
    if nearest is None:
        return one
    means = nearest[1].means
    return replace(one, status=_STATUS.get(means, one.status), blocked_by=nearest[1])


_SUBJECT_REACH = {"en": 3, "zh": 8}


def _reaches(blocker: Blocker, folded: str, one: Assertion, hit: Hit) -> int | None:
    """How far the blocker's words stand from the evidence, if they stand where the blocker looks."""
    if blocker.look == "over":
        return 0 if hit.start < one.evidence.end and one.evidence.start < hit.end else None
    if blocker.look == "clause":
        return 1
    side = ("after" if one.trigger.subject == "after" else "before") if blocker.look == "subject" else blocker.look
    place = one.say if blocker.look == "subject" else one.evidence
    far = _distance_on(side, folded, place, hit, blocker.language)
    if far is None and side in ("before", "around") and one.evidence.start <= hit.start and hit.end <= one.evidence.end:
        far = _inside(blocker, folded, one, hit)
    limit = blocker.within if blocker.within is not None or blocker.look != "subject" else _SUBJECT_REACH[blocker.language]
    return far if far is not None and (limit is None or far <= limit) else None


def _inside(blocker: Blocker, folded: str, one: Assertion, hit: Hit) -> int | None:
    """Blockers between the words that assert: "rose to near a record"; between verb and figure only what denies or expects."""
    if hit.end <= one.say.start:
        return distance(folded, hit.end, one.say.start, blocker.language)
    return 0 if hit.start >= one.say.end and blocker.means in ("denied", "hypothetical") else None
