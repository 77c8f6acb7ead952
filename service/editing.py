"""Changes of the rules folder that are made on the console: tried as a whole, kept as a new version, in force for everybody.

Guarantee: nothing of a change with a mistake in it is kept; a change that was made to a version that is not in force any more is
refused; what is in force is in the database before the folder is touched, so that a crash in between loses nothing. Each file in
the folder is replaced whole, and only where it still holds what was changed. It must not know what a file means.
"""

import logging
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.drafting import Drafts
from service.errors import OutOfDate
from service.naming import SHIPPED
from service.rulebook import Rulebook, parse_folder
from service.rulefiles import check, may_be_changed, name_of, place_of, typed, with_changes
from service.rulefolder import Texts
from service.ruleversions import switch
from service.storage import audit, rulesets
from service.storage.database import Database

__all__ = ["Changes", "Desk", "OutOfDate", "Typed", "draft", "typed"]

log = logging.getLogger(__name__)

Changes = Mapping[str, bytes | None]
"""Texts by their place in the folder (`alerts/desk.yaml`); None takes a file away."""

Parse = Callable[[Texts], Rulebook]
"""Checks and compiles; whoever has compiled nearly the same before remembers it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Who made a change, and what they wrote about it."""

    by: str
    why: str = ""


def draft(base: Rulebook, changes: Changes, parse: Parse = parse_folder) -> Rulebook:
    """The rulebook as it would be; raises InvalidFiles with all problems."""
    check(base.texts, changes)
    return parse(with_changes(base.texts, changes))


class Desk:
    """Where changes are made. `current` is the rulebook in force, `follow` makes this process look for what is in force now.

    `folder` is the rules folder that this process reads; None, or the pack that travels with the program, is never written.
    `parse` may be called by several threads at once.
    """

    def __init__(
        self,
        database: Database,
        current: Callable[[], Rulebook],
        follow: Callable[[], object],
        folder: Path | None = None,
        parse: Parse = parse_folder,
    ) -> None:
        self._database = database
        self._current = current
        self._follow = follow
        self._folder = None if folder is None or folder.resolve() == SHIPPED.resolve() else folder.resolve()
        self._parse = parse
        self._turn = threading.Lock()
        self.drafts = Drafts()

    @property
    def current(self) -> Rulebook:
        """The rulebook in force."""
        return self._current()

    def text(self, place: str) -> str:
        """A file as it is in force; "" where there is none."""
        texts = self._current().texts
        return texts.get(name_of(texts, place), b"").decode("utf-8", "replace")

    def close(self) -> None:
        """End the child that answers drafts."""
        self.drafts.close()

    def draft(self, changes: Changes) -> Rulebook:
        """What is in force, with these changes; raises InvalidFiles."""
        return draft(self._current(), changes, self._parse)

    def save(self, changes: Changes, base_version: str, by: str, why: str = "") -> Rulebook:
        """Keep a change and put it in force; raises InvalidFiles, and OutOfDate where another version is in force."""
        with self._turn:
            self._follow()  # what the folder says now was there first
            base = self._current()
            if base.version != base_version:
                raise OutOfDate(base.version)
            book = draft(base, changes, self._parse)
            if book.version != base.version:
                self._keep(base, book, changes, Typed(by, why))
                self._write(base, changes)
                self._follow()
            return book

    def restore(self, version: str, base_version: str, by: str, why: str = "") -> Rulebook:
        """Change all files back to what they were in a stored version, as a change like any other."""
        with self._database.read() as connection:
            texts = rulesets.texts(connection, version)
        return self.save(back_to(self._current().texts, texts or {}), base_version, by, why)

    def _keep(self, base: Rulebook, book: Rulebook, changes: Changes, made: Typed) -> None:
        with self._database.begin() as connection:
            rulesets.lock(connection)
            active = rulesets.active(connection)
            if active is None or active.version != base.version:
                raise OutOfDate(active.version if active else "")
            reason = rulesets.Reason(rulesets.Origin.EDIT, made.why)
            switch(connection, book, self._database, by=made.by, folder=active.folder_version, reason=reason)
            for place, text in changes.items():
                audit.write(
                    connection,
                    now=self._database.now(connection),
                    who=made.by,
                    what=_deed(place),
                    subject=f"rules/{place}",
                    before=_shown(base.texts.get(name_of(base.texts, place))),
                    after=_shown(text),
                )

    def _write(self, base: Rulebook, changes: Changes) -> None:
        """Write into the folder too; where that cannot be, the change lives in the database alone."""
        if self._folder is None:
            return
        for place, text in changes.items():
            path = (self._folder / place).resolve()
            before = base.texts.get(name_of(base.texts, place))
            try:
                if not path.is_relative_to(self._folder) or (path.exists() and path.read_bytes() != before):
                    log.warning("%s is not what was changed: the change lives in the database alone", path)
                elif text is None:
                    path.unlink(missing_ok=True)
                else:
                    replace_file(path, text)
            except OSError as error:
                log.warning("%s cannot be written: %s; the change lives in the database alone", path, error.strerror)


def _deed(place: str) -> str:
    """What the audit log calls a change of a file."""
    return {"sources.yaml": "source.save", "routes.yaml": "route.save"}.get(place) or (
        "rule.save" if place.startswith("alerts/") else "file.save"
    )


def _shown(text: bytes | None) -> str:
    return (text or b"").decode("utf-8", "replace")


def back_to(now: Texts, then: Texts) -> dict[str, bytes | None]:
    """The changes that lead from these files to those, as far as files can be changed on the console."""
    mine, theirs = ({place_of(name): text for name, text in texts.items()} for texts in (now, then))
    places = sorted(mine.keys() | theirs.keys())
    return {place: theirs.get(place) for place in places if may_be_changed(place) and mine.get(place) != theirs.get(place)}


def replace_file(path: Path, text: bytes) -> None:
    """Put a whole file into a place: whoever reads it finds the old one or the new one. Its mode stays."""
    path.parent.mkdir(exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
    )  # no name that is read as a rule file
    try:
        with open(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
