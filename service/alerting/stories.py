"""Stories: the items that report one happening, whatever the outlet, the wording or the language.

An item joins the story of, in this order: its own copy; the happening that its first event is (subject, day, direction, stage);
the items that it is like. Likeness is how much of the weight of two items' words is common: the cosine of the whole, and how
much of either title the other item holds, so that a flash is found in a long article. Rare words weigh more (what was frequent
in the window weighs little, so templates weigh little), and what speaks against it vetoes or halves it.

Guarantee: what an item joins depends on what it says and on what came before it, never on its outlet. A book has no clock and
does no IO. It must not decide who is told.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from operator import itemgetter

from service.alerting.novelty import Fact, announced, change, larger
from service.alerting.reports import Report
from service.alerting.story_words import shared
from service.model.alert import Novelty

LIKE = 0.35
"""Items that are at least so alike report the same."""
DOUBT = 0.55
"""Each objection that is no proof leaves so much of a likeness."""
SESSION = timedelta(hours=3)
"""Round-ups that are further apart sum up something else."""
WINDOW = timedelta(hours=72)
"""How long an item can be joined."""
FADED = 0.5
"""What is left of a likeness at the end of the window: news repeats its words on later days."""

_BACKGROUND = 1000
"""Items that are imagined to have come before the first, with none of its words: no word of a young window is common."""
_RARE = 10
"""Words of an item by which others are looked up, the rarest that any other has."""
_COMMON = 300
"""A word that so many items of the window have leads to no candidates."""
_COMPARED = 40
"""Candidates that are compared, those first that share the most weight."""


_MOST = 20_000
_LOGS = tuple(math.log(count + 1) for count in range(_MOST + 1))
"""A word that more items have weighs as if it were these."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The story of an item, how new the item is to it, and why, in words; `facts` says of each of its facts how new that is,
    in whatever story it was told. `corrects`: its title takes back what the story told."""

    story: str
    novelty: Novelty
    reason: str
    corrects: bool = False
    facts: Mapping[str, Novelty] = field(default_factory=dict)


class StoryBook:
    """The stories of a window, and the inverted index that finds them. Items are numbered as they come."""

    def __init__(self) -> None:
        self._reports: dict[int, Report] = {}
        self._placed: dict[int, tuple[str, Novelty]] = {}
        self._next = 0
        self._members: dict[str, list[int]] = {}
        self._posted: dict[str, list[int]] = {}
        self._copies: dict[str, list[int]] = {}
        self._leads: dict[str, list[int]] = {}
        self._facts: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._reports)

    def place(self, report: Report) -> Placed:
        """Find the story of an item, and remember the item."""
        number, why = self._find(report)
        story = report.id if number is None else self._placed[number][0]
        novelty, news = (Novelty.FIRST, "") if number is None else self._novelty(report, story)
        corrects = number is not None and report.features.correction
        facts = {fact.key: self._news(fact) for fact in report.facts}
        self.add(report, story, novelty)
        return Placed(story, novelty, "; ".join(part for part in (why, news) if part), corrects, facts)

    def add(self, report: Report, story: str, novelty: Novelty) -> None:
        """Remember an item whose story is known."""
        for postings, key in self._places(report, story):
            postings.setdefault(key, []).append(self._next)
        self._reports[self._next] = report
        self._placed[self._next] = story, novelty
        self._next += 1

    def take_back(self, count: int) -> None:
        """Undo the last `count` items, as if they had never come."""
        for number in range(self._next - 1, self._next - 1 - count, -1):
            self._drop(number, -1)
        self._next -= count

    def forget(self, before: datetime) -> int:
        """Drop what came before; how many items went."""
        old = list(takewhile(lambda number: self._reports[number].came < before, self._reports))
        for number in old:
            self._drop(number, 0)
        return len(old)

    def _drop(self, number: int, end: int) -> None:
        """Take out the item at one end of every posting."""
        report, (story, _) = self._reports.pop(number), self._placed.pop(number)
        for postings, key in self._places(report, story):
            postings[key].pop(end)
            if not postings[key]:
                del postings[key]

    def _places(self, report: Report, story: str) -> Iterator[tuple[dict[str, list[int]], str]]:
        """Where an item is found again."""
        yield self._members, story
        yield self._copies, report.copy
        if report.lead:
            yield self._leads, report.lead
        for key in dict.fromkeys(fact.key for fact in report.facts):
            yield self._facts, key
        for word in report.features.words:
            yield self._posted, word

    def _find(self, report: Report) -> tuple[int | None, str]:
        """A member of the story that the item joins, and why that one."""
        for postings, key, why in (
            (self._copies, report.copy, "a copy of item"),
            (self._leads, report.lead, "same happening as item"),
        ):
            met = (number for number in reversed(postings.get(key, ())) if self._near(report, number))
            told = next((number for number in met if self._reports[number].day == report.day), None)
            if told is not None:
                return told, f"{why} {self._reports[told].id}"
        return self._alike(report)

    def _alike(self, report: Report) -> tuple[int | None, str]:
        """The most alike item of the story that most has gathered so far, of those that it is like enough to join."""
        best: dict[str, tuple[float, int]] = {}
        nearest = (0.0, -1)
        scales = _Scales(report, self._weights(report.features.words))
        for number in self._candidates(report):
            other = self._reports[number]
            likeness = scales.likeness(other, self._weights(other.features.words))
            nearest = max(nearest, (likeness, number))
            story = self._placed[number][0]
            if likeness >= LIKE and likeness > best.get(story, (0.0, -1))[0]:
                best[story] = (likeness, number)
        if not best:
            said = f"; the nearest, item {self._reports[nearest[1]].id}, is {nearest[0]:.2f} alike" if nearest[1] >= 0 else ""
            return None, f"nothing like it was reported before{said}"
        story = max(best, key=lambda name: (len(self._members[name]), best[name]))
        likeness, number = best[story]
        return number, f"{likeness:.2f} alike to item {self._reports[number].id} ({LIKE:g} are enough)"

    def _candidates(self, report: Report) -> Iterator[int]:
        """Items that share rare words with this one, those that share the most weight first."""
        met = [(len(posted), word) for word in report.features.words if (posted := self._posted.get(word))]
        found: Counter[int] = Counter()
        for count, word in sorted(entry for entry in met if entry[0] <= _COMMON)[:_RARE]:
            weight = self._weight(count)
            for number in self._posted[word]:
                found[number] += weight  # type: ignore[assignment]
        ranked = sorted(found.items(), key=itemgetter(1), reverse=True)
        return (number for number, _ in ranked[:_COMPARED] if self._near(report, number))

    def _near(self, report: Report, number: int) -> bool:
        return abs(report.at - self._reports[number].at) <= WINDOW

    def _weights(self, words: Iterable[str]) -> dict[str, float]:
        posted, top, logs = self._posted, math.log(len(self._reports) + _BACKGROUND), _LOGS
        nothing: list[int] = []
        return {word: top - logs[min(len(posted.get(word, nothing)), _MOST)] for word in words}

    def _weight(self, count: int) -> float:
        return math.log(len(self._reports) + _BACKGROUND) - _LOGS[min(count, _MOST)]

    def _novelty(self, report: Report, story: str) -> tuple[Novelty, str]:
        """Held against what was news in the story: what was a repeat told nobody anything."""
        news = [self._reports[number] for number in self._members[story] if self._placed[number][1] is not Novelty.REPEAT]
        if report.features.correction and not any(one.features.correction for one in news):
            return Novelty.UPDATE, "it corrects or denies what was told"
        if any(fact.key == report.lead for one in news for fact in one.facts):
            lead = [fact for fact in report.facts if fact.key == report.lead]
            said = next((said for fact in lead if (said := change(fact, self._told(fact.key)))), "")
        else:
            figures = [figure for one in news for figure in one.features.figures]
            said = "a figure beyond what was told" if larger(report.features.title_figures, figures) else ""
        return (Novelty.UPDATE, said) if said else (Novelty.REPEAT, "told already")

    def _news(self, fact: Fact) -> Novelty:
        told = self._told(fact.key)
        if not told:
            return Novelty.FIRST
        return Novelty.UPDATE if change(fact, told) else Novelty.REPEAT

    def _told(self, key: str) -> list[Fact]:
        """What was news of a happening, in whatever story."""
        numbers = self._facts.get(key, ())
        return announced(fact for number in numbers for fact in self._reports[number].facts if fact.key == key)


class _Scales:
    """One item, weighed once, held against others."""

    def __init__(self, report: Report, weights: dict[str, float]) -> None:
        self._report = report
        self._weights = weights
        self._length = sum(weight * weight for weight in weights.values())
        self._title = sum(weights[word] for word in report.features.title)

    def likeness(self, other: Report, weights: dict[str, float]) -> float:
        """From 0 to 1: the mean of the cosine and of how much of either title the other item holds."""
        mine, theirs = self._report.features, other.features
        left = doubts(self._report, other)
        title = sum(weights[word] for word in theirs.title)
        if not left or not title or not self._title:
            return 0.0
        common = sum(weight * weight for word, weight in weights.items() if word in self._weights)
        cosine = common / math.sqrt(self._length * sum(weight * weight for weight in weights.values()))
        my_title = sum(weights[word] for word in mine.title if word in weights) / self._title
        their_title = sum(weights[word] for word in theirs.title if word in self._weights) / title
        return (cosine + my_title + their_title) / 3 * left


def doubts(one: Report, other: Report) -> float:
    """What is left of a likeness: nothing where other companies or days are named, less for each thing that does not fit."""
    mine, theirs = one.features, other.features
    if one.day and other.day and one.day != other.day:
        return 0.0
    if mine.codes and theirs.codes and not set(mine.codes) & set(theirs.codes):
        return 0.0
    if one.subjects and other.subjects and not any(_same(a, b) for a in one.subjects for b in other.subjects):
        return 0.0
    if mine.head and theirs.head and not set(mine.head) <= set(theirs.words) and not set(theirs.head) <= set(mine.words):
        return 0.0
    left = 1.0 - (1.0 - FADED) * (abs(one.at - other.at) / WINDOW)
    if mine.roundup is not theirs.roundup or (mine.roundup and abs(one.at - other.at) > SESSION):
        left *= DOUBT
    figures, others = mine.title_figures, theirs.title_figures
    if figures and others and not shared(figures, theirs.figures) and not shared(others, mine.figures):
        left *= DOUBT
    return left


def _same(one: str, other: str) -> bool:
    """Names of which one holds the other may be one subject; entities are told apart by their ids."""
    return one in other or other in one
