"""What the files of a rules folder are called in problems, in reasons and on pages.

Guarantee: at a terminal a name leads to the file from where the shell stands; in the service it is the same whoever runs it, and
says nothing of the machine (`rules/alerts/x.yaml`). It reads no file.
"""

import os
from dataclasses import replace
from pathlib import Path

from service.errors import InvalidFiles

SHIPPED = Path(__file__).parent / "_rules"
if not SHIPPED.is_dir():
    SHIPPED = Path(__file__).parent.parent / "rules"
"""The pack that travels with the program: beside the package in a checkout, inside it in a wheel."""
WORDS = ("events", "entities", "boards")
"""The folders that events are understood with."""
ROOMS = ("alerts", "calendars", *WORDS)
TRAVELS = "(shipped)/"
"""What the names of its files begin with, where it is not the folder that is looked at."""


def shown(path: Path, seen_from: Path | None = None) -> str:
    """How a path is written in problems and reasons: from a folder (none: the working directory) where it lies below it.

    Links stay as they are: a file belongs to the room in which it was found, wherever it really lies. The room is always named,
    also for a shell that stands in it: it says what the file is.
    """
    whole, base = Path(os.path.abspath(path)), seen_from or Path.cwd()
    travels = whole.is_relative_to(SHIPPED)
    if travels and SHIPPED.name == "_rules":
        return f"{TRAVELS}{whole.relative_to(SHIPPED).as_posix()}"
    if whole.is_relative_to(base):
        name = whole.relative_to(base).as_posix()
        return f"../{base.name}/{name}" if base.name in ROOMS and whole.parent == base else name
    return f"{TRAVELS}{whole.relative_to(SHIPPED).as_posix()}" if travels and seen_from else whole.as_posix()


def above(folder: Path | None) -> Path:
    """From where the service names its files: `rules/alerts/x.yaml`, wherever the folder is."""
    return Path(os.path.abspath(folder or SHIPPED)).parent


def for_the_shell(error: InvalidFiles, folder: Path | None) -> InvalidFiles:
    """The same problems for somebody at a terminal: what was named from above the folder is named from where the shell stands."""

    def here(name: str) -> str:
        return name if name.startswith(TRAVELS) else shown(above(folder) / name)

    problems = [replace(problem, file=here(problem.file)) for problem in error.problems]
    return InvalidFiles(problems, {here(name): text for name, text in error.texts.items()})


def room_of(name: str) -> str:
    """The folder in which a file lies: `alerts`, or what the rules folder is called."""
    return name.rpartition("/")[0].rpartition("/")[2]


def own_name(name: str) -> str:
    """What a file is called in its folder."""
    return name.rpartition("/")[2]
