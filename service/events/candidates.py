"""From hits in one clause to assertions: triggers with their companion and percentage, and what takes them back.

Guarantee: every assertion's evidence lies inside the clause and contains its trigger; an assertion that is blocked knows by what.
It must not look for subjects.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.events import chinese_fit, english_fit
from service.events.compiled import Compiled, Hit, Role
from service.events.english_fit import modifies, stands_alone
from service.events.numbers import Percent, percentages
from service.events.vocabulary import Blocker, Trigger
from service.model.event import Status
from service.model.span import Span

_STATUS = {"denied": Status.DENIED, "historical": Status.HISTORICAL, "planned": Status.PLANNED}
_WEAK = frozenset(("at", "to", "its", "their"))
"""Companions that count only where no verb does."""
_LEVEL = re.compile(
    r"(?<![a-z])(?<!up )to(?: (?:over|more than|about|around|nearly|almost|just|a|below|above))*\s*$"
    r"|(?<!幅)(?<!大)(?<!窄)[至到]\s*$"
)
"""What stands before a figure that says where something is, not how far it moved: fell to 3.8 %, 升至5%."""
_Blocking = tuple[Hit, Blocker, str | None]
"""A blocker's words in the text, the blocker, and the type it holds for (None: all)."""
PERCENT_WITHIN = {"en": 8, "zh": 12}
_BELONGS = {"en": english_fit.belongs, "zh": chinese_fit.belongs}
_LONGEST_WORD = 16
_LEVEL_REACH = 24
MAX_IN_CLAUSE = 24
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
    """How much stands between two places: words in English, characters in Chinese."""
    return max(0, folded.count(" ", start, end) - 1) if language == "en" else end - start


def assertions(compiled: Compiled, folded: str, clause: Span, language: str, hits: Sequence[Hit]) -> list[Assertion]:
    """All assertions of a clause in the order of the text, the blocked ones among them."""
    starting = [hit for hit in hits if hit.role is Role.TRIGGER and compiled.triggers[hit.entry].language == language]
    if not starting:
        return []
    companions: dict[int, list[Hit]] = {}
    blockers: list[_Blocking] = []
    for hit in hits:
        if hit.role is Role.COMPANION:
            companions.setdefault(hit.entry, []).append(hit)
        elif hit.role is Role.BLOCKER and compiled.blockers[hit.entry][0].language == language:
            blockers.append((hit, *compiled.blockers[hit.entry]))
    found = [_with_companion(compiled, folded, hit, companions.get(hit.entry, ())) for hit in starting[:MAX_IN_CLAUSE]]
    bound = _with_percentages(folded, clause, language, [one for one in found if one is not None])
    return [_judged(folded, one, blockers, compiled.types[one.kind].planned_counts) for one in _unnested(bound)]


def _with_companion(compiled: Compiled, folded: str, hit: Hit, companions: Sequence[Hit]) -> Assertion | None:
    trigger = compiled.triggers[hit.entry]
    say = Span(hit.start, hit.end)
    plain = Assertion(compiled.owners[hit.entry], trigger, say, say, hit.entry, status=trigger.status)
    if not trigger.companions:
        return plain
    if trigger.language == "en" and modifies(folded, say):
        return None
    found = []
    for other in companions:
        far = _distance_on(trigger.look, folded, say, other, trigger.language)
        if far is not None and far <= trigger.within:
            apart = trigger.language == "en" and other.start >= say.end and "," in folded[say.end : other.start]
            weak = apart or folded[other.start : other.end] in _WEAK
            found.append((weak, far, other.start - other.end, Span(other.start, other.end)))
    if not found:
        return None
    _, far, _, place = min(found)
    for weak, _, _, verb in sorted(found):
        if not weak and verb.end < place.start and distance(folded, verb.end, place.start, trigger.language) == 0:
            place = Span(verb.start, place.end)
    return replace(plain, evidence=_union(say, place), distance=far)


def _distance_on(side: str, folded: str, place: Span, hit: Hit, language: str) -> int | None:
    """How far the hit stands from `place` on the wanted side; None on the other one."""
    if side in ("before", "around") and hit.end <= place.start:
        apart = language == "en" and ", " in folded[hit.end : place.start]
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
            if far is not None:
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
    """How far the figure stands on the side where the trigger wants it, if it is near enough to belong to it."""
    side, limit = one.trigger.pct, PERCENT_WITHIN[language]
    if figure.span.start < one.say.end and one.say.start < figure.span.end:
        signed = folded[one.say.start] in "+-"
        alone = figure.sign if signed else stands_alone(folded, one.say)
        return (limit if signed else 0) if side == "itself" and alone else None
    after = figure.span.start >= one.say.end
    start, end = (one.say.end, figure.span.start) if after else (figure.span.end, one.say.start)
    if side not in (("after", "may") if after else ("before",)) or end - start > _LONGEST_WORD * limit:
        return None
    far = distance(folded, start, end, language)
    if far > limit or not _BELONGS[language](folded, one.say, figure.span):
        return None
    level = after and _LEVEL.search(folded, max(start, end - _LEVEL_REACH), end) and "幅" not in folded[one.say.start : end]
    return None if level else far


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


def _judged(folded: str, one: Assertion, blockers: Sequence[_Blocking], planned_counts: bool) -> Assertion:
    """Apply the nearest blocker, if any; where plans count, what is expected is one."""
    nearest: tuple[int, Blocker] | None = None
    for hit, blocker, owner in blockers:
        if blocker.means in ("hypothetical", "near") and one.status is Status.PLANNED and blocker.language == "en":
            continue  # what may be, or is near, is what is planned
        far = _reaches(blocker, folded, one, hit) if _holds(blocker, owner, one) else None
        if far is not None and blocker.means == "expected" and planned_counts:
            one, far = replace(one, status=Status.PLANNED), None
        if far is not None and (nearest is None or far < nearest[0]):
            nearest = (far, blocker)
    if nearest is None:
        return one
    return replace(one, status=_STATUS.get(nearest[1].means, one.status), blocked_by=nearest[1])


def _holds(blocker: Blocker, owner: str | None, one: Assertion) -> bool:
    """A type's own blockers hold for it alone, shared ones for all but the types that ignore them."""
    return owner == one.kind or (owner is None and blocker.means not in one.trigger.ignores)


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
