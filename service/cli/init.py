"""`tapewatch init`: a folder to start from, for people who installed the package."""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from service.cli.output import out
from service.config import describe_settings
from service.errors import ConfigurationError
from service.naming import SHIPPED, WORDS

COPIED = ("alerts", "routes.yaml", "sources.yaml", "schema.json", "routes.schema.json", "sources.schema.json", "README.md")
"""The vocabulary, the entities and the calendars stay with the program, so that a new version knows more."""


def init(folder: Annotated[Path, typer.Argument(help="Where to put rules/ and .env; made if it is not there.")]) -> None:
    """Write a commented rules folder and a .env to start from; what is there already is never touched."""
    rules, env = folder / "rules", folder / ".env"
    taken = [str(path) for path in (rules, env) if path.exists()]
    if taken:
        raise ConfigurationError(
            f"{' and '.join(taken)} exist already and were left alone; choose another folder, or move them away"
        )
    try:
        rules.mkdir(parents=True)
        for name in COPIED:
            source = SHIPPED / name
            if source.is_dir():
                shutil.copytree(source, rules / name)
            else:
                shutil.copyfile(source, rules / name)
        for own in (*WORDS, "calendars"):
            (rules / own).mkdir()
        env.write_text(describe_settings(), "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be written: {error.strerror}; choose another folder") from error
    out.print(Text.assemble(("made ", "green"), f"{rules}/ and {env}"))
    out.print(f"next:  cd {folder}\n       tapewatch rules check    [dim]after each change[/]\n       tapewatch run")
