"""`tapewatch rules`: check, test and describe a rules folder without running anything.

Exit codes are those of every command here: 0 all is well, 1 something was found, 2 the command itself was not understood.
"""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.alerting import routes_file
from service.cli import remote, remote_commands
from service.cli.output import SEVERITY_STYLE, err, out, plain, print_problems
from service.cli.rules_fmt import fmt
from service.cli.rules_new import new
from service.cli.rules_setup import AsJson, Folder, folder_of, lint_of, print_findings, print_json, problem_json
from service.errors import InvalidFiles
from service.events.extract import extract
from service.model.event import Event
from service.model.item import Item
from service.rulebook import Rulebook, load_folder
from service.rules.examples import ExampleResult
from service.rules.examples import run as run_examples
from service.rules.lint import Finding, Level
from service.rules.ruleset import CompiledRule
from service.rules.schema import json_schema
from service.sources import definitions
from service.words import counting, event_fields, read_words


class Kind(StrEnum):
    """The files of a rules folder that have a schema: alerts/*.yaml, routes.yaml, sources.yaml."""

    ALERTS = "alerts"
    ROUTES = "routes"
    SOURCES = "sources"


group = typer.Typer(help="Write, check, test and describe the rules.", no_args_is_help=True)
group.command("fmt")(fmt)
group.command("new")(new)


@group.callback()
def whole(ctx: typer.Context) -> None:
    """Some of these a running server answers as well."""
    if ctx.invoked_subcommand not in ("check", "versions", "activate"):
        remote.only_here()


@group.command("check")
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Say everything that is wrong, with file:line:column; exit code 1 if anything is."""
    if there := remote.server():
        remote_commands.rules_check(there, folder_of(folder), as_json=as_json)
        return
    try:
        book = load_folder(folder_of(folder))
    except InvalidFiles as error:
        _refused(error, as_json)
        raise typer.Exit(1) from None
    findings = [finding for finding in lint_of(book) if finding.level is not Level.INFO]
    if as_json:
        print_json(
            {"ok": True, "version": book.version, "rules": [*map(_rule_json, book.rules.compiled)], "problems": _all(findings)}
        )
        return
    print_findings(findings, book.texts)
    _show_rules(book)


def _show_rules(book: Rulebook) -> None:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("rule", "severity", "where", "examples"):
        table.add_column(column, overflow="fold")
    for compiled in book.rules.compiled:
        rule = compiled.rule
        gravest = compiled.grades[0].severity if compiled.grades else rule.severity
        severity = Text(rule.severity.value, SEVERITY_STYLE[rule.severity])
        if gravest is not rule.severity:
            severity.append(f" to {gravest.value}", SEVERITY_STYLE[gravest])
        table.add_row(rule.id, severity, Text(rule.place, "dim"), str(len(compiled.examples)))
    out.print(table)
    receivers, sources = len(book.routing.receivers), len(book.sources)
    out.print(
        f"\n[green]good[/]: {len(book.rules.rules)} rules, {sources} sources, {receivers} receivers, version {book.version}"
    )


@group.command("lint")
def lint(
    folder: Folder = None,
    as_json: AsJson = False,
    fail_on: Annotated[Level, typer.Option(help="The least that makes the exit code 1.")] = Level.ERROR,
) -> None:
    """Say what is allowed but probably not meant: rules that never fire, repeat others, match everything, have expired …"""
    try:
        book = load_folder(folder_of(folder))
    except InvalidFiles as error:
        _refused(error, as_json)
        raise typer.Exit(1) from None
    findings = lint_of(book)
    failing = [finding for finding in findings if _rank(finding.level) <= _rank(fail_on)]
    if as_json:
        print_json({"ok": not failing, "problems": _all(findings)})
    else:
        print_findings(findings, book.texts)
        counts = [f"{sum(one.level is level for one in findings)} {level.value}" for level in Level]
        out.print(f"{len(book.rules.rules)} rules: {', '.join(counts)}")
    if failing:
        raise typer.Exit(1)


def _rank(level: Level) -> int:
    return list(Level).index(level)


@group.command("test")
def test(folder: Folder = None, as_json: AsJson = False) -> None:
    """Run every example of every rule; exit code 1 if one fails, or if the rules are refused."""
    try:
        book = load_folder(folder_of(folder))
    except InvalidFiles as error:
        if not as_json:
            raise
        _refused(error, as_json)
        raise typer.Exit(1) from None

    def understand(item: Item) -> tuple[Event, ...]:
        return counting(book.lexicon, extract(item, book.lexicon))

    results = run_examples(book.rules, understand)
    failed = sum(not result.passed for result in results)
    if as_json:
        print_json(
            {"ok": not failed, "passed": len(results) - failed, "failed": failed, "examples": [*map(_result_json, results)]}
        )
    else:
        _show_results(results, failed)
    if failed:
        raise typer.Exit(1)


def _show_results(results: Sequence[ExampleResult], failed: int) -> None:
    for result in results:
        mark = Text("pass ", "green") if result.passed else Text("FAIL ", "bold red")
        out.print(
            Text.assemble(mark, (f"{result.rule} ", "bold"), (f"{result.kind} ", "dim"), plain(result.text)), soft_wrap=True
        )
        if not result.passed:
            out.print(Text.assemble("     ", (result.place, "bold"), ": ", plain(result.detail)), soft_wrap=True)
    out.print(f"\n{len(results) - failed} passed, {failed} failed")


@group.command("schema")
def schema(
    folder: Folder = None,
    of: Annotated[Kind, typer.Option("--of", help="Of which files.")] = Kind.ALERTS,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it there instead of printing it.")] = None,
) -> None:
    """Print a JSON schema for completion in editors; that of rule files knows the events, tags and calendars of the folder."""
    if of is Kind.ALERTS:
        lexicon, catalog, calendars = read_words(folder_of(folder))
        tags = {tag for entity in catalog.values() for tag in entity.tags}
        made = json_schema(event_fields(lexicon), calendars, tags)
    else:
        made = routes_file.json_schema() if of is Kind.ROUTES else definitions.json_schema()
    text = json.dumps(made, ensure_ascii=False, indent=2)
    if output is None:
        typer.echo(text)
    else:
        output.write_text(f"{text}\n", "utf-8")


def _refused(error: InvalidFiles, as_json: bool) -> None:
    if as_json:
        print_json({"ok": False, "problems": [problem_json(problem) for problem in error.problems]})
        return
    print_problems(error.problems, texts=error.texts)
    count, files = len(error.problems), len({problem.file for problem in error.problems})
    err.print(f"\n{count} problem{'s' * (count != 1)} in {files} file{'s' * (files != 1)}: nothing of it would be used")


def _all(findings: Iterable[Finding]) -> list[dict[str, object]]:
    return [problem_json(one.problem, one.level.value, one.code, one.rule) for one in findings]


def _rule_json(compiled: CompiledRule) -> dict[str, object]:
    rule = compiled.rule
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "place": rule.place,
        "examples": len(compiled.examples),
        "labels": dict(rule.labels),
        "owner": rule.owner,
        "runbook": rule.runbook,
    }


def _result_json(result: ExampleResult) -> dict[str, object]:
    return {
        "rule": result.rule,
        "kind": result.kind,
        "text": result.text,
        "passed": result.passed,
        "detail": result.detail,
        "place": result.place,
    }
