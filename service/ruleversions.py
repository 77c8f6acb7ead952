"""Which version of the rules is in force: the rules folder speaks when it changes, the database tells everybody.

A process that starts, or whose folder changes, stores the folder's state as a version and switches to it, unless the database
holds a switch that was made by hand after the folder last spoke (`tapewatch rules activate`). Every other process finds the
switch at its next look and takes the texts from the database, whatever lies in its own folder. Guarantee: what is switched to was
checked as a whole first; a version that this program refuses leaves the one in force.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from service.errors import ConfigurationError, InvalidFiles, Problem
from service.rulebook import Memory, Rulebook, Texts, parse_folder, version_of
from service.storage import rulesets
from service.storage.database import Database

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
        """Say what the folder holds; the rulebook to use instead where a switch by hand is newer."""
        with self._database.read() as connection:
            active = rulesets.active(connection)
        if active is not None and active.folder_version == rulebook.version != active.version:
            return self._switched()
        self._speak(rulebook)
        return None

    def look(self, read: Callable[[], Texts]) -> Rulebook | None:
        """The rulebook to change to, if any; raises InvalidFiles or ConfigurationError for one that cannot be used."""
        texts = read()
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
        self._texts, self._believed, self._looks = texts, texts, 0
        self._speak(rulebook)
        return rulebook

    def _speak(self, rulebook: Rulebook) -> None:
        with self._database.begin() as connection:
            self._seen = switch(connection, rulebook, self._database, by=self._by, folder=rulebook.version).number

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


def switch(connection: Connection, rulebook: Rulebook, database: Database, *, by: str, folder: str) -> rulesets.Activation:
    """Store a version if it is new, and put it in force; `folder` is the version that a folder said last."""
    now = database.now(connection)
    rulesets.store(connection, rulebook.version, rulebook.texts, rules=len(rulebook.rules.rules), by=by, now=now)
    return rulesets.activate(connection, rulebook.version, folder_version=folder, by=by, now=now)


def activate(database: Database, prefix: str, by: str) -> Rulebook:
    """Switch all processes to a stored version, named by its first digits; checked before anything is changed."""
    with database.begin() as connection:
        rulebook = stored(connection, prefix)
        before = rulesets.active(connection)
        switch(connection, rulebook, database, by=by, folder=before.folder_version if before else "")
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
