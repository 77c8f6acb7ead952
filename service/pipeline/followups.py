"""What a rule told of a happening decides what a new match of it is: the first alert, an update of it, or a repeat.

A denial or correction of what was told is an update of every rule that told it, whether or not the rule matches the new item.
Guarantee: an update has a fingerprint of its own, made from the alert it follows and from what is new, so that it is told once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.compose import compose
from service.alerting.fingerprint import fingerprint
from service.alerting.novelty import MOVES, Fact, Told, material
from service.alerting.stories import WINDOW, Placed
from service.folding import fold
from service.model.alert import Alert, Novelty
from service.model.event import Event, Status
from service.model.item import Item
from service.model.rule import Evidence, Match, Rule
from service.pipeline.fired import Fired, fact_in, kin_of, novelty_of
from service.rulebook import Rulebook
from service.storage import alerts

CORRECTION = "correction"
DENIED = "denied"


New = tuple[int, Item, tuple[Event, ...]]
"""A new item by its number, with the events that it denies."""


def follow_up(
    connection: Connection,
    book: Rulebook,
    fired: Sequence[Fired],
    placed: Mapping[int, Placed],
    new: Sequence[New],
    now: datetime,
) -> list[Fired]:
    """The matches with their novelty, and the updates that denials and corrections make."""
    threads = _Threads(connection, book, placed, now)
    return [*threads.renew(fired), *threads.taken_back(new)]


class _Threads:
    """The matches of one transaction, beside what was told before and by each other."""

    def __init__(self, connection: Connection, book: Rulebook, placed: Mapping[int, Placed], now: datetime) -> None:
        self._connection = connection
        self._book = book
        self._placed = placed
        self._now = now
        self._told: dict[str, list[Told]] = {}
        """Threads by the id of the alert that began them."""
        self._firsts: dict[tuple[str, str], list[Alert]] = {}
        """What began the threads of a rule in a story."""

    def renew(self, fired: Sequence[Fired]) -> list[Fired]:
        """The same matches in the same order, with their novelty; matches that a rule does not want say so."""
        kin = {
            id(hit): (hit.alert.id, *(print_[:16] for print_ in kin_of(self._book, hit.match, hit.item, self._now)))
            for hit in fired
        }
        for told in alerts.threads(self._connection, sorted({root for roots in kin.values() for root in roots})):
            self._told.setdefault(told.follows or told.id, []).append(_told(told))
        for first in alerts.firsts_of(self._connection, sorted({hit.alert.story for hit in fired})):
            self._firsts.setdefault((first.rule, first.story), []).append(first)
        return [self._renewed(hit, tuple(dict.fromkeys(kin[id(hit)]))) for hit in fired]

    def _renewed(self, hit: Fired, roots: Sequence[str]) -> Fired:
        placed, fact = self._placed[hit.item_id], fact_in(self._book, hit.match, hit.item, self._now)
        novelty = novelty_of(self._book, hit.match, hit.item, placed, self._now)
        wanted = hit.match.rule.novelty
        if wanted and novelty.value not in wanted:
            return replace(hit, counted=f"novelty is {novelty.value}, the rule asks for {' or '.join(wanted)}: {placed.reason}")
        if hit.match.rule.window is not None:
            return replace(hit, happening=fact.key if fact else "")
        firsts = self._firsts.setdefault((hit.alert.rule, hit.alert.story), [])
        told = [one for root in roots for one in self._told.get(root, ())] or _namesakes(hit.alert, firsts)
        if not told and wanted and novelty is Novelty.UPDATE:
            return _update(hit, "", _mark(hit, fact), placed.reason)
        if not told:
            self._told[hit.alert.id] = [Told(hit.alert.id, fact)]
            firsts.append(hit.alert)
            return hit
        first = told[0].follows or told[0].alert
        corrects = placed.novelty is Novelty.UPDATE and placed.corrects
        news = material(fact, told, corrects=corrects, novelty=placed.novelty)
        if not news:
            return replace(hit, repeats=first)
        told_now = corrects and not any(one.corrected for one in told)
        update = _update(hit, first, CORRECTION if told_now else _mark(hit, fact), news)
        self._told.setdefault(first, list(told)).append(Told(update.alert.id, fact, first, told_now))
        return update

    def taken_back(self, new: Sequence[New]) -> list[Fired]:
        """The updates that denials and corrections among the new items make of what was told."""
        rules = {rule.id: rule for rule in self._book.rules.rules}
        found: dict[str, Fired] = {}
        for number, item, denied in new:
            for first, event, mark in self._touched(number, item, denied):
                rule = rules.get(first.rule)
                if rule is not None and not any(one.corrected for one in self._told.get(first.id, ())):
                    hit = self._taken_back(rule, number, item, first, event, mark)
                    found.setdefault(hit.alert.id, hit)
        return list(found.values())

    def _touched(self, number: int, item: Item, denied: Iterable[Event]) -> Iterator[tuple[Alert, Event | None, str]]:
        """The first alerts of what an item takes back."""
        for event in denied:
            types = list(MOVES) if event.type in MOVES else [event.type]
            for first in alerts.firsts(self._connection, types, self._now - WINDOW):
                if _about(first, event):
                    yield first, event, DENIED
        placed = self._placed[number]
        if placed.corrects:
            for first in alerts.firsts_of(self._connection, [placed.story]):
                if not first.subject or fold(first.subject) in fold(item.document):
                    yield first, None, CORRECTION

    def _taken_back(self, rule: Rule, number: int, item: Item, first: Alert, event: Event | None, mark: str) -> Fired:
        words = (Evidence(event.evidence, event.evidence.of(item.document), f"{event.type}, denied"),) if event else ()
        what = "a denial" if mark == DENIED else "a correction"
        match = Match(rule, event, words, f"rule {rule.id} ({rule.place}): {what} of alert {first.id}")
        title = f"{'Denied' if mark == DENIED else 'Corrected'}: {first.title}"
        composed = compose(match, item, title=title, fingerprint=first.fingerprint, now=self._now, version=self._book.version)
        named = replace(composed, subject=first.subject, entity=first.entity, alias=first.alias, event_type=first.event_type)
        hit = Fired(match, number, item, replace(named, story=self._placed[number].story))
        return _update(hit, first.id, mark, "")


def _update(hit: Fired, first: str, mark: str, news: str) -> Fired:
    """The match as an update; one that follows no alert is the first that its rule tells of the happening."""
    print_ = fingerprint(hit.match.rule.id, {"follows": first or hit.alert.id, "update": mark})
    reason = f"{hit.alert.reason}; update: {news}" if news else hit.alert.reason
    alert = replace(hit.alert, id=print_[:16], fingerprint=print_, novelty=Novelty.UPDATE, follows=first, reason=reason)
    return replace(hit, alert=alert)


def _mark(hit: Fired, fact: Fact | None) -> str:
    """What an update tells, so that the same one is told once."""
    return hit.item.content_hash if fact is None else f"{fact.type} {fact.size:g}{' denied' if fact.denied else ''}"


def takes_back(alert: Alert) -> bool:
    """Whether an alert denies or corrects the one it follows."""
    return bool(alert.follows) and (_denies(alert) or _corrects(alert))


def _denies(alert: Alert) -> bool:
    return alert.facts.get("status") == Status.DENIED.value


def _corrects(alert: Alert) -> bool:
    return alert.fingerprint == fingerprint(alert.rule, {"follows": alert.follows, "update": CORRECTION})


def _told(alert: Alert) -> Told:
    pct = alert.facts.get("pct")
    size = abs(pct) if isinstance(pct, int | float) else 0.0
    fact = Fact("", alert.event_type, size, _denies(alert)) if alert.event_type else None
    return Told(alert.id, fact, alert.follows, _corrects(alert))


def _namesakes(alert: Alert, firsts: Iterable[Alert]) -> list[Told]:
    """What was told of the same subject under another form of its name, in the same story: a short name, and the full one."""
    return [_told(first) for first in firsts if _same_event(alert, first) and _same_name(alert, first)]


def _same_event(one: Alert, other: Alert) -> bool:
    """Whether two alerts of one rule and story tell the same thing, of whomever."""
    mine, theirs = ({name: value for name, value in alert.facts.items() if isinstance(value, str)} for alert in (one, other))
    shared = mine.keys() & theirs.keys() - {"bound", "board", "state", "venue"}
    pct, told = one.facts.get("pct", 0.0), other.facts.get("pct", 0.0)
    ways = not (isinstance(pct, str) or isinstance(told, str)) and (pct < 0) == (told < 0)
    return one.event_type == other.event_type != "" and ways and all(mine[name] == theirs[name] for name in shared)


def _same_name(one: Alert, other: Alert) -> bool:
    if one.entity and other.entity:
        return one.entity == other.entity
    mine, theirs = ({fold(name).strip() for name in (alert.subject, alert.alias) if name.strip()} for alert in (one, other))
    return any(a.startswith(b) or b.startswith(a) for a in mine for b in theirs)


def _about(alert: Alert, event: Event) -> bool:
    if alert.entity and event.entity:
        return alert.entity == event.entity
    return bool(event.subject) and fold(alert.subject).strip() == fold(event.subject).strip()
