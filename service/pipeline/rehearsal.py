"""Rules held against stored items for a person who waits: bounded in items and time, and what was found so far is an answer.

Guarantee: reads only, and ends soon after its time. Must not decide which rules; see `replay` for what is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.pipeline.replay import Replay, Report, Would
from service.rulebook import Rulebook
from service.rules.ruleset import RuleSet
from service.storage import items
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Bounds:
    """`items` are the newest that are taken; `seconds` the time, by `clock`."""

    items: int
    seconds: float
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One report for each rulebook. `cut` where older items were left out, `broken_off` where the time was over."""

    reports: tuple[Report, ...]
    cut: bool
    broken_off: bool


def rehearse(database: Database, books: Sequence[Rulebook], since: datetime, bounds: Bounds) -> Rehearsal:
    """Hold each rulebook against the items since then, in the order of their arrival."""
    replays, end, broken_off = [Replay(book) for book in books], bounds.clock() + bounds.seconds, False
    with database.read() as connection:
        after, cut = items.newest(connection, since, bounds.items)
        for one, events in items.replay(connection, since, ("evaluated",), after):
            if bounds.clock() > end:
                broken_off = True
                break
            for each in replays:
                each.feed(one.id, one.item, events, one.fetched_at)
    return Rehearsal(tuple(each.report for each in replays), cut, broken_off)


def only(book: Rulebook, file: str) -> Rulebook:
    """The rules of one file alone."""

    def mine(rules: RuleSet | None) -> RuleSet | None:
        if rules is None:
            return None
        compiled = tuple(one for one in rules.compiled if one.rule.place.startswith(f"{file}:"))
        return RuleSet(compiled, rules.version, mine(rules.steps))

    return replace(book, rules=mine(book.rules) or book.rules)


def without(some: Sequence[Would], others: Sequence[Would]) -> list[Would]:
    """The alerts that are not among the others."""
    known = {(one.rule, one.fingerprint) for one in others}
    return [one for one in some if (one.rule, one.fingerprint) not in known]
