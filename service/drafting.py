"""What a rule file would be, tried in a killable child process: a text that is made to hang costs one answer.

The child holds the files in force and what they were compiled to, so a draft costs what its own file costs. It never sees the
database, a secret or the network; what it answers is data (JSON). Nothing of a draft is kept.
"""

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.child import ChildPool
from service.errors import ChildError, InvalidFiles, Problem
from service.events.extract import extract
from service.extraction import event_to_json
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Rule
from service.pipeline.fired import Fired, fire
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefiles import check, name_of, place_of, with_changes
from service.rules.examples import run_rule
from service.rules.explain import explain
from service.rules.lint import lint
from service.rules.matcher import match
from service.words import counting, told

SECONDS = 10.0
LOADING = 60.0
"""Seconds to read all files in force once; after that a draft costs what its own file costs."""
MEMORY = 2 << 30
LARGEST = 1 << 20
MOST_SHOWN = 200
"""Examples, problems and verdicts that are answered; nobody reads more."""

WAITING = 8
"""Drafts that may wait for their turn, so that the others of the server are answered meanwhile."""

_PLACE = re.compile(r"^rule [\w-]+ \([^()]*\): ")
"""What a reason begins with; beside the rule itself it only says where that is."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A text that a draft is held against."""

    title: str
    text: str


class Drafts:
    """Answers drafts, one after the other."""

    def __init__(self) -> None:
        self._pool = ChildPool("service.drafting:child", 1, LOADING, MEMORY)
        self._turn = threading.Lock()
        self._seats = threading.BoundedSemaphore(1 + WAITING)

    def look(self, base: Rulebook, place: str, text: str, now: datetime, tried: Tried | None = None) -> dict[str, Any]:
        """What is wrong with a file, what its examples come to, and what it says of a text.

        Keys: `problems`, `findings`, `examples`, `rules`, and `tried` where a text was given.
        """
        if len(text) > LARGEST:
            return _refused(Problem(place, 0, 0, f"the file is larger than {LARGEST:,} characters", "split it"))
        asked: dict[str, object] = {"version": base.version, "place": place, "text": text, "now": now.isoformat()}
        if tried is not None:
            asked["tried"] = {"title": tried.title, "text": tried.text}
        if not self._seats.acquire(blocking=False):
            return _refused(Problem(place, 0, 0, "too many drafts are looked at at this moment", "try again in a moment"))
        try:
            return self._ask(base, asked)
        except ChildError:
            cure = "make it smaller, or its expressions and examples simpler"
            return _refused(Problem(place, 0, 0, f"this takes longer than {SECONDS:g} seconds or too much memory", cure))
        finally:
            self._seats.release()

    def _ask(self, base: Rulebook, asked: Mapping[str, object]) -> dict[str, Any]:
        """One at a time: between the files and the question nobody may give the child the files of another version."""
        with self._turn:
            answer = self._pool.call(asked, seconds=SECONDS)
            if answer.get("unknown"):
                texts = {name: content.decode("utf-8", "replace") for name, content in base.texts.items()}
                self._pool.call({"version": base.version, "texts": texts})
                answer = self._pool.call(asked, seconds=SECONDS)
            return answer

    def close(self) -> None:
        """Kill the child."""
        self._pool.close()


def _refused(problem: Problem) -> dict[str, Any]:
    return {"problems": [problem_json(problem)], "findings": [], "examples": [], "rules": []}


def child(_init: Mapping[str, Any]) -> "_Drafter":
    """What the child runs."""
    return _Drafter()


class _Drafter:
    """Keeps the files of the last version that was asked about."""

    def __init__(self) -> None:
        self._version = ""
        self._texts: dict[str, bytes] = {}
        self._memory = Memory()

    def __call__(self, meta: dict[str, Any], _body: bytes) -> dict[str, Any]:
        if "texts" in meta:
            self._version = meta["version"]
            self._texts = {name: text.encode() for name, text in meta["texts"].items()}
            with suppress(InvalidFiles):  # so that the first draft is as quick as the others
                parse_folder(self._texts, self._memory)
            return {}
        if meta["version"] != self._version:
            return {"unknown": True}
        return self._look(meta["place"], meta["text"].encode("utf-8", "replace"), meta)

    def _look(self, place: str, text: bytes, meta: Mapping[str, Any]) -> dict[str, Any]:
        now, changes = datetime.fromisoformat(meta["now"]), {place: text}
        self._memory.rules.found = []
        book, problems = None, tuple[Problem, ...]()
        try:
            check(self._texts, changes)
            book = parse_folder(with_changes(self._texts, changes), self._memory)
        except InvalidFiles as error:
            problems = error.problems
        answer: dict[str, Any] = {"problems": [problem_json(one) for one in problems[:MOST_SHOWN]], "findings": []}
        file = name_of(self._texts, place)
        answer["examples"], answer["rules"] = self._examples(file), []
        if book is not None:
            answer |= _whole(book, file, now)
            if "tried" in meta:
                answer["tried"] = _try(book, meta["tried"], now)
        return answer

    def _examples(self, file: str) -> list[dict[str, Any]]:
        """What each example of the file comes to, also where the file is refused for one of them."""
        if self._memory.words is None:
            return []
        _, lexicon, _ = self._memory.words

        def understand(item: Item) -> tuple[Event, ...]:
            return told(lexicon, extract(item, lexicon))

        mine = [one for one in self._memory.rules.found if one.rule.place.startswith(f"{file}:") and not one.rule.step]
        results = (result for one in mine for result in run_rule(one, understand))
        return [
            {
                "rule": one.rule,
                "kind": one.kind,
                "text": one.text,
                "passed": one.passed,
                "detail": _PLACE.sub("", one.detail),
                "line": one.example.line,
            }
            for one, _ in zip(results, range(MOST_SHOWN), strict=False)
        ]


def _whole(book: Rulebook, file: str, now: datetime) -> dict[str, Any]:
    mine = [one for one in book.rules.compiled if one.rule.place.startswith(f"{file}:")]
    findings = lint(mine, today=now.date(), sources={source.id for source in book.sources})
    return {
        "findings": [
            {**problem_json(one.problem), "level": one.level.value, "code": one.code, "rule": one.rule}
            for one in findings[:MOST_SHOWN]
        ],
        "rules": [_rule_json(one.rule) for one in mine[:MOST_SHOWN]],
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "severity": rule.severity.value, "line": int(rule.place.rsplit(":", 2)[1])}


def _try(book: Rulebook, tried: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The form of `tapewatch rules try --json`."""
    item = Item("try", "try", tried["title"], tried["text"], publisher="try")
    read = extract(item, book.lexicon)
    events = counting(book.lexicon, read)
    fired = fire(book, 0, item, match(book.rules, item, events, now), now)
    verdicts = explain(book.rules, item, told(book.lexicon, read), now, all_rules=True)
    return {
        "document": item.document,
        "events": [event_to_json(event) for event in events],
        "fires": [_fired_json(one) for one in fired],
        "verdicts": [verdict.as_json() for verdict in verdicts[:MOST_SHOWN]],
    }


def _fired_json(one: Fired) -> dict[str, Any]:
    alert = one.alert
    return {
        "rule": alert.rule,
        "severity": alert.severity.value,
        "title": alert.title,
        "body": alert.body,
        "reason": _PLACE.sub("", alert.reason),
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem for machines; the file is its place in the folder."""
    return {
        "file": place_of(problem.file),
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
        "level": "error",
    }
