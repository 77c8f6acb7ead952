"""`tapewatch rules`: check, test and describe a rules folder without running anything."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.cli.output import SEVERITY_STYLE, err, out, plain, print_problems
from service.config import Environment
from service.errors import InvalidFiles
from service.events.extract import extract
from service.model.event import Event
from service.model.item import Item
from service.rulebook import Rulebook, counting, event_fields, load_folder, shipped_words
from service.rules.examples import run as run_examples
from service.rules.schema import json_schema

group = typer.Typer(help="Check, test and describe the rules.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Argument(help="The rules folder; default: the one in force.", show_default=False)]


def _load(folder: Path | None) -> Rulebook:
    return load_folder(folder or Environment().settings().rules_folder)


@group.command("check")
def check(folder: Folder = None) -> None:
    """Say everything that is wrong, with file:line:column; exit code 1 if anything is."""
    try:
        book = _load(folder)
    except InvalidFiles as error:
        print_problems(error.problems)
        count, files = len(error.problems), len({problem.file for problem in error.problems})
        err.print(f"\n{count} problem{'s' * (count != 1)} in {files} file{'s' * (files != 1)}: nothing of it would be used")
        raise typer.Exit(1) from None
    print_problems(book.rules.warnings, word="warning", style="bold yellow")
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("rule", "severity", "where", "examples"):
        table.add_column(column)
    for compiled in book.rules.compiled:
        rule = compiled.rule
        severity = Text(rule.severity.value, SEVERITY_STYLE[rule.severity])
        table.add_row(rule.id, severity, Text(rule.place, "dim"), str(len(compiled.examples)))
    out.print(table)
    receivers, sources = len(book.routing.receivers), len(book.sources)
    out.print(
        f"\n[green]good[/]: {len(book.rules.rules)} rules, {sources} sources, {receivers} receivers, version {book.version}"
    )


@group.command("test")
def test(folder: Folder = None) -> None:
    """Run every example of every rule; exit code 1 if one fails."""
    book = _load(folder)

    def understand(item: Item) -> tuple[Event, ...]:
        return counting(book.lexicon, extract(item, book.lexicon))

    results = run_examples(book.rules, understand)
    failed = 0
    for result in results:
        mark = Text("pass ", "green") if result.passed else Text("FAIL ", "bold red")
        out.print(
            Text.assemble(mark, (f"{result.rule} ", "bold"), (f"{result.kind} ", "dim"), plain(result.text)), soft_wrap=True
        )
        if not result.passed:
            failed += 1
            out.print(Text.assemble("     ", (result.place, "bold"), ": ", plain(result.detail)), soft_wrap=True)
    out.print(f"\n{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@group.command("schema")
def schema() -> None:
    """Print the JSON schema of rule files, for completion in editors."""
    typer.echo(json.dumps(json_schema(event_fields(shipped_words())), ensure_ascii=False, indent=2))
