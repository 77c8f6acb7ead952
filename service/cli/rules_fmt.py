"""`tapewatch rules fmt`: one layout for all rule files, comments untouched.

Guarantee: a file that is not valid, or would read differently, is left as it is; a file is replaced as a whole or not at all.
"""

from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import out, plain, print_problems
from service.cli.rules_setup import AsJson, folder_of, print_json, problem_json
from service.errors import ConfigurationError, InvalidFiles, Problem
from service.marked_yaml import formatted
from service.naming import SHIPPED, shown


def fmt(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; default: the rules in force.", show_default=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 if a file would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Change nothing; show what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lay out rule files: two spaces for each level, no blanks at line ends. Comments, quotes and order stay."""
    changed: dict[Path, tuple[str, str]] = {}
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    for path in _files(paths or [folder_of(None) or SHIPPED]):
        texts[shown(path)] = content = path.read_bytes()
        try:
            after = formatted(content, shown(path))
        except InvalidFiles as error:
            problems += error.problems
        else:
            if after.encode() != content:
                changed[path] = content.decode("utf-8-sig"), after
    for path, (before, after) in changed.items() if not as_json or not (check or diff) else ():
        _one(path, before, after, check=check, diff=diff, quiet=as_json)
    if as_json:
        names = [shown(path) for path in changed]
        print_json({"ok": not (problems or (check and changed)), "changed": names, "problems": [*map(problem_json, problems)]})
    print_problems(() if as_json else problems, texts=texts)
    if problems or (check and changed):
        raise typer.Exit(1)


def _one(path: Path, before: str, after: str, *, check: bool, diff: bool, quiet: bool) -> None:
    """Show, tell or do what would change in a file."""
    if diff:
        lines = unified_diff(before.splitlines(), after.splitlines(), shown(path), shown(path), lineterm="")
        typer.echo("\n".join(map(plain, lines)))
    if not (check or diff):
        _replace(path, after)
    if not (diff or quiet):
        out.print(f"{'would change' if check else 'formatted'} {shown(path)}", soft_wrap=True)


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ConfigurationError(f"{path}: there is no such file or folder")
        found += sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, "utf-8")
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from error
