"""Which version of the rules is in force: the rules folder speaks when it changes, the database tells everybody.

A process that starts, or whose folder changes, stores the folder's state as a version and switches to it, unless the folder has
said so before and the database holds a switch that a person made since (`tapewatch rules activate`, an edit on the console).
Every other process finds the switch at its next look and takes the texts from the database, whatever lies in its own folder.
Guarantee: what is switched to was checked as a whole first; a version that this program refuses leaves the one in force. A folder
that changes takes nothing back that was changed on the console in other files (see `merged`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.errors import ConfigurationError, InvalidFiles, Problem
from service.rulebook import Memory, Rulebook, parse_folder, version_of
from service.rulefiles import may_be_changed, place_of, with_changes
from service.rulefolder import Texts
from service.storage import audit, rulesets
from service.storage.database import Database

MOST_PLACES = 200
"""Files of a change that are written down; nobody looks for one of more."""
HELD = 5
"""Looks for which a file that seems to be half written must stay as it is before it is believed."""


class Versions:
    """What one process knows of its folder and of the last switch; `texts` is what the folder holds now.

    `memory` is that of the load of these. A file that may be half written is believed only when it stays as it is.
    """

    def __init__(self, database: Database, texts: Texts, by: str, memory: Memory) -> None:
        self._database = database
        self._texts = texts
        self._by = by
        self._memory = memory
        self._seen = 0
        self._believed = texts
        self._held: Texts = {}
        self._looks = 0

    def start(self, rulebook: Rulebook) -> Rulebook | None:
        """Say what the folder holds; the rulebook to use instead where a person has changed something since it spoke."""
        with self._database.read() as connection:
            active, known = rulesets.active(connection), rulesets.lineage(connection)
            base = self._texts if rulebook.version in known else _nearest(connection, known, self._texts)
        if active is not None and rulebook.version in known:
            if active.version != rulebook.version:
                return self._switched()
            if active.origin in rulesets.EDITED:
                self._seen = active.number
                return None
        spoken = self._speak(rulebook, base)
        return None if spoken is rulebook else spoken

    def look(self, read: Callable[[], Texts]) -> Rulebook | None:
        """The rulebook to change to, if any; raises InvalidFiles or ConfigurationError for one that cannot be used."""
        texts = read()
        if texts != self._texts and self._in_force(texts):  # the console wrote it there
            self._texts, self._believed, self._looks = texts, texts, 0
        if texts == self._texts and not self._looks:
            return self._switched()
        self._held, self._looks = texts, self._looks + 1 if texts == self._held else 1
        try:
            rulebook = parse_folder(texts, self._memory)
        except InvalidFiles:
            self._texts, self._looks = texts, 0
            raise
        torn = [name for name, text in texts.items() if _torn(self._believed.get(name), text)]
        if torn and self._looks <= HELD:
            raise _half_written(torn, texts)
        base, self._texts, self._looks = self._believed, texts, 0
        spoken = self._speak(rulebook, base)
        self._believed = texts
        return spoken

    def _in_force(self, texts: Texts) -> bool:
        with self._database.read() as connection:
            active = rulesets.active(connection)
        return active is not None and active.version == version_of(texts)

    def _speak(self, rulebook: Rulebook, base: Texts) -> Rulebook:
        """Put in force what the folder holds; `base` is what it held before. The rulebook that is in force now."""
        with self._database.begin() as connection:
            rulesets.lock(connection)
            active = rulesets.active(connection)
            whole, reason = rulebook, rulesets.SPOKEN
            if active is not None and active.origin in rulesets.EDITED:
                kept = merged(base, rulesets.texts(connection, active.version) or {}, rulebook.texts)
                if kept != rulebook.texts:
                    _store(connection, rulebook, self._database, by=self._by)  # what the next change is held against
                    whole, reason = parse_folder(kept, self._memory), rulesets.Reason(rulesets.Origin.MERGED, active.why)
            done = switch(connection, whole, self._database, by=self._by, folder=rulebook.version, reason=reason)
            self._seen = done.number
        return whole

    def _switched(self) -> Rulebook | None:
        with self._database.read() as connection:
            active = rulesets.active(connection)
            if active is None or active.number == self._seen:
                return None
            self._seen = active.number
            if active.version == version_of(self._texts):
                return parse_folder(self._texts, self._memory)
            texts = rulesets.texts(connection, active.version)
        return parse_folder(texts or {}, self._memory)


def merged(base: Texts, edited: Texts, spoken: Texts) -> Texts:
    """What a folder says, with the changes of the console that it does not have: of files that it has not changed itself.

    `base` is what the folder held before, `edited` what was in force, `spoken` what it holds now. Only files that the console
    may change are kept; where both changed one, the folder has it.
    """
    before, console, now = (_named(texts) for texts in (base, edited, spoken))
    changes: dict[str, bytes | None] = {}
    for name in sorted(before.keys() | console.keys()):
        if may_be_changed(name) and before.get(name) != console.get(name) and before.get(name) == now.get(name):
            changes[name] = console.get(name)
    return with_changes(spoken, changes)


def _named(texts: Texts) -> Texts:
    return {place_of(name): text for name, text in texts.items()}


def differing(before: Texts, after: Texts) -> list[str]:
    """The places of the files that are not the same in both, by name."""
    one, other = _named(before), _named(after)
    return sorted(place for place in one.keys() | other.keys() if one.get(place) != other.get(place))


def _nearest(connection: Connection, versions: Sequence[str], texts: Texts) -> Texts:
    """The version that a folder was, before it changed into this: the one with the fewest files that differ."""
    known = (found for version in versions if (found := rulesets.texts(connection, version)) is not None)
    return min(known, key=lambda other: len(differing(texts, other)), default=texts)


def switch(
    connection: Connection,
    rulebook: Rulebook,
    database: Database,
    *,
    by: str,
    folder: str,
    reason: rulesets.Reason = rulesets.SPOKEN,
) -> rulesets.Activation:
    """Store a version if it is new, and put it in force; `folder` is the version that a folder said last."""
    now, before = _store(connection, rulebook, database, by=by), rulesets.active(connection)
    if before is not None and before.version != rulebook.version:
        changed = differing(rulesets.texts(connection, before.version) or {}, rulebook.texts)
        reason = reason._replace(places=tuple(changed[:MOST_PLACES]))
    return rulesets.activate(connection, rulebook.version, folder_version=folder, by=by, now=now, reason=reason)


def _store(connection: Connection, rulebook: Rulebook, database: Database, *, by: str) -> datetime:
    now = database.now(connection)
    rulesets.store(connection, rulebook.version, rulebook.texts, rules=len(rulebook.rules.rules), by=by, now=now)
    return now


def activate(database: Database, prefix: str, by: str) -> Rulebook:
    """Switch all processes to a stored version, named by its first digits; checked before anything is changed. The audit log
    says so.
    """
    with database.begin() as connection:
        rulebook = stored(connection, prefix)
        rulesets.lock(connection)
        before = rulesets.active(connection)
        folder = before.folder_version if before else ""
        done = switch(connection, rulebook, database, by=by, folder=folder, reason=rulesets.Reason(rulesets.Origin.SWITCH))
        was = before.version if before else ""
        if was != done.version:
            words = {"before": was, "after": done.version}
            audit.write(connection, who=by, what="rules.activate", subject=done.version, now=database.now(connection), **words)
    return rulebook


def _torn(before: bytes | None, after: bytes) -> bool:
    """Whether a file may be cut off: it is the beginning of what it was, or it ended with a line and does not any longer."""
    if before == after:
        return False
    cut = before is not None and before.startswith(after)
    return cut or (not after.endswith(b"\n") and (before is None or before.endswith(b"\n")))


def _half_written(names: Sequence[str], texts: Texts) -> InvalidFiles:
    problems = []
    for name in names:
        lines = texts[name].decode("utf-8", "replace").split("\n")
        message, cure = "this file seems to be half written", "it is taken when it stays so; a whole file ends with a line break"
        problems.append(Problem(name, len(lines), len(lines[-1]) + 1, message, cure))
    return InvalidFiles(problems, texts)


def stored(connection: Connection, prefix: str, memory: Memory | None = None) -> Rulebook:
    """A stored version, compiled; ConfigurationError where there is none, or several, that begin so."""
    found = rulesets.find(connection, prefix)
    if len(found) != 1:
        many = f"several versions begin with {prefix!r}: {', '.join(found[:5])}"
        raise ConfigurationError(many if found else f"there is no version {prefix!r}; `tapewatch rules versions` lists them")
    return parse_folder(rulesets.texts(connection, found[0]) or {}, memory)
