"""Windows in the transaction of their items.

Guarantee: for one key of one rule, workers take turns from here to their commit, so each judges with all that the others stored,
and a window fires once however many of them fill it together. The order of locks is everywhere the same: items, stories,
windows, alerts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.compose import compose_window
from service.alerting.fingerprint import fingerprint
from service.alerting.windows import Judgement, judge, keep, key_of, lacks, reach
from service.model.rule import Rule
from service.model.window import Absence, Corroborated, Occurrence, Window
from service.pipeline.fired import Fired, occurrence_of
from service.storage import stories, windows


@dataclass(frozen=True, slots=True)
class Asked:
    """A match that a window must judge."""

    rule: str
    key: str
    window: Window
    new: Occurrence
    also: tuple[Occurrence, ...] = ()
    """What the window knows beside its own occurrences: the other reports of the story, where publishers are counted."""


class _Scales:
    """The held windows of one transaction."""

    def __init__(self, connection: Connection, asked: Collection[Asked], now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._states = windows.hold(connection, {(one.rule, one.key) for one in asked}, now)
        self._since = windows.since(connection, {one.rule for one in asked})
        self._known: dict[tuple[str, str], list[Occurrence]] = {}
        for rule, key in self._states:
            mine = [one for one in asked if (one.rule, one.key) == (rule, key)]
            first, last = min(one.new.at for one in mine), max(one.new.at for one in mine)
            around = reach(mine[0].window)
            silence = isinstance(mine[0].window, Absence)  # the last one is all that matters to it
            self._known[rule, key] = [] if silence else windows.near(connection, rule, key, first - around, last + around)

    def judge(self, one: Asked) -> Judgement:
        """Judge one occurrence, remember it, and write down what is told from now on."""
        place, new = (one.rule, one.key), one.new
        state, known, until = self._states[place], self._known[place], max(new.at, self._now) + keep(one.window)
        met = {new.item_id, *(other.item_id for other in known)}
        also = [other for other in one.also if other.item_id not in met]
        judgement = judge(one.window, [*known, *also], new, told=state.told, since=self._since.get(one.rule))
        if isinstance(one.window, Absence):
            state = replace(state, last_at=max(new.at, state.last_at or new.at))
        else:
            state = replace(state, told=judgement.told)
            known.append(new)
            windows.remember(self._connection, [(*place, new, until)])
        windows.save(self._connection, *place, state, until)
        self._states[place] = state
        return judgement


def weigh(connection: Connection, fired: Sequence[Fired], now: datetime) -> list[Fired]:
    """The same matches in the same order; those of windows with what their window says."""
    weighed = list(fired)
    asked: dict[int, Asked] = {}
    for number, hit in enumerate(fired):
        window = hit.match.rule.window
        if window is None or hit.counted is not None:
            continue
        new = occurrence_of(hit, now)
        if missing := lacks(window, new):
            weighed[number] = replace(hit, counted=f"not counted: it names no {missing}")
        else:
            also = _reports(connection, hit) if isinstance(window, Corroborated) else ()
            asked[number] = Asked(hit.match.rule.id, key_of(window, new), window, new, also)
    if asked:
        scales = _Scales(connection, asked.values(), now)
        for number in sorted(asked, key=lambda number: (asked[number].new.at, number)):
            weighed[number] = with_window(fired[number], asked[number].window, asked[number].key, scales.judge(asked[number]))
    return weighed


def _reports(connection: Connection, hit: Fired) -> tuple[Occurrence, ...]:
    """The items of a match's story that tell its happening: by its event, or, in whatever words or language, without any."""
    return tuple(
        Occurrence(
            member.at, member.item_id, subject="", entity="", source=member.outlet, publisher=member.outlet, step="",
            fingerprint=hit.alert.fingerprint, headline="", link="", words="",
        )
        for member, facts in stories.assertions(connection, hit.alert.story)
        if not facts or not hit.happening or hit.happening in facts
    )  # fmt: skip


def with_window(hit: Fired, window: Window, key: str, judgement: Judgement) -> Fired:
    """A match as its window sees it."""
    if not judgement.fires:
        return replace(hit, counted=judgement.reason)
    print_ = judgement.fingerprint or burst_print(hit.match.rule, window, key, judgement)
    return replace(hit, alert=compose_window(hit.alert, judgement, fingerprint=print_))


def burst_print(rule: Rule, window: Window, key: str, judgement: Judgement) -> str:
    """The identity of a window that fired: its key and where what it counted begins."""
    first = judgement.members[0]
    parts = {"window": type(window).__name__, "key": key, "from": first.at.isoformat(), "first": first.fingerprint}
    return fingerprint(rule.id, parts)
