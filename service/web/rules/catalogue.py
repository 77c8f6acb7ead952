"""What is known of each rule beside what it asks for: where it is written, how it stands, what lint says of it.

Guarantee: read once for each version and day, however often it is asked. Must not read the database.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import InvalidFiles
from service.marked_yaml import Document, load
from service.model.rule import Rule, Severity
from service.rulebook import Rulebook
from service.rulefiles import place_of
from service.rules.lint import Finding, Level, lint
from service.rules.ruleset import CompiledRule


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of a file. `state` is on, off or expired; `gravest` is the most that `severity` may grow to."""

    id: str
    title: str
    severity: Severity
    gravest: Severity
    place: str
    line: int
    owner: str
    description: str
    labels: Mapping[str, str]
    state: str
    findings: tuple[Finding, ...]
    rule: Rule | None = None

    @property
    def words(self) -> str:
        """All that a search looks through."""
        labels = " ".join(f"{name}={value}" for name, value in self.labels.items())
        return " ".join((self.id, self.title, self.description, self.owner, self.place, labels)).casefold()


class Catalogue:
    """The rules of the version that was asked about last."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: tuple[str, date] | None = None
        self._entries: dict[str, Entry] = {}
        self._documents: dict[str, tuple[bytes, Document | None]] = {}

    def of(self, book: Rulebook, today: date) -> Mapping[str, Entry]:
        """All rules by id, in the order of the files."""
        with self._turn:
            if self._known != (book.version, today):
                self._entries = self._read(book, today)
                self._known = (book.version, today)
            return self._entries

    def _read(self, book: Rulebook, today: date) -> dict[str, Entry]:
        findings: dict[str, list[Finding]] = {}
        for finding in lint(book.rules.compiled, today=today, sources={source.id for source in book.sources}):
            findings.setdefault(finding.rule, []).append(finding)
        found = {one.rule.id: _entry(one, findings.get(one.rule.id, ())) for one in book.rules.compiled}
        for place, text in sorted((place_of(name), text) for name, text in book.texts.items()):
            if place.startswith("alerts/") and b"enabled:" in text:
                found |= {one.id: one for one in self._off(place, text) if one.id not in found}
        return found

    def _off(self, place: str, text: bytes) -> Sequence[Entry]:
        """The rules of a file that are not enabled: they are checked, but not compiled."""
        known = self._documents.get(place)
        if known is None or known[0] != text:
            known = self._documents[place] = (text, document_of(place, text))
        document = known[1]
        return (
            [_disabled(document, place, number) for number, one in enumerate(rules_in(document)) if one.get("id")]
            if document
            else []
        )


def document_of(place: str, text: bytes) -> Document | None:
    """A file as it is written; None where it cannot be read."""
    try:
        return load(text, place)
    except InvalidFiles:
        return None


def rules_in(document: Document) -> list[dict[str, Any]]:
    """The rules of a file as they are written."""
    value = document.value
    rules = value.get("rules") if isinstance(value, dict) else None
    return [one for one in rules if isinstance(one, dict)] if isinstance(rules, list) else []


def _entry(compiled: CompiledRule, findings: Sequence[Finding]) -> Entry:
    rule = compiled.rule
    file, line, _ = rule.place.rsplit(":", 2)
    gravest = max((rule.severity, *(grade.severity for grade in compiled.grades)), key=lambda one: one.rank)
    told = tuple(one for one in findings if one.level is not Level.INFO)
    expired = any(one.code == "expired" for one in findings)
    return Entry(
        rule.id,
        rule.title,
        rule.severity,
        gravest,
        place_of(file),
        int(line),
        rule.owner,
        rule.description,
        rule.labels,
        "expired" if expired else "on",
        told,
        rule,
    )


def _disabled(document: Document, place: str, number: int) -> Entry:
    one = document.value["rules"][number]  # type: ignore[index]
    severity = Severity(one["severity"]) if one.get("severity") in [*Severity] else Severity.MEDIUM
    line = document.mark(("rules", number, "id")).line
    words = {name: str(one.get(name, "")) for name in ("id", "title", "owner", "description")}
    labels = one.get("labels") if isinstance(one.get("labels"), dict) else {}
    return Entry(
        words["id"], words["title"], severity, severity, place, line, words["owner"], words["description"], labels, "off", ()
    )
