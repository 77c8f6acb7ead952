"""The rules held against items that came before: what would have been told. Reads nothing, writes nothing, tells nobody.

The same matcher, fingerprints and windows as on news, with the windows' memory in this process. It begins with an empty memory,
as a new installation does: the first report of each happening alerts, repeats and updates do not. Only items
that match without an event, or a rule that asks for novelty, are put into stories. What a rule's cooldown would have kept back is
no alert here either. It knows nothing of people and receivers: silences, inhibit_rules and the limits of receivers are left out.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations

from service.alerting.cooling import Warmth, cool, key_of
from service.alerting.grouping import HOUR, rest
from service.alerting.reports import report_of
from service.alerting.stories import Placed, StoryBook
from service.alerting.windows import judge, keep, lacks, moment, silent
from service.alerting.windows import key_of as key_in
from service.model.alert import Novelty
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Match, Rule, Severity
from service.model.window import Absence, Occurrence, Told, Window
from service.pipeline.fired import fire, novelty_of, occurrence_of, print_of, today_of
from service.pipeline.windows import with_window
from service.rulebook import Rulebook
from service.rules.matcher import match
from service.rules.templates import title_of

MOST_REMEMBERED = 5000
MOST_TOGETHER = 40
"""Rules that match one item and are counted as overlapping; an item that more match says nothing about any two."""


@dataclass(frozen=True, slots=True)
class Would:
    """An alert that would have been made."""

    rule: str
    severity: Severity
    fingerprint: str
    at: datetime
    title: str
    reason: str
    item: str
    in_digest: bool = False
    """It exceeds the `max_per_hour` of its rule."""


LEFT_OUT = "what silences, inhibit_rules and the limits of receivers would have kept back or collected"
"""Of which a replay knows nothing."""


@dataclass
class Report:
    """What a replay came to. `matches` counts matches by rule, `together` items that two rules matched both, `cooled` alerts
    that a cooldown would have kept back."""

    items: int = 0
    first: datetime | None = None
    last: datetime | None = None
    matches: Counter[str] = field(default_factory=Counter)
    matched_items: Counter[str] = field(default_factory=Counter)
    together: Counter[tuple[str, str]] = field(default_factory=Counter)
    cooled: Counter[str] = field(default_factory=Counter)
    alerts: list[Would] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        """Every day from the first item to the last."""
        if self.first is None or self.last is None:
            return []
        begin, end = self.first.date(), self.last.date()
        return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]

    def saw(self, at: datetime) -> None:
        """An item of this time was held against the rules."""
        self.items += 1
        self.first = at if self.first is None or at < self.first else self.first
        self.last = at if self.last is None or at > self.last else self.last

    def by_day(self, rule: str) -> list[int]:
        """Alerts of a rule on each of the days."""
        found = Counter(one.at.date() for one in self.alerts if one.rule == rule)
        return [found[day] for day in self.days]

    def overlaps(self, share: float = 0.5, least: int = 3) -> list[tuple[str, str, int, float]]:
        """Pairs of rules of whose items at least `share` are the same, the most alike first."""
        found = []
        for (one, other), both in self.together.items():
            alike = both / (self.matched_items[one] + self.matched_items[other] - both)
            if both >= least and alike >= share:
                found.append((one, other, both, alike))
        return sorted(found, key=lambda pair: (-pair[3], -pair[2], pair[:2]))


@dataclass
class _Memory:
    known: list[Occurrence] = field(default_factory=list)
    told: Told | None = None


@dataclass
class _Limit:
    """What was told of a rule with a limit: when, digests included, and when the last digest went out."""

    dues: tuple[datetime, ...] = ()
    overflow: datetime | None = None

    def exceeded(self, rule: Rule, at: datetime) -> bool:
        """Whether one more at this moment goes into a digest; counts it."""
        over = rest(rule.id, rule.max_per_hour, self.dues, self.overflow, at)
        if over is None or over.due != self.overflow:
            self.dues = (*(due for due in self.dues if due > at - HOUR), over.due if over else at)
        self.overflow = over.due if over else self.overflow
        return over is not None


class Replay:
    """One rulebook on its way through items in the order of their arrival."""

    def __init__(self, book: Rulebook) -> None:
        self.report = Report()
        self._book = book
        self._told: set[str] = set()
        self._stories = StoryBook()
        self._memory: dict[tuple[str, str], _Memory] = {}
        self._silences = [(rule, rule.window) for rule in book.rules.rules if isinstance(rule.window, Absence)]
        self._heard: dict[str, datetime] = {}
        self._warm: dict[str, Warmth] = {}
        self._limits: defaultdict[str, _Limit] = defaultdict(_Limit)

    def feed(self, number: int, item: Item, events: Sequence[Event], fetched: datetime, *, history: bool = False) -> None:
        """One item; `history` matches and is told, but never counts in a window."""
        at, report = moment(item.published, fetched), self.report
        report.saw(at)
        for rule, window in self._silences:
            self._listen(rule, window, at)
        found = match(self._book.rules, item, events)
        rules = sorted({hit.rule.id for hit in found if not hit.rule.step})
        report.matched_items.update(rules)
        if 1 < len(rules) <= MOST_TOGETHER:
            report.together.update(combinations(rules, 2))
        placed = self._placed(number, item, events, at) if any(hit.event is None or hit.rule.novelty for hit in found) else None
        for hit in found:
            report.matches[hit.rule.id] += not hit.rule.step
            novelty = novelty_of(self._book, hit, item, placed, fetched) if placed and hit.rule.novelty else Novelty.FIRST
            if hit.rule.novelty and novelty not in hit.rule.novelty:
                continue
            if hit.rule.window is None:
                self._plain(hit, number, item, placed.story if placed else "", fetched, novelty)
            elif not history:
                self._windowed(hit.rule.window, hit, number, item, fetched)

    def _placed(self, number: int, item: Item, events: Sequence[Event], at: datetime) -> Placed:
        identity, today = self._book.lexicon.identity, today_of(item, at)
        return self._stories.place(report_of(item, events, identity, id=str(number), at=at, today=today))

    def _plain(self, hit: Match, number: int, item: Item, story: str, fetched: datetime, novelty: Novelty) -> None:
        at, print_ = moment(item.published, fetched), print_of(self._book, hit, item, fetched, story)
        if print_ in self._told:
            return
        self._told.add(print_)
        if novelty is Novelty.UPDATE or not self._cools(hit, at):
            self._tell(hit.rule, print_, at, title_of(hit, item), hit.reason, item.guid or str(number))

    def _cools(self, hit: Match, at: datetime) -> bool:
        """Whether the cooldown of its rule would have kept a match back; counts it."""
        rule, event = hit.rule, hit.event
        if rule.cooldown is None:
            return False
        key = key_of(rule.id, event.entity if event else None, event.subject if event else "")
        if cool(rule.severity, rule.cooldown, self._warm.get(key), at):
            self.report.cooled[rule.id] += 1
            return True
        self._warm[key] = Warmth("", at, rule.severity)
        return False

    def _windowed(self, window: Window, hit: Match, number: int, item: Item, fetched: datetime) -> None:
        (fired,) = fire(self._book, number, item, [hit], fetched)
        new = occurrence_of(fired, fetched)
        if lacks(window, new):
            return
        if isinstance(window, Absence):
            self._heard[hit.rule.id] = max(new.at, self._heard.get(hit.rule.id, new.at))
            return
        key = key_in(window, new)
        memory = self._memory.setdefault((hit.rule.id, key), _Memory())
        judgement = judge(window, memory.known, new, told=memory.told, since=self.report.first)
        memory.told = judgement.told
        insort(memory.known, new, key=lambda one: one.at)
        del memory.known[: _over(memory.known, window)]
        weighed = with_window(fired, window, key, judgement)
        if weighed.counted is not None or weighed.alert.fingerprint in self._told:
            return
        alert = weighed.alert
        self._told.add(alert.fingerprint)
        if not self._cools(hit, new.at):
            self._tell(hit.rule, alert.fingerprint, new.at, alert.title, alert.reason, item.guid or str(number))

    def _listen(self, rule: Rule, window: Absence, now: datetime) -> None:
        """What a sweep at this moment would have noticed."""
        memory = self._memory.setdefault((rule.id, ""), _Memory())
        since = self.report.first or now
        judgement = silent(window, last=self._heard.get(rule.id), told=memory.told, since=since, now=now)
        if judgement.fires:
            memory.told = judgement.told
            self._tell(rule, f"{rule.id}:{now.isoformat()}", now, f"Rule {rule.id}: {judgement.reason}.", judgement.reason, "")

    def _tell(self, rule: Rule, print_: str, at: datetime, title: str, reason: str, item: str) -> None:
        in_digest = bool(rule.max_per_hour) and self._limits[rule.id].exceeded(rule, at)
        self.report.alerts.append(Would(rule.id, rule.severity, print_, at, title, reason, item, in_digest))


def _over(known: Sequence[Occurrence], window: Window) -> int:
    """How many of the oldest need not be remembered."""
    too_many = len(known) - MOST_REMEMBERED
    oldest = known[-1].at - keep(window)
    return max(too_many, next((number for number, one in enumerate(known) if one.at >= oldest), 0))
